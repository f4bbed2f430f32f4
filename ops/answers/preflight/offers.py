"""Whether the services offer, there, the versions, classes and types that the plan asks for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ops.answers.preflight import reads
from ops.answers.preflight.model import Answer, Permission, Question, met, not_judged, not_met
from ops.answers.preflight.subject import text
from plan import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ops.answers.preflight.model import Clouds
    from ops.answers.preflight.subject import Subject

AREA = "versions and classes"
TWO_ZONES = 2
"""A standby stands in another zone than its primary."""


def questions(subject: Subject) -> Iterator[Question]:
    """Kubernetes, nodes, databases and caches of the plan."""
    yield from _kubernetes(subject)
    yield from _nodes(subject)
    yield from _databases(subject)
    yield from _caches(subject)


def offered(wanted: str, version: str) -> bool:
    """Whether a version is the wanted one, or one below it: 17.6 is a 17, and 17.10 no 17.1."""
    return version == wanted or version.startswith(f"{wanted}.")


def _kubernetes(subject: Subject) -> Iterator[Question]:
    wanted = sorted({(subject.region_of(item), text(item, "version")) for item in subject.of(tokens.CLUSTER)})
    for region, version in (pair for pair in wanted if pair[1]):
        yield Question(
            area=AREA,
            name=f"EKS {version} in {region}",
            why="EKS refuses a cluster of a version that it does not offer",
            needs=(Permission(reads.CLUSTER_VERSIONS),),
            ask=partial(_cluster_version, region, version),
        )
        for addon in subject.of(tokens.ADDON):
            name, own = text(addon, "addonName"), text(addon, "addonVersion")
            yield Question(
                area=AREA,
                name=f"add-on {name} {own or '(its default)'} for EKS {version} in {region}",
                why="EKS refuses an add-on that does not go with the cluster",
                needs=(Permission(reads.ADDON_VERSIONS),),
                ask=partial(_addon, region, version, name, own),
            )


def _cluster_version(region: str, version: str, clouds: Clouds) -> Answer:
    found = clouds.aws.read(reads.CLUSTER_VERSIONS, region)["clusterVersions"]
    known = {item["clusterVersion"]: item for item in found}
    choice = ", ".join(sorted(known, reverse=True))
    if version not in known:
        return not_met(f"it is not among {choice or 'none'}", "choose one of these in bailbondpro:cluster.version")
    status = str(known[version].get("versionStatus") or known[version].get("status") or "").upper()
    if "STANDARD" not in status:
        return not_met(
            f"it is {status or 'of unknown support'}; others are {choice}",
            "choose a version in standard support: the others cost 0.60 USD for each hour and cluster, or are refused",
        )
    return met("in standard support")


def _addon(region: str, version: str, name: str, own: str, clouds: Clouds) -> Answer:
    found = clouds.aws.look(
        reads.ADDON_VERSIONS,
        region,
        missing=("InvalidParameterException", "ResourceNotFoundException"),
        addonName=name,
        kubernetesVersion=version,
    )
    addons = found["addons"] if found is not None else []
    versions = [item["addonVersion"] for addon in addons for item in addon["addonVersions"] if item["compatibilities"]]
    if not versions:
        return not_met(f"there is none for {version}", f"leave {name} out, or choose another version of Kubernetes")
    if own and own not in versions:
        return not_met(f"it is not among {', '.join(versions[:5])}", f"pin one of these versions of {name}, or none")
    return met(own or f"{len(versions)} versions, the newest {versions[0]}")


def _nodes(subject: Subject) -> Iterator[Question]:
    wanted: dict[tuple[str, str], set[str]] = {}
    for group in subject.of(tokens.NODE_GROUP):
        templates = [subject.resources[urn] for urn in group.dependencies if urn in subject.resources]
        own = [text(item, "instanceType") for item in templates if item.type == tokens.LAUNCH_TEMPLATE]
        for name in filter(None, [*own, *(group.inputs.get("instanceTypes") or ())]):
            wanted.setdefault((subject.region_of(group), name), set()).update(subject.zones_of(group))
    for (region, name), zones in sorted(wanted.items()):
        yield Question(
            area=AREA,
            name=f"{name} in the zones of its nodes in {region}",
            why="a node group gets no node in a zone that does not have its instance type",
            needs=(Permission(reads.INSTANCE_TYPES),),
            ask=partial(_instance_type, region, name, tuple(sorted(zones))),
        )


def _instance_type(region: str, name: str, zones: tuple[str, ...], clouds: Clouds) -> Answer:
    found = clouds.aws.read(
        reads.INSTANCE_TYPES,
        region,
        LocationType="availability-zone",
        Filters=[{"Name": "instance-type", "Values": [name]}],
    )["InstanceTypeOfferings"]
    there = sorted(item["Location"] for item in found)
    absent = [zone for zone in zones if zone not in there]
    if not zones:
        return not_judged(f"offered in {', '.join(there) or 'no zone'}; the plan names no zone", "name the zones")
    if absent:
        return not_met(
            f"not in {', '.join(absent)}; offered in {', '.join(there) or 'no zone'}",
            "choose another instance type in bailbondpro:pools, or other network.availabilityZones",
        )
    return met(f"in {', '.join(zones)}")


@dataclass(frozen=True, kw_only=True)
class ServerClass:
    """Servers of RDS that are ordered alike.

    Attributes:
        region: where.
        engine: for example `postgres`.
        version: as the plan has it, often a major version alone; empty where the plan leaves it to RDS.
        kind: the class, for example `db.m7g.large`.
        storage: the storage type.
        standby: whether a server of it has one in another zone.
    """

    region: str
    engine: str
    version: str
    kind: str
    storage: str
    standby: bool

    def __str__(self) -> str:
        """For the question's name."""
        standby = " with a standby" if self.standby else ""
        return f"{self.kind} with {self.engine} {self.version} on {self.storage}{standby} in {self.region}"


def _databases(subject: Subject) -> Iterator[Question]:
    instances = subject.of(tokens.DATABASE)
    by_name = {text(item, "identifier"): item for item in instances}
    versions: set[tuple[str, str, str]] = set()
    pinned: dict[ServerClass, set[str]] = {}
    around: dict[ServerClass, set[str]] = {}
    for item in instances:
        source = by_name.get(text(item, "replicateSourceDb"), item)
        wanted = ServerClass(
            region=subject.region_of(item),
            engine=text(item, "engine") or text(source, "engine"),
            version=text(source, "engineVersion"),
            kind=text(item, "instanceClass"),
            storage=text(item, "storageType") or "gp2",
            standby=bool(item.inputs.get("multiAz")),
        )
        if wanted.version:
            versions.add((wanted.region, wanted.engine, wanted.version))
        pinned.setdefault(wanted, set()).update({text(item, "availabilityZone")} - {""})
        around.setdefault(wanted, set()).update(subject.zones_of(item))
    for region, engine, version in sorted(versions):
        yield Question(
            area=AREA,
            name=f"{engine} {version} of RDS in {region}",
            why="RDS refuses a server of a version that it does not offer",
            needs=(Permission(reads.DATABASE_VERSIONS),),
            ask=partial(_database_version, region, engine, version),
        )
    for wanted in sorted(pinned, key=str):
        yield Question(
            area=AREA,
            name=str(wanted),
            why="RDS refuses a class that cannot be ordered in a zone",
            needs=(Permission(reads.DATABASE_CLASSES),),
            ask=partial(_database_class, wanted, frozenset(pinned[wanted]), frozenset(around[wanted])),
        )


def _database_version(region: str, engine: str, version: str, clouds: Clouds) -> Answer:
    found = clouds.aws.read(reads.DATABASE_VERSIONS, region, Engine=engine)["DBEngineVersions"]
    there = [item["EngineVersion"] for item in found if item.get("Status", "available") == "available"]
    fitting = [item for item in there if offered(version, item)]
    if fitting:
        return met(f"offered: {', '.join(fitting)}")
    majors = sorted({item.split(".")[0] for item in there}, key=_number)
    return not_met(
        f"RDS offers {', '.join(majors) or 'none'}", "choose one of these in bailbondpro:postgres.engineVersion"
    )


def _database_class(wanted: ServerClass, pinned: frozenset[str], around: frozenset[str], clouds: Clouds) -> Answer:
    found = clouds.aws.read(
        reads.DATABASE_CLASSES, wanted.region, Engine=wanted.engine, DBInstanceClass=wanted.kind, Vpc=True
    )
    fitting = [item for item in found["OrderableDBInstanceOptions"] if _fits(item, wanted)]
    zones = {zone["Name"] for item in fitting for zone in item["AvailabilityZones"]}
    fix = "choose another class in bailbondpro:postgres, or other network.availabilityZones"
    if not zones:
        return not_met("it cannot be ordered", fix)
    if absent := sorted(pinned - zones):
        said = f"not in {', '.join(absent)}, where a server is put; orderable in {', '.join(sorted(zones))}"
        return not_met(said, fix)
    least = TWO_ZONES if wanted.standby else 1
    usable = ", ".join(sorted(around & zones))
    if around and len(around & zones) < least:
        return not_met(f"of the network's zones it can be ordered in {usable or 'none'}; it needs {least}", fix)
    missing = ", ".join(sorted(around - zones))
    return met(f"orderable in {usable or ', '.join(sorted(zones))}" + (f"; not in {missing}" if missing else ""))


def _fits(item: Mapping[str, Any], wanted: ServerClass) -> bool:
    return (
        (not wanted.version or offered(wanted.version, item["EngineVersion"]))
        and item["StorageType"] == wanted.storage
        and bool(item["SupportsStorageEncryption"])
        and (not wanted.standby or bool(item["MultiAZCapable"]))
    )


def _caches(subject: Subject) -> Iterator[Question]:
    wanted = [(subject.region_of(item), item) for item in subject.of(tokens.CACHE)]
    for region, item in wanted:
        engine, version, kind = text(item, "engine"), text(item, "engineVersion"), text(item, "nodeType")
        if engine and version:
            yield Question(
                area=AREA,
                name=f"{engine} {version} of ElastiCache in {region}",
                why="ElastiCache refuses a cache of a version that it does not offer",
                needs=(Permission(reads.CACHE_VERSIONS),),
                ask=partial(_cache_version, region, engine, version),
            )
        if kind:
            yield Question(
                area=AREA,
                name=f"{kind} in {region}",
                why="ElastiCache refuses a node type that the region does not have",
                needs=(Permission(reads.CACHE_OFFERS),),
                ask=partial(_cache_type, region, kind),
            )


def _cache_version(region: str, engine: str, version: str, clouds: Clouds) -> Answer:
    found = clouds.aws.read(reads.CACHE_VERSIONS, region, Engine=engine)["CacheEngineVersions"]
    there = [item["EngineVersion"] for item in found]
    if any(offered(version, item) for item in there):
        return met("offered")
    return not_met(
        f"ElastiCache offers {', '.join(there) or 'none'}", "choose one of these in bailbondpro:redis.engineVersion"
    )


def _cache_type(region: str, kind: str, clouds: Clouds) -> Answer:
    found = clouds.aws.read(reads.CACHE_OFFERS, region, CacheNodeType=kind)["ReservedCacheNodesOfferings"]
    if found:
        return met("the region sells reservations of it; ElastiCache does not tell zones")
    return not_judged(
        "the region sells no reservation of it, and ElastiCache has no other list of node types",
        f"look for {kind} in ElastiCache's console for {region}",
    )


def _number(text_: str) -> tuple[int, str]:
    return (int(text_), "") if text_.isdigit() else (0, text_)
