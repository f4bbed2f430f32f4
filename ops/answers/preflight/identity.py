"""Who asks, and what is refused or different because of which account and region it is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ops.answers.preflight import reads
from ops.answers.preflight.model import Answer, Permission, Question, met, not_asked, not_judged, not_met
from plan import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.preflight.model import Clouds
    from ops.answers.preflight.subject import Subject

AREA = "account"
ANOMALY_MONITOR = "aws:costexplorer/anomalyMonitor:AnomalyMonitor"
NO_ORGANIZATION = "AWSOrganizationsNotInUseException"
NO_CONTROL_PLANE = frozenset({"use1-az3", "usw1-az2", "cac1-az3"})
"""Zones that take no subnet of an EKS control plane (EKS User Guide, Subnet requirements; unverified)."""
MOST_LOG_POLICIES = 10
"""Resource policies for an account in a region (CloudWatch Logs User Guide, quotas; unverified)."""
OWN_VOLUME_KEY = "alias/aws/ebs"
AUTO_SCALING_ROLE = "AWSServiceRoleForAutoScaling"
KEY_USE = (
    "Encrypt Decrypt ReEncryptFrom ReEncryptTo GenerateDataKey GenerateDataKeyWithoutPlaintext DescribeKey CreateGrant"
)
"""What Auto Scaling does with the key of volumes (EC2 Auto Scaling User Guide, key policy; unverified)."""


def questions(subject: Subject) -> Iterator[Question]:
    """What depends on the account and its regions."""
    yield Question(
        area=AREA,
        name="identity and account",
        why="an update in a wrong account makes everything a second time, there",
        needs=(Permission(reads.IDENTITY),),
        ask=partial(_identity, subject),
        first=True,
    )
    for region in subject.regions:
        yield Question(
            area=AREA,
            name=f"region {region} is enabled",
            why="every call is refused in a region that the account has not opted into",
            needs=(Permission(reads.REGIONS),),
            ask=partial(_region, subject.home, region),
        )
        if zones := subject.zones(region):
            yield Question(
                area=AREA,
                name=f"zones of the network in {region}",
                why="letters of zones differ between accounts; a subnet is refused in a zone that is not there",
                needs=(Permission(reads.ZONES),),
                ask=partial(_zones, region, zones, bool(subject.of(tokens.CLUSTER))),
            )
    yield from _by_type(subject)


def _by_type(subject: Subject) -> Iterator[Question]:
    if subject.of(ANOMALY_MONITOR):
        yield Question(
            area=AREA,
            name="no member of an Organization (cost anomaly monitor)",
            why="only the payer has cost allocation tags: a member gets no monitor (terraform-provider-aws 37636)",
            needs=(Permission(reads.ORGANIZATION),),
            ask=_organization,
        )
    if any("TagKeyValue" in str(item.inputs.get("costFilters")) for item in subject.of(tokens.BUDGET)):
        yield Question(
            area=AREA,
            name="cost allocation tag of the budget is active",
            why="until the payer has activated it the budget counts 0 USD",
            ask=lambda _: not_asked(
                "only the payer's account answers, and not before the tag was used once",
                "a day after the first update, activate the tag there: Billing, Cost allocation tags",
            ),
        )
    for region in sorted({subject.region_of(item) for item in subject.of(tokens.LAUNCH_TEMPLATE)}):
        yield Question(
            area=AREA,
            name=f"key that encrypts volumes of nodes in {region}",
            why="nodes do not start unless Auto Scaling may use the key that the account encrypts volumes with",
            needs=tuple(
                Permission(read)
                for read in (reads.VOLUMES_ENCRYPTED, reads.VOLUME_KEY, reads.KEY_POLICY, reads.KEY_GRANTS)
            ),
            ask=partial(_volume_key, region),
        )
    delivering = [item for item in subject.of(tokens.CACHE) if item.inputs.get("logDeliveryConfigurations")]
    for region in sorted({subject.region_of(item) for item in delivering}):
        yield Question(
            area=AREA,
            name=f"room for a log delivery policy in {region}",
            why="CloudWatch Logs refuses the cache's log delivery once all resource policies are used up",
            needs=(Permission(reads.LOG_POLICIES),),
            ask=partial(_log_policies, region),
        )
    yield Question(
        area=AREA,
        name="verification of the account",
        why="databases and load balancers of a fresh account may be held back",
        ask=lambda _: not_asked("AWS tells it only by refusing", "look for a mail of AWS; start with dev"),
    )


def _identity(subject: Subject, clouds: Clouds) -> Answer:
    who = clouds.aws.identity
    if subject.accounts and who.account not in subject.accounts:
        fix = f"take credentials of {' or '.join(subject.accounts)}, or correct bailbondpro:aws.allowedAccountIds"
        return not_met(f"{who.arn} belongs to account {who.account}, which this stack does not allow", fix)
    if who.root:
        return not_met(f"{who.arn} is the root user", "take a role's credentials: nothing limits what root deletes")
    if not subject.accounts:
        fix = "name the account in bailbondpro:aws.allowedAccountIds (or in the provider's allowedAccountIds)"
        return not_judged(f"{who.arn} in account {who.account}; the plan does not say which account is right", fix)
    return met(f"{who.arn} in the allowed account {who.account}")


def _region(home: str, region: str, clouds: Clouds) -> Answer:
    found = clouds.aws.read(reads.REGIONS, home, RegionNames=[region], AllRegions=True)["Regions"]
    status = found[0]["OptInStatus"] if found else "unknown"
    if status in {"opt-in-not-required", "opted-in"}:
        return met(status)
    return not_met(f"it is {status}", f"aws account enable-region --region-name {region}  # takes minutes to hours")


def _zones(region: str, zones: tuple[str, ...], cluster: bool, clouds: Clouds) -> Answer:  # noqa: FBT001 - bound by its place
    found = {
        item["ZoneName"]: item
        for item in clouds.aws.read(reads.ZONES, region, AllAvailabilityZones=True)["AvailabilityZones"]
    }
    fix = f"choose of {', '.join(sorted(_usable(found, cluster=cluster)))} in bailbondpro:network.availabilityZones"
    absent = [zone for zone in zones if zone not in found]
    if absent:
        return not_met(f"{', '.join(absent)} is no zone of {region} in this account", fix)
    closed = [zone for zone in zones if found[zone]["State"] != "available"]
    if closed:
        return not_met(f"{', '.join(closed)} is not available ({found[closed[0]]['State']})", fix)
    refused = [zone for zone in zones if cluster and found[zone]["ZoneId"] in NO_CONTROL_PLANE]
    if refused:
        return not_met(f"{refused[0]} is {found[refused[0]]['ZoneId']}, where EKS puts no control plane", fix)
    return met(", ".join(f"{zone} ({found[zone]['ZoneId']})" for zone in zones))


def _usable(found: dict[str, dict[str, str]], *, cluster: bool) -> list[str]:
    return [
        name
        for name, item in found.items()
        if item["State"] == "available"
        and item.get("ZoneType", "availability-zone") == "availability-zone"
        and not (cluster and item["ZoneId"] in NO_CONTROL_PLANE)
    ]


def _organization(clouds: Clouds) -> Answer:
    found = clouds.aws.look(reads.ORGANIZATION, missing=(NO_ORGANIZATION,))
    if found is None:
        return met("the account belongs to no Organization")
    payer = found["Organization"]["MasterAccountId"]
    if payer == clouds.aws.identity.account:
        return met("the account is the payer of its Organization")
    return not_met(f"the account is a member; {payer} pays", "bailbondpro:budget: {anomalyDetection: false}")


def _volume_key(region: str, clouds: Clouds) -> Answer:
    aws = clouds.aws
    if not aws.read(reads.VOLUMES_ENCRYPTED, region)["EbsEncryptionByDefault"]:
        return met("the account has no default; volumes take AWS's own key")
    key = aws.read(reads.VOLUME_KEY, region)["KmsKeyId"]
    if key.endswith(OWN_VOLUME_KEY):
        return met("AWS's own key")
    policy = aws.read(reads.KEY_POLICY, region, KeyId=key)["Policy"]
    grants = aws.read(reads.KEY_GRANTS, region, KeyId=key)["Grants"]
    if AUTO_SCALING_ROLE in policy or any(AUTO_SCALING_ROLE in str(grant) for grant in grants):
        return met(f"{key}, whose policy or grants name {AUTO_SCALING_ROLE}")
    account = f"arn:{aws.identity.partition}:iam::{aws.identity.account}"
    role = f"{account}:role/aws-service-role/autoscaling.amazonaws.com/{AUTO_SCALING_ROLE}"
    return not_met(
        f"{key}: neither its policy nor a grant names {AUTO_SCALING_ROLE}",
        f"aws kms create-grant --region {region} --key-id {key} --grantee-principal {role} --operations {KEY_USE}",
    )


def _log_policies(region: str, clouds: Clouds) -> Answer:
    found = clouds.aws.read(reads.LOG_POLICIES, region)["resourcePolicies"]
    if len(found) < MOST_LOG_POLICIES:
        return met(f"{len(found)} of {MOST_LOG_POLICIES} are used")
    names = ", ".join(str(item.get("policyName")) for item in found)
    if any("delivery.logs.amazonaws.com" in str(item.get("policyDocument")) for item in found):
        return met(f"all {MOST_LOG_POLICIES} are used, and one of them lets logs be delivered")
    return not_met(f"all {MOST_LOG_POLICIES} are used: {names}", "merge two of them into one")
