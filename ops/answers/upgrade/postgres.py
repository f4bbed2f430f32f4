"""The way from one version of PostgreSQL to another on RDS: major ones in two deployments, minor ones in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bailbondpro.facts.upgrades import POSTGRES_MAJORS, RDS_MAJOR, RDS_MINOR, postgres_parts
from infra.limits.maintenance import schedule
from ops.answers.upgrade.steps import WEEK, Edit, Step, Wait

if TYPE_CHECKING:
    from infra.settings import Settings
    from ops.answers.upgrade.steps import Refused

MAJOR_LENGTH = Wait(
    what="how long nothing answers: about 8 minutes in the one public report (1.5 TB, one replica); plan for 30",
    source="no document gives it",
    documented=False,
)
MINOR_LENGTH = Wait(
    what="how long nothing answers: some minutes, with a standby as well: plan for 15",
    source="no document gives it",
    documented=False,
)
_DIFF = "pulumi preview --diff"
_VERSIONS = "aws rds describe-db-engine-versions --engine postgres --engine-version"
_STATES = (
    "aws rds describe-db-instances --query "
    "'DBInstances[].[DBInstanceIdentifier,EngineVersion,DBParameterGroups[0].DBParameterGroupName]'"
)
_SNAPSHOTS = "the snapshots of the first step, restored into servers of their own; what was written since is lost"


@dataclass(frozen=True)
class Servers:
    """The databases of a stack, and when each of them restarts.

    Attributes:
        sources: names of the primary and the shards' primaries, with their windows.
        replicas: windows of the read replicas, each once; empty without any.
        waits: whether changes wait for those windows.
    """

    sources: tuple[tuple[str, str], ...]
    replicas: tuple[str, ...]
    waits: bool

    @classmethod
    def of(cls, settings: Settings) -> Servers:
        """Those of a stack."""
        postgres, windows = settings.postgres, schedule(settings)
        sources = [("the primary", windows.primary)]
        sources += [(f"shard {index}", window) for index, window in enumerate(windows.shards)]
        most = max(postgres.replicas, postgres.shards.replicas if postgres.shards.count else 0)
        return cls(tuple(sources), windows.replicas[:most], not postgres.apply_immediately)

    @property
    def when(self) -> str:
        """When the sources restart."""
        return "; ".join(f"{name} {window} UTC" for name, window in self.sources) if self.waits else "at once"

    @property
    def when_replicas(self) -> str:
        """When the replicas restart, if by themselves."""
        return f"by their zones {', '.join(self.replicas)} UTC" if self.waits else "at once"

    def until(self, when: str) -> tuple[Wait, ...]:
        """What to wait for until every server has had its window."""
        source = "Amazon RDS API Reference, ModifyDBInstance, EngineVersion: in the next maintenance window"
        what = f"until each window has passed, within a week: {when}"
        return (Wait(what=what, source=source, documented=True),) if self.waits else ()

    @property
    def advance(self) -> str | None:
        """How far a rehearsal's clock goes until all of them have had it."""
        return WEEK if self.waits else None

    def rehearsal(self, stack: str) -> str:
        """The command that rehearses a step."""
        return f"./bbp rehearse {stack}{f' --advance {WEEK}' if self.waits else ''}"


def refusals(settings: Settings, before: str, after: str, found: Refused) -> None:
    """Everything that makes the way impossible."""
    runs = settings.postgres.engine_version
    old, new = postgres_parts(before), postgres_parts(after)
    for name, version, parts in (("FROM", before, old), ("TO", after, new)):
        if parts is None or str(parts[0]) not in POSTGRES_MAJORS:
            found.add(
                name,
                version,
                f"PostgreSQL {' or '.join(POSTGRES_MAJORS)}, or a minor version of them: the platform runs on no other",
                f"use {POSTGRES_MAJORS[0]} {POSTGRES_MAJORS[-1]}",
            )
    if not _may_run(before, runs):
        found.add("FROM", before, f"{runs}: postgres.engineVersion of this stack file", f"use {runs}")
    if settings.postgres.upgrading_from is not None:
        found.add(
            "bailbondpro:postgres.upgradingFrom",
            settings.postgres.upgrading_from,
            "no upgrade under way: both versions' parameter groups still stand",
            f"finish it: once every server runs {runs}, `pulumi refresh`, remove the key, and deploy",
        )
    if old is None or new is None:
        return
    if after == before:
        found.add("TO", after, f"a version after {before}", "nothing is to be done")
    elif new[0] < old[0] or (new[0] == old[0] and (new[1] is None or (old[1] is not None and new[1] < old[1]))):
        found.add(
            "TO",
            after,
            f"a version after {before}: RDS never goes back",
            f"restore a snapshot that was taken under {after} into a server of its own"
            if new[0] < old[0] or new[1] is not None
            else f"name a minor version of {after}: within it, RDS alone chooses where none is named",
        )
    elif new[0] > old[0] + 1:
        found.add("TO", after, f"{old[0] + 1}: one major version at a time here", f"plan {before} {old[0] + 1} first")


def _may_run(before: str, runs: str) -> bool:
    """Whether a version can be the one that runs: a stack file with a major version does not say which minor it is."""
    mine, theirs = before.split("."), runs.split(".")
    return all(one == other for one, other in zip(mine, theirs, strict=False))


def steps(settings: Settings, before: str, after: str) -> tuple[Step, ...]:
    """The steps of a way that nothing refuses."""
    major = before.split(".", maxsplit=1)[0] != after.split(".", maxsplit=1)[0]
    return (_major if major else _minor)(settings, before, after)


def _major(settings: Settings, before: str, after: str) -> tuple[Step, ...]:
    old, new = before.split(".", maxsplit=1)[0], after.split(".", maxsplit=1)[0]
    servers = Servers.of(settings)
    return (
        _prepared(settings, old, new, servers),
        _asked(settings, after, old, servers),
        _groups_gone(settings, old, servers),
        _afterwards(servers),
    )


def _prepared(settings: Settings, old: str, new: str, servers: Servers) -> Step:
    offered = f"{_VERSIONS} {old}.N --query 'DBEngineVersions[].ValidUpgradeTarget[].EngineVersion'"
    unsupported = (
        "on the primary and every shard: no open prepared transactions (pg_prepared_xacts), no columns of reg* types "
        "but regclass and regtype, no extension that the target lacks"
    )
    return Step(
        title="Prepare: test it, and take snapshots",
        by_hand=(
            f"go this whole way in a stack of less weight first, with the application's tests on {new}",
            f"see that {new} is offered: {offered}, N as describe-db-instances says",
            unsupported,
            *(f"aws rds create-db-snapshot of {name}" for name, _ in servers.sources),
        ),
        service=(RDS_MAJOR["blockers"], RDS_MAJOR["slots"], RDS_MAJOR["snapshot"]),
        back="nothing has changed",
        checks=(f"./bbp check {settings.stack}", f"./bbp rehearse {settings.stack} --fresh"),
    )


def _asked(settings: Settings, after: str, old: str, servers: Servers) -> Step:
    """The deployment that asks for a major upgrade, and the wait until RDS has done it."""
    postgres, own = settings.postgres, settings.postgres.replica_engine_version
    taken_back = (
        "before the window the edits alone do not take it back, because it is asked for already: first aws rds "
        f"modify-db-instance --apply-immediately --engine-version with the {old}.N that runs, for each server, then "
        f"the edits in reverse. After it: {_SNAPSHOTS}"
    )
    return Step(
        title=f"Ask for version {after}: both versions' parameter groups stand beside each other",
        by_hand=("change nothing else in this deployment",),
        edits=(
            Edit(path="postgres.engineVersion", old=postgres.engine_version, new=after),
            Edit(path="postgres.upgradingFrom", old=None, new=old),
            *(() if own is None else (Edit(path="postgres.replicaEngineVersion", old=own, new=None),)),
            *(_without_auto(settings) if "." in after else ()),
        ),
        service=(RDS_MAJOR["replicas"], RDS_MAJOR["standby"], RDS_MAJOR["groups"]),
        restarts=(f"every instance, replicas with their source: {servers.when}",),
        waits=(*servers.until(servers.when), MAJOR_LENGTH),
        advance=servers.advance,
        shown=("engineVersion", "parameterGroupName") if servers.waits and "." not in after else (),
        preview="version and group of the primary and each shard, until its window has passed and a refresh"
        if servers.waits
        else "nothing once the deployment has ended and the state is refreshed",
        no_return="the window of the first server" if servers.waits else "the deployment itself",
        back=taken_back if servers.waits else _SNAPSHOTS,
        checks=(_DIFF, servers.rehearsal(settings.stack)),
    )


def _groups_gone(settings: Settings, old: str, servers: Servers) -> Step:
    return Step(
        title="Give the replicas their group of the later version, and take the old groups away"
        if servers.replicas
        else "Take the old parameter groups away",
        by_hand=("pulumi refresh: the state learns the versions that run",),
        edits=(Edit(path="postgres.upgradingFrom", old=old, new=None),),
        service=((RDS_MAJOR["replica groups"],) if servers.replicas else ()) + (RDS_MAJOR["groups"],),
        restarts=("nothing by itself; replicas read the static parameters at a restart that somebody orders",)
        if servers.replicas
        else (),
        preview="nothing once the deployment has ended",
        no_return="passed: the databases run the later version",
        back=_SNAPSHOTS,
        checks=(
            "pulumi preview --json --show-sames > plan.json before the deployment, then ./bbp reboots --plan plan.json",
            _STATES,
            servers.rehearsal(settings.stack),
        ),
    )


def _afterwards(servers: Servers) -> Step:
    statistics = (
        "ANALYZE (vacuumdb --all --analyze-in-stages) on the primary and every shard: an upgrade before version 18 "
        "starts without planner statistics, a later one without extended ones"
    )
    return Step(
        title="Statistics and extensions",
        by_hand=(
            statistics,
            "ALTER EXTENSION ... UPDATE in every database",
            *(("restart the replicas one after the other",) if servers.replicas else ()),
        ),
        service=(RDS_MAJOR["extensions"],),
        back=_SNAPSHOTS,
        checks=("select * from pg_extension", "the slowest statements in Performance Insights, against those before"),
    )


def _minor(settings: Settings, _before: str, after: str) -> tuple[Step, ...]:
    servers, auto = Servers.of(settings), _without_auto(settings)
    if not servers.replicas:
        return (_sources_to(settings, after, servers, auto),)
    return (_replicas_to(settings, after, servers, auto), _sources_to(settings, after, servers, ()))


def _replicas_to(settings: Settings, after: str, servers: Servers, auto: tuple[Edit, ...]) -> Step:
    own = settings.postgres.replica_engine_version
    return Step(
        title=f"Replicas to {after}, before their sources",
        by_hand=(f"see that {after} is offered: {_VERSIONS} {after}",),
        edits=(Edit(path="postgres.replicaEngineVersion", old=own, new=after), *auto),
        service=(RDS_MINOR["order"], RDS_MINOR["automatic"]),
        restarts=(f"every read replica: {servers.when_replicas}",),
        waits=(*servers.until(servers.when_replicas), MINOR_LENGTH),
        advance=servers.advance,
        preview=_NOTHING_SHOWN,
        no_return="the window of the first replica" if servers.waits else "the deployment itself",
        back="RDS never goes back; a replica can be deleted and made anew, with its source's version",
        checks=(_DIFF, servers.rehearsal(settings.stack)),
    )


def _sources_to(settings: Settings, after: str, servers: Servers, auto: tuple[Edit, ...]) -> Step:
    first = f"see that {after} is offered: {_VERSIONS} {after}"
    return Step(
        title=f"Primary and shards to {after}",
        by_hand=(f"pulumi refresh, and see that every replica runs {after}: {_STATES}" if servers.replicas else first,),
        edits=(Edit(path="postgres.engineVersion", old=settings.postgres.engine_version, new=after), *auto),
        service=(RDS_MINOR["order"],),
        restarts=(f"the primary and each shard, with its standby: {servers.when}",),
        waits=(*servers.until(servers.when), MINOR_LENGTH),
        advance=servers.advance,
        preview=_NOTHING_SHOWN,
        no_return="the window of the first server" if servers.waits else "the deployment itself",
        back="RDS never goes back: a snapshot that was taken before, restored into a server of its own",
        checks=(_DIFF, servers.rehearsal(settings.stack)),
    )


_NOTHING_SHOWN = "nothing, also while it waits: the provider reads a version that is given to the letter as sent"


def _without_auto(settings: Settings) -> tuple[Edit, ...]:
    """A pinned version stays where it is only without automatic upgrades."""
    if not settings.postgres.auto_minor_version_upgrade:
        return ()
    return (Edit(path="postgres.autoMinorVersionUpgrade", old=True, new=False),)
