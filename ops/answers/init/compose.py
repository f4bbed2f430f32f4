"""A stack file for a stack that does not exist yet: small, checked before it is written, never over another one."""

from __future__ import annotations

import ipaddress
import os
import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from infra.neighbours import zone_of_another_domain
from infra.problems import NAMESPACE, Problem
from infra.settings.base import Environment, Phase
from infra.settings.reading.defaults import merged
from infra.settings.reading.stack_name import own_name, stack_name_problems
from ops.answers.init.order import place
from ops.answers.init.taken import exists, taken
from ops.answers.init.text import stack_text
from ops.inputs.stack_file import ROOT, check
from ops.jsonable import picked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from infra.settings import Settings

OWN_HISTORY = (
    "allowShrink",
    "deployAfter",
    "cluster.nodeReleaseVersion",
    "pools.undivided",
    "gateway.certificateGeneration",
    "postgres.upgradingFrom",
    "postgres.passwordGeneration",
    "postgres.userGeneration",
    "postgres.usersRetiredBefore",
    "postgres.placement",
    "postgres.restored",
    "postgres.shards.placedOn",
    "postgres.shards.movingTo",
    "postgres.shards.mapVersion",
    "postgres.shards.returnedFrom",
    "postgres.shards.userGenerations",
    "postgres.shards.usersRetiredBefore",
    "postgres.pooler.userGeneration",
    "postgres.pooler.usersRetiredBefore",
    "postgres.pooler.certificateGeneration",
    "postgres.pooler.certificatesRetiredBefore",
    "redis.upgradingFrom",
    "redis.tokenGeneration",
    "redis.tokensRetiredBefore",
    "cdn.certificateGeneration",
    "cdn.certificatesRetiredBefore",
    "cdn.imports",
    "monitoring.prometheus.grafanaPasswordGeneration",
)
"""Keys that say what a running stack has been through, where its clients are, or what it takes over."""
_HOSTS = {"api": "api", "cdn": "cdn", "cdnBackup": "cdn-backup", "images": "images", "assets": "assets"}
FLAGS = {
    "aws:region": "--region",
    "bailbondpro:domain": "--domain",
    "bailbondpro:environment": "--environment",
    "bailbondpro:phase": "--phase",
    "bailbondpro:aws.allowedAccountIds": "--account",
    "bailbondpro:cluster.publicAccessCidrs": "--from-cidr",
    "bailbondpro:cluster.adminPrincipalArns": "--account",
    "bailbondpro:app.image": "--image",
    "bailbondpro:cdn.plan": "--cloudflare-plan",
    "bailbondpro:cdn.zoneId": "--zone-id",
    "bailbondpro:cdn.accountId": "--cloudflare-account",
    "bailbondpro:monitoring.alertEmails": "--email",
    "bailbondpro:network.vpcCidr": "--vpc-cidr",
}
"""Which option of the command wrote a key, for the text of a problem."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is known of a stack before it has a file; `None` and empty leave the decision to the class or to `like`.

    Attributes:
        environment: class of the stack: `development` or `production`.
        phase: growth phase.
        domain: apex of the platform's DNS zone.
        region: AWS region.
        account: the only AWS account that may be deployed to, 12 digits.
        image: the application's image; production takes a digest.
        zone_id: Cloudflare's zone.
        cloudflare_account: Cloudflare's account.
        cloudflare_plan: plan of that zone.
        cluster_aware: whether the application uses a client for Redis in cluster mode.
        from_cidrs: ranges that may ask the cluster's API from the internet; none makes it reachable inside alone.
        emails: who is alerted.
        vpc_cidr: range of the network; by default one that no stack beside has.
    """

    environment: str | None = None
    phase: str | None = None
    domain: str | None = None
    region: str | None = None
    account: str | None = None
    image: str | None = None
    zone_id: str | None = None
    cloudflare_account: str | None = None
    cloudflare_plan: str | None = None
    cluster_aware: bool = False
    from_cidrs: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    vpc_cidr: str | None = None


@dataclass(frozen=True, kw_only=True)
class NewStack:
    """A stack file that was composed.

    Attributes:
        stack: the stack's name.
        file: where it is, or would be.
        content: its text.
        problems: what stands against it; it is not written then.
        left_out: keys of `like` that are that stack's own history, or encrypted for it.
        written: whether it was written.
        settings: what it means, where it is valid.
        order: this stack and those beside it, as a merge would deploy them.
        waiting: what to write in which file, where a stack of production shall wait for this one.
    """

    stack: str
    file: Path
    content: str
    problems: tuple[Problem, ...]
    left_out: tuple[str, ...] = ()
    written: bool = False
    settings: Settings | None = None
    order: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()

    @property
    def next_steps(self) -> tuple[str, ...]:
        """What leads from this file to a running stack, in order."""
        region = self.settings.region if self.settings else "REGION"
        key = f"awskms://alias/bailbondpro-{self.stack}-state?region={region}"
        policies = f"./bbp bootstrap policies {self.stack} --write"
        return (
            f"./bbp check {self.stack}",
            *self.waiting,
            f"./bbp rehearse {self.stack}",
            f"add `- name: {self.stack}` to bootstrap/Pulumi.account.yaml, `{policies}`, update the bootstrap",
            f"pulumi stack init {self.stack} --secrets-provider '{key}'",
            f"./bbp preflight {self.stack}",
            f"pulumi up -s {self.stack}",
        )

    def as_json(self) -> dict[str, Any]:
        """The file, whether it was written, and what to do next."""
        return picked(self, "stack", "file", "written", "content", "problems", "left_out", "order", "next=next_steps")


def new_stack(
    stack: str, wanted: Wanted, *, like: str | None = None, out: Path | None = None, write: bool = True
) -> NewStack:
    """Composes a stack's file, checks it as `./bbp check` does, and writes it if nothing is wrong.

    Args:
        stack: the stack's name.
        wanted: what it shall be.
        like: a stack whose file is the beginning.
        out: where to write instead of `Pulumi.<stack>.yaml` of the project.
        write: whether to write at all.
    """
    beside = tuple(_names_beside(out or ROOT / "Pulumi.new.yaml"))
    misnamed = (*stack_name_problems(stack, beside), *(stack_name_problems(like) if like is not None else ()))
    stack = own_name(stack)
    file = out or ROOT / f"Pulumi.{stack}.yaml"
    if misnamed:
        return NewStack(stack=stack, file=file, content="", problems=misnamed)
    like = own_name(like) if like is not None else None
    if in_its_place := tuple(taken(stack, file, write=write)):
        return NewStack(stack=stack, file=file, content="", problems=in_its_place)
    base: dict[str, Any] = {}
    left_out: tuple[str, ...] = ()
    against: tuple[Problem, ...] = ()
    if like is not None:
        found = check(like, file.with_name(f"Pulumi.{like}.yaml") if out else None)
        if found.settings is None:
            return NewStack(stack=stack, file=file, content="", problems=found.problems)
        base, left_out = _of(found.file, like, stack)
        zone, has = found.settings.cdn.zone_id, found.settings.domain
        if zone is not None and wanted.zone_id is None and wanted.domain not in {None, has}:
            against = (zone_of_another_domain(zone, str(wanted.domain), like, has),)
    values = merged(base, _wanted(stack, wanted, base))
    _settle(stack, values, wanted, file, like)
    content = stack_text(stack, values, like)
    new = NewStack(stack=stack, file=file, content=content, problems=against, left_out=left_out)
    return _checked(new, write=write)


def _of(file: Path, like: str, stack: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Another stack's configuration without its history, with the names of the roles that the bootstrap makes."""
    config = (yaml.safe_load(file.read_text("utf-8")) or {}).get("config") or {}
    values: dict[str, Any] = {}
    for key, value in config.items():
        namespace, _, name = str(key).partition(":")
        values[name if namespace == NAMESPACE else str(key)] = value
    left = [key for key in OWN_HISTORY if _take(values, key)]
    left += [key for key in [*values] if _encrypted(values[key]) and values.pop(key) is not None]
    return _renamed(values, re.compile(rf"(?<=/bailbondpro-){re.escape(like)}(?=-)"), stack), tuple(left)


def _take(values: dict[str, Any], path: str) -> bool:
    """Takes a key out of a tree, and the objects that it leaves empty; whether it was there."""
    head, _, rest = path.partition(".")
    if head not in values:
        return False
    if not rest:
        del values[head]
        return True
    below = values[head]
    taken = isinstance(below, dict) and _take(below, rest)
    if taken and not below:
        del values[head]
    return taken


def _encrypted(value: object) -> bool:
    return isinstance(value, dict) and set(value) == {"secure"}


def _renamed(value: Any, own: re.Pattern[str], stack: str) -> Any:  # noqa: ANN401 - any value of a stack file
    if isinstance(value, dict):
        return {key: _renamed(item, own, stack) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, own, stack) for item in value]
    return own.sub(stack, value) if isinstance(value, str) and value.startswith("arn:") else value


def _wanted(stack: str, wanted: Wanted, base: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for as a tree of a stack file."""
    environment = wanted.environment or base.get("environment") or Environment.DEVELOPMENT.value
    tree: dict[str, Any] = {
        "aws:region": wanted.region or base.get("aws:region") or "us-east-1",
        "environment": Environment.spelled(environment),
        "phase": wanted.phase or base.get("phase") or Phase.OPTIMIZATION.value,
        "domain": wanted.domain or base.get("domain"),
    }
    if wanted.account is not None:
        role = f"arn:aws:iam::{wanted.account}"
        tree["aws"] = {
            "allowedAccountIds": [wanted.account],
            "permissionsBoundaryArn": f"{role}:policy/bailbondpro-{stack}-boundary",
        }
        tree["cluster"] = {"adminPrincipalArns": [f"{role}:role/bailbondpro-{stack}-deploy"]}
    if wanted.from_cidrs:
        tree.setdefault("cluster", {}).update(endpointPublicAccess=True, publicAccessCidrs=list(wanted.from_cidrs))
    if wanted.image is not None:
        tree["app"] = {"image": wanted.image}
    if wanted.cluster_aware:
        tree["redis"] = {"clientIsClusterAware": True}
    cdn = {"plan": wanted.cloudflare_plan, "zoneId": wanted.zone_id, "accountId": wanted.cloudflare_account}
    if given := {key: value for key, value in cdn.items() if value is not None}:
        tree["cdn"] = {**({"enabled": True} if wanted.zone_id is not None else {}), **given}
        if wanted.cloudflare_plan == "free" and tree["environment"] == Environment.PRODUCTION:
            # Production asks for it, and the plan does not have it: said in the file, not found out later.
            tree["cdn"]["managedWaf"] = False
    if wanted.emails:
        tree["monitoring"] = {"alertEmails": list(wanted.emails)}
    if wanted.vpc_cidr is not None:
        tree["network"] = {"vpcCidr": wanted.vpc_cidr}
    return {key: value for key, value in tree.items() if value is not None}


def _settle(stack: str, values: dict[str, Any], wanted: Wanted, file: Path, like: str | None) -> None:
    """What two stacks cannot both have: hosts and rules of a zone, and the range of a network that may be joined."""
    others = {name: found for name, found in _beside(file) if name != stack}
    cdn = values.get("cdn")
    if like is not None and wanted.domain is not None and isinstance(cdn, dict):
        cdn.pop("hosts", None)
    if isinstance(cdn, dict) and cdn.get("zoneId") in {other.cdn.zone_id for other in others.values()}:
        cdn.pop("hosts", None)
        cdn |= {"manageRulesets": False, "hosts": _hosts(stack, str(values.get("domain")))}
    if wanted.vpc_cidr is None and (free := _free_range([other.network.vpc_cidr for other in others.values()])):
        values["network"] = {**(values.get("network") or {}), "vpcCidr": free}


def _hosts(stack: str, domain: str) -> dict[str, str]:
    """Names of one level, which Cloudflare's Universal SSL covers (Cloudflare SSL documentation), with the stack's."""
    return {"app": f"{stack}.{domain}", **{key: f"{stack}-{host}.{domain}" for key, host in _HOSTS.items()}}


def _names_beside(file: Path) -> Iterator[str]:
    for path in sorted(file.parent.glob("Pulumi.*.yaml")):
        yield path.name.removeprefix("Pulumi.").removesuffix(".yaml")


def _beside(file: Path) -> Iterator[tuple[str, Settings]]:
    for name in _names_beside(file):
        if (found := check(name, file.with_name(f"Pulumi.{name}.yaml")).settings) is not None:
            yield name, found


def _free_range(taken: list[Any]) -> str | None:
    """The first `10.<n>.0.0/16` that overlaps no other stack's network; None where all are taken."""
    used = [ipaddress.ip_network(str(one)) for one in taken]
    every = (ipaddress.ip_network(f"10.{second}.0.0/16") for second in range(256))
    return next((str(one) for one in every if not any(one.overlaps(other) for other in used)), None)


def _checked(new: NewStack, *, write: bool) -> NewStack:
    """The composed file, checked among its neighbours and, if nothing stands against it, put in its place at once."""
    folder = new.file.parent
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, prefix=".init-", suffix=".yaml") as draft:
        draft.write(new.content)
        draft.flush()
        found = check(new.stack, Path(draft.name))
        # Of the stack that it began with, the check may find the same once more.
        known = {(problem.path, problem.rule) for problem in new.problems}
        more = (problem for problem in found.problems if (problem.path, problem.rule) not in known)
        if problems := (*new.problems, *more):
            return replace(new, problems=tuple(map(_with_flag, problems)))
        if write:
            os.chmod(draft.name, 0o644)  # noqa: PTH101 - of a file that another name follows
            try:
                # A link, not a rename: it fails where a file of that name has come meanwhile.
                os.link(draft.name, new.file)
            except FileExistsError:
                return replace(new, problems=(exists(new.file),))
    if found.settings is None:
        return new
    order, waiting = place(new.stack, found.settings, dict(_beside(new.file)))
    return replace(new, settings=found.settings, written=write, order=order, waiting=waiting)


def _with_flag(problem: Problem) -> Problem:
    """A problem with the option that wrote its key."""
    flag = next((flag for key, flag in FLAGS.items() if problem.path.startswith(key)), None)
    return problem if flag is None else replace(problem, fix=f"{problem.fix} ({flag})")
