"""`github`: what the pipelines tell GitHub and ask of it, as commands that work anywhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from ops.options import JsonOption, StackArgument, explained, present

group = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="One comment, one issue, and the plan that was reviewed. Needs GITHUB_TOKEN and GITHUB_REPOSITORY.",
)
FileOption = Annotated[Path, typer.Option("--file", help="Markdown: what to say.", metavar="FILE")]
KindOption = Annotated[str, typer.Option("--kind", help="Name of it: there is one of each.", metavar="NAME")]


@group.command("comment", epilog="Example: ./bbp github comment --file review/comment.md --pull 7")
def github_comment(
    file: FileOption,
    pull: Annotated[
        int | None, typer.Option("--pull", help="Number of the pull request; in a job its event says it.", min=1)
    ] = None,
    kind: KindOption = "review",
    json_output: JsonOption = False,
) -> None:
    """Write one comment on a pull request, or bring the one that is there up to date."""
    from ops.answers.github.api import Github
    from ops.answers.github.notes import comment, markdown, pull_number
    from ops.views.github import section

    with explained():
        text = markdown(file)
        event = os.environ.get("GITHUB_EVENT_PATH")
        number = pull or pull_number(os.environ, Path(event) if event else None)
        note = comment(Github.from_environment(os.environ), number, text, kind)
    present(note, section, as_json=json_output)


@group.command("issue", epilog="Example: ./bbp github issue --title 'Drift of prod' --file drift.md --kind drift-prod")
def github_issue(
    file: FileOption,
    title: Annotated[str, typer.Option("--title", help="Title of the issue.")],
    kind: KindOption,
    json_output: JsonOption = False,
) -> None:
    """Open one issue, bring the open one up to date, or close it where the file is empty."""
    from ops.answers.github.api import Github
    from ops.answers.github.notes import issue, markdown
    from ops.views.github import section

    with explained():
        note = issue(Github.from_environment(os.environ), title, markdown(file), kind)
    present(note, section, as_json=json_output)


@group.command(
    "reviewed-plan", epilog="Example: ./bbp github reviewed-plan prod --commit $GITHUB_SHA --out reviewed.json"
)
def github_reviewed_plan(
    stack: StackArgument,
    commit: Annotated[str, typer.Option("--commit", help="The merge's commit, 40 hex digits.", metavar="SHA")],
    out: Annotated[Path, typer.Option("--out", help="Where to write the plan.", metavar="FILE")],
    branch: Annotated[str, typer.Option("--branch", help="What is deployed.")] = "main",
    json_output: JsonOption = False,
) -> None:
    """Fetch the plan of a stack that the pull request's own preview left, for the commit that was merged.

    Exit code 1 where there is none: what nobody has seen is not deployed. `./bbp gate` with `--reviewed` compares.
    """
    from ops.answers.github.api import Github
    from ops.answers.github.reviewed import reviewed_plan
    from ops.views.github import reviewed_section

    with explained():
        found = reviewed_plan(Github.from_environment(os.environ), stack, commit, branch)
        out.write_bytes(found.plan)
    present(found, lambda plan: reviewed_section(plan, out), as_json=json_output)
