"""`init`: a stack file for a stack that does not exist yet."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.options import JsonOption, explained, present

if TYPE_CHECKING:
    from ops.answers.init.compose import Wanted

EPILOG = "Example: ./bbp init staging --like prod --domain staging.example.org --zone-id ID --cloudflare-account ID"
_HELP = "Asked for where it is needed, not given, and somebody is at the terminal."
_QUESTIONS = (
    ("environment", "Environment, development or production", "development"),
    ("phase", "Growth phase, optimization, horizontal or microservices", "optimization"),
    ("region", "AWS region", "us-east-1"),
    ("account", "AWS account, 12 digits", None),
    ("domain", "Domain, the apex of its own zone", None),
    ("zone_id", "Cloudflare zone, 32 hex digits (empty: no CDN, which production cannot do without)", ""),
)
"""What a stack cannot do without: option, question, and what an empty answer means."""


def init(
    stack: Annotated[str, typer.Argument(help="Name of the stack: its file becomes Pulumi.<STACK>.yaml.")],
    like: Annotated[
        str | None,
        typer.Option("--like", help="A stack whose file to begin with, not its history.", metavar="STACK"),
    ] = None,
    environment: Annotated[
        str | None, typer.Option("--environment", help="development (default) or production: defaults and protection.")
    ] = None,
    phase: Annotated[
        str | None, typer.Option("--phase", help="Growth phase: optimization (default), horizontal, microservices.")
    ] = None,
    domain: Annotated[str | None, typer.Option("--domain", help=f"The zone's apex. {_HELP}")] = None,
    region: Annotated[str | None, typer.Option("--region", help="AWS region. Default: us-east-1.")] = None,
    account: Annotated[
        str | None, typer.Option("--account", help=f"AWS account, 12 digits: the only one deployed to. {_HELP}")
    ] = None,
    image: Annotated[
        str | None, typer.Option("--image", help=f"The application's image; production takes a digest. {_HELP}")
    ] = None,
    zone_id: Annotated[str | None, typer.Option("--zone-id", help=f"Cloudflare's zone, 32 hex digits. {_HELP}")] = None,
    cloudflare_account: Annotated[
        str | None, typer.Option("--cloudflare-account", help=f"Cloudflare's account, 32 hex digits. {_HELP}")
    ] = None,
    cloudflare_plan: Annotated[
        str | None, typer.Option("--cloudflare-plan", help="The zone's plan: free, pro, business, enterprise.")
    ] = None,
    cluster_aware: Annotated[
        bool, typer.Option("--cluster-aware", help="The application uses a client for Redis in cluster mode.")
    ] = False,
    from_cidr: Annotated[
        list[str] | None,
        typer.Option("--from-cidr", help="A range that may ask the cluster's API; may be repeated.", metavar="CIDR"),
    ] = None,
    email: Annotated[
        list[str] | None, typer.Option("--email", help="Who is alerted; may be repeated.", metavar="ADDRESS")
    ] = None,
    vpc_cidr: Annotated[
        str | None, typer.Option("--vpc-cidr", help="The network's range. Default: the first that no stack here has.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where to write it instead.", metavar="FILE")] = None,
    show: Annotated[bool, typer.Option("--show", help="Show the file and write nothing.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Write a small stack file by options or by asking, check it, and say what to do next; no file is written over."""
    from ops.answers.init.compose import Wanted, new_stack
    from ops.views.init import section

    wanted = Wanted(
        environment=environment,
        phase=phase,
        domain=domain,
        region=region,
        account=account,
        image=image,
        zone_id=zone_id,
        cloudflare_account=cloudflare_account,
        cloudflare_plan=cloudflare_plan,
        cluster_aware=cluster_aware,
        from_cidrs=tuple(from_cidr or ()),
        emails=tuple(email or ()),
        vpc_cidr=vpc_cidr,
    )
    asked = not json_output and sys.stdin.isatty() and like is None
    with explained():
        found = new_stack(stack, _asked(wanted) if asked else wanted, like=like, out=out, write=not show)
    present(found, section, as_json=json_output)
    if found.problems:
        raise SystemExit(1)


def _asked(wanted: Wanted) -> Wanted:
    """What was given, and for the rest what somebody at the terminal says."""

    def asked(name: str, question: str, default: str | None) -> None:
        nonlocal wanted
        if getattr(wanted, name) is None:
            answer = str(typer.prompt(question, default=default, err=True, show_default=bool(default))).strip()
            wanted = replace(wanted, **{name: answer or None})  # type: ignore[arg-type]  # the names below are texts

    for name, question, default in _QUESTIONS:
        asked(name, question, default)
    production = wanted.environment in {"production", "prod"}
    if wanted.zone_id is not None:
        asked("cloudflare_account", "Cloudflare account, 32 hex digits", None)
        asked("cloudflare_plan", "Plan of the zone, free, pro, business or enterprise", "pro" if production else "free")
    if production:
        asked("image", "Image of the application, with its digest", None)
    return wanted
