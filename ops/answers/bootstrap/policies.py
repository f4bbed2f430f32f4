"""What a stack's roles are granted, whether its file agrees with the bootstrap's, and what its token needs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bailbondpro.facts.regions import partition_of
from bootstrap.access import boundary_policy
from bootstrap.needs import read_needs, write_needs
from bootstrap.policies import LONGEST, Scope, deploy_policies, preview_policies
from bootstrap.settings import PROJECT, load_file
from infra.phases import PHASES
from infra.problems import Problem
from ops.inputs.stack_file import ROOT, settings_of
from ops.rehearsal.planned import planned
from plan.permissions import needs_of
from plan.permissions.cloudflare import token_groups

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bootstrap.settings import Settings as BootstrapSettings
    from bootstrap.settings import StackSettings
    from infra.settings import Settings
    from plan.permissions import Needs

BOOTSTRAP = ROOT / "bootstrap"
NO_ACCOUNT = "000000000000"
"""Written where neither file says which account it is."""


@dataclass(frozen=True)
class StackPolicies:
    """The roles of one stack.

    Attributes:
        stack: its name.
        account: the account in the ARNs.
        deploy: policies of the deploying role, by name.
        preview: policies of the preview role, by name.
        boundary: what every role of the stack may be at most; empty where nothing bounds them.
        token: permission groups of the Cloudflare token: Edit to deploy, Read to preview.
        problems: where the stack's file and the bootstrap's do not agree.
        written: the file that `--write` wrote, or empty.
    """

    stack: str
    account: str
    deploy: dict[str, str]
    preview: dict[str, str]
    boundary: str
    token: tuple[str, ...]
    problems: tuple[Problem, ...]
    written: str

    def as_json(self) -> dict[str, Any]:
        """The machine-readable answer: policies as documents."""
        return {
            "stack": self.stack,
            "account": self.account,
            "deploy": {name: json.loads(text) for name, text in self.deploy.items()},
            "preview": {name: json.loads(text) for name, text in self.preview.items()},
            "boundary": json.loads(self.boundary) if self.boundary else None,
            "longest": LONGEST,
            "cloudflare_token": self.token,
            "problems": self.problems,
            "written": self.written,
        }


def bootstrap_policies(stack: str, config: Path | None, *, write: bool) -> StackPolicies:
    """Generate the policies of a stack's roles.

    Args:
        stack: the stack.
        config: another stack file.
        write: preview every phase anew and keep what the plans need.

    Raises:
        ConfigError: a stack file has problems.
        NeedsError: nobody has written what the stack needs.
        EngineError: the engine refused a preview.
    """
    settings = settings_of(stack, config, None)
    written = str(write_needs(settings.stack, _previewed(stack, config)).relative_to(ROOT)) if write else ""
    needs = read_needs(settings.stack)
    entry = dict(prepared()).get(settings.stack)
    scope = _scope(settings, entry)
    return StackPolicies(
        stack=settings.stack,
        account=scope.account,
        deploy=deploy_policies(needs, scope),
        preview=preview_policies(needs, scope),
        boundary=boundary_policy(scope, needs) if scope.boundary_arn else "",
        token=token_groups(needs.types),
        problems=tuple(_disagreements(settings, entry)),
        written=written,
    )


def _previewed(stack: str, config: Path | None) -> Needs:
    return needs_of(planned(stack, phase, config).plan for phase in PHASES)


def prepared() -> Iterator[tuple[str, tuple[BootstrapSettings, StackSettings]]]:
    """The stacks that the bootstrap's files prepare accounts for."""
    for file in sorted(BOOTSTRAP.glob("Pulumi.*.yaml")):
        settings = load_file(file)
        for entry in settings.stacks:
            yield entry.name, (settings, entry)


def _regions(settings: Settings) -> tuple[str, ...]:
    """Where a stack has resources, as its own file says."""
    return tuple(dict.fromkeys(filter(None, (settings.region, settings.postgres.backup_region))))


def _scope(settings: Settings, entry: tuple[BootstrapSettings, StackSettings] | None) -> Scope:
    """Where the stack's roles act: as the bootstrap prepares it, or else as its own file says."""
    own = settings.aws.allowed_account_ids
    account = entry[0].account_id if entry else next(iter(own), NO_ACCOUNT)
    partition = partition_of(settings.region)
    bounded = entry[1].boundary if entry else settings.aws.permissions_boundary_arn is not None
    boundary = f"arn:{partition}:iam::{account}:policy/bailbondpro-{settings.stack}-boundary"
    return Scope(
        stack=settings.stack,
        account=account,
        partition=partition,
        regions=entry[0].regions_of(entry[1]) if entry else _regions(settings),
        boundary_arn=boundary if bounded else None,
    )


def _disagreements(settings: Settings, entry: tuple[BootstrapSettings, StackSettings] | None) -> Iterator[Problem]:
    """What would be refused in the first update although it was rehearsed."""
    if entry is None:
        return
    bootstrap, stack = entry
    made = f"arn:{partition_of(settings.region)}:iam::{bootstrap.account_id}:policy/bailbondpro-{stack.name}-boundary"
    boundary = settings.aws.permissions_boundary_arn
    if stack.boundary and boundary != made:
        yield Problem(
            path="bailbondpro:aws.permissionsBoundaryArn",
            rule="bootstrap-agrees",
            value=str(boundary),
            allowed=f"{made}: the deploying role may make no role outside of it",
            fix=f"set it to {made}, or `boundary: false` of {stack.name} in {PROJECT}:stacks",
        )
    elif not stack.boundary and boundary is not None:
        yield Problem(
            path="bailbondpro:aws.permissionsBoundaryArn",
            rule="bootstrap-agrees",
            value=boundary,
            allowed="nothing: the bootstrap makes no boundary for this stack",
            fix=f"remove it, or set `boundary: true` of {stack.name} in {PROJECT}:stacks",
        )
    deploys = f"arn:{partition_of(settings.region)}:iam::{bootstrap.account_id}:role/bailbondpro-{stack.name}-deploy"
    if deploys not in settings.cluster.admin_principal_arns:
        yield Problem(
            path="bailbondpro:cluster.adminPrincipalArns",
            rule="bootstrap-agrees",
            value=", ".join(settings.cluster.admin_principal_arns),
            allowed=f"{deploys} among them: who makes a cluster is no administrator of it, and deploys into it",
            fix=f"add {deploys}",
        )
    wanted = ", ".join(_regions(settings))
    if not set(_regions(settings)) <= set(bootstrap.regions_of(stack)):
        yield Problem(
            path=f"{PROJECT}:stacks",
            rule="bootstrap-agrees",
            value=", ".join(bootstrap.regions_of(stack)),
            allowed=f"every region of {settings.stack}: {wanted}",
            fix=f"set `regions: [{wanted}]` of {stack.name}",
        )
