"""`preflight`: what a real account must know, allow and have free before an update."""

from __future__ import annotations

from typing import Annotated

import typer

from ops.options import ConfigOption, JsonOption, PhaseOption, PlanOption, StackArgument, explained, present

EPILOG = "Example: ./bbp preflight dev"


def preflight(
    stack: StackArgument,
    phase: PhaseOption = None,
    config: ConfigOption = None,
    plan_file: PlanOption = None,
    policy: Annotated[
        bool,
        typer.Option("--policy", help="Print the smallest IAM policy that lets all of it be asked; ask nothing."),
    ] = False,
    role: Annotated[
        str,
        typer.Option(
            help="Who deploys: name or ARN of a role, or ARN of a user. Default: the bootstrap's role, else who asks."
        ),
    ] = "",
    json_output: JsonOption = False,
) -> None:
    """Ask a real account, read-only, all that a rehearsal cannot know; print the smallest fix of what does not hold.

    Who is asked: AWS, with the credentials that the AWS CLI would use; Cloudflare, with the token in
    CLOUDFLARE_API_TOKEN. Exit code 1: something is not met, or could not be judged. What nobody can ask is listed as
    such, and never as met.
    """
    from ops.answers.preflight.run import policy_of
    from ops.answers.preflight.run import preflight as run
    from ops.console import print_json
    from ops.views.preflight import section

    with explained():
        if policy:
            print_json(policy_of(stack, phase, config, plan_file, role))
            return
        found = run(stack, phase, config, plan_file, role)
    present(found, section, as_json=json_output, document=found.as_json())
    raise SystemExit(found.exit_code)
