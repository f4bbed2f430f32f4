"""What identifies each resource of a stack: its URN and its physical name, held against lists in git.

A renamed URN is a deletion and a creation, and so is another physical name: of a database, that is data. Nothing else
notices, since a rehearsal begins in an empty cloud. The lists in `tests/data/urns/` are the memory:

    .venv/bin/python -m tests.support.identities            # what differs
    .venv/bin/python -m tests.support.identities --write    # adds what is new; removes only what may disappear

A line may disappear when a resource names the old one as an alias, or when `waivers.txt` holds it with a reason.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.paths import DATA
from tests.support.plans import STACK, engine_urn
from tests.support.stack import CHECKED_IN, EVERY_STACK, recorded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from tests.support.recording import RecordedResource, Recording

LISTS = DATA / "urns"
"""One list for each checked-in stack and phase, one for each stack that tests have beside them, and waivers."""

RUNNING = frozenset(f"{environment}-{phase}" for environment, phase in CHECKED_IN)
"""Lists of stacks that may be running; the others are for tests alone."""

WAIVERS = "waivers.txt"
"""Lines that may disappear: `<stack>-<phase> | <line> | <reason>`, or `* | ...` for every checked-in stack."""

IDENTIFYING = (
    *("name", "identifier", "replicationGroupId", "nodeGroupName", "addonName", "settingId", "clusterIdentifier"),
    *("dbName", "username", "cidrBlock", "availabilityZone", "namespace", "chart", "zoneId", "accountId"),
)
"""Inputs that say which thing at the vendor is meant: another value is another thing."""

NOT_IDENTIFYING = {
    # Whose metric an alarm reads: it may change in place.
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("namespace",),
}
"""Where such an input means something else."""

IDENTIFYING_OF_TYPE: Mapping[str, tuple[str, ...]] = {
    # Elsewhere `bucket` points at this one, under a name that Pulumi makes.
    "aws:s3/bucket:Bucket": ("bucket",),
    "aws:eks/accessEntry:AccessEntry": ("principalArn",),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": ("principalArn", "policyArn"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("policyArn",),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": ("serviceAccount",),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("serviceName",),
    "aws:lb/listener:Listener": ("port",),
    "aws:lb/targetGroup:TargetGroup": ("port", "protocol"),
    "cloudflare:index/ruleset:Ruleset": ("phase", "kind"),
    "cloudflare:index/dnsRecord:DnsRecord": ("type",),
    "cloudflare:index/authenticatedOriginPulls:AuthenticatedOriginPulls": ("hostname",),
}
"""More of them, where the name alone does not say it."""


@dataclass(frozen=True)
class Difference:
    """What one list holds that the program no longer makes, and the other way round; both sorted.

    Attributes:
        name: the list, such as "prod-horizontal".
        lost: lines that disappeared and may not.
        allowed: lines that disappeared and may: an alias or a waiver covers them.
        added: lines that are new.
    """

    name: str
    lost: tuple[str, ...]
    allowed: tuple[str, ...]
    added: tuple[str, ...]

    def __str__(self) -> str:
        """For people: what is new, what is gone, and what to do."""
        parts = [f"{self.name}:"]
        parts += [f"  new:  {line}" for line in self.added]
        parts += [f"  gone: {line} (covered)" for line in self.allowed]
        parts += [f"  GONE: {line}" for line in self.lost]
        if self.lost:
            parts.append(
                "  What is GONE would be deleted in a running stack. Keep its name, give the new resource an alias, or"
                f" add a line with the reason to tests/data/urns/{WAIVERS}."
            )
        if self.added or self.allowed:
            parts.append("  Then: .venv/bin/python -m tests.support.identities --write")
        return "\n".join(parts)


def identities(recording: Recording) -> tuple[str, ...]:
    """One line for each resource, sorted: parent types, type, logical name, then what identifies it at the vendor."""
    items = {item.urn: item for item in recording if item.type != STACK}
    return tuple(sorted(identity(item, items) for item in items.values()))


def identity(item: RecordedResource, items: Mapping[str, RecordedResource]) -> str:
    """The line of one resource among the others, which `items` holds by URN."""
    urn = engine_urn(item, items).split("::", 2)[2]
    if not item.custom:
        return urn
    others = NOT_IDENTIFYING.get(item.type, ())
    keys = [key for key in (*IDENTIFYING, *IDENTIFYING_OF_TYPE.get(item.type, ())) if key not in others]
    values = [f"{key}={item.inputs[key]}" for key in keys if item.inputs.get(key) not in {None, ""}]
    metadata = item.inputs.get("metadata")
    if isinstance(metadata, dict):
        values += [f"metadata.{key}={metadata[key]}" for key in ("namespace", "name") if metadata.get(key)]
    return " ".join([urn, *values])


def listed(name: str, folder: Path = LISTS) -> tuple[str, ...]:
    """The lines of one list, none where there is no list yet."""
    path = folder / f"{name}.txt"
    return tuple(path.read_text(encoding="utf-8").splitlines()) if path.exists() else ()


def waived(name: str, folder: Path = LISTS) -> frozenset[str]:
    """Lines that may disappear from a list.

    Raises:
        ValueError: a waiver without its three parts; it names the line.
    """
    path = folder / WAIVERS
    found = set()
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        if not line.strip() or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split(" | ")]
        if len(parts) != len(("list", "line", "reason")) or not all(parts):
            raise ValueError(f"{WAIVERS}: needs `<list> | <line> | <reason>`, has {line!r}")
        if parts[0] == name or (parts[0] == "*" and name in RUNNING):
            found.add(parts[1])
    return frozenset(found)


def aliased(recording: Recording) -> frozenset[str]:
    """What the resources were called before, as their aliases say: `<type>::<logical name>` and ends of URNs."""
    found = set()
    for item in recording:
        for alias in item.aliases:
            found.add(alias.split("::", 2)[2] if alias.startswith("urn:") else f"{item.type}::{alias}")
    return frozenset(found)


def _covered(line: str, aliases: frozenset[str], waivers: frozenset[str]) -> bool:
    identity = line.split(" ", 1)[0]
    return line in waivers or identity in aliases or identity.rsplit("$", 1)[-1] in aliases


def difference(
    name: str, now: Sequence[str], before: Iterable[str], aliases: frozenset[str], waivers: frozenset[str]
) -> Difference:
    """Compares what the program makes now with a list.

    An alias covers a renamed URN; a resource that keeps its URN under another physical name needs a waiver.
    """
    gone = sorted(set(before) - set(now))
    still_here = {line.split(" ", 1)[0] for line in now}
    covered = {
        line
        for line in gone
        if _covered(line, frozenset() if line.split(" ", 1)[0] in still_here else aliases, waivers)
    }
    return Difference(
        name=name,
        lost=tuple(line for line in gone if line not in covered),
        allowed=tuple(sorted(covered)),
        added=tuple(sorted(set(now) - set(before))),
    )


def differences(folder: Path = LISTS) -> list[Difference]:
    """One for each list."""
    found = []
    for environment, phase in EVERY_STACK:
        name = f"{environment}-{phase}"
        recording = recorded(environment, phase)
        found.append(
            difference(name, identities(recording), listed(name, folder), aliased(recording), waived(name, folder))
        )
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what differs; with `--write` brings the lists up to date. 1 when something is lost or lists are old."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="bring the lists up to date")
    write = parser.parse_args(arguments).write
    found = differences()
    for item in found:
        changed = bool(item.lost or item.allowed or item.added)
        sys.stdout.write(f"{item}\n" if changed else f"{item.name}: as listed\n")
        if write and changed:
            kept = (set(listed(item.name)) - set(item.allowed)) | set(item.added)
            (LISTS / f"{item.name}.txt").write_text("".join(f"{line}\n" for line in sorted(kept)), encoding="utf-8")
    if any(item.lost for item in found):
        return 1
    return int(not write and any(item.allowed or item.added for item in found))


if __name__ == "__main__":
    sys.exit(main())
