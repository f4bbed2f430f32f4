"""The cluster and its nodes: what they start from, whose rights they have, and what add-ons do.

Sources are the documentation of the services; unverified where nothing else is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan import tokens
from plan.types.weaker.kubernetes.ways import configured_less, halved
from plan.types.weaker.model import (
    TRUE,
    Weaker,
    at_least,
    becomes,
    changes,
    differs,
    gains,
    keeps_all,
    ranked,
    stays,
)
from plan.types.weaker.ways import appears, no_more, older_version, opens_to_others, others, smaller_class
from plan.unknown import is_unknown

if TYPE_CHECKING:
    from plan.types.weaker.kubernetes.ways import Row, Than
    from plan.types.weaker.model import Loses


_TEMPLATE = "Amazon EC2 API Reference, RequestLaunchTemplateData"
_ADDON = "Amazon EKS API Reference, UpdateAddon"
_IDENTITY = "EKS User Guide, EKS Pod Identities"
_GROUPS = "Amazon EKS API Reference, CreateNodegroup, UpdateNodegroupConfig"
_POLICIES = "IAM User Guide, Managed policies and inline policies; IAM API Reference, UpdateRole"
_ENTRIES = "EKS User Guide, Access entries"
_CLUSTER = "Amazon EKS API Reference, CreateCluster, VpcConfigRequest, ZonalShiftConfigRequest"
_ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_ROLE = "aws:iam/role:Role"
_HOUR = 3600
_TURN_AWAY = frozenset(("NO_SCHEDULE", "NO_EXECUTE"))
"""Effects by which nodes turn pods away (Amazon EKS API Reference, Taint)."""

_NETWORK_POLICIES = "EKS User Guide, Limit Pod traffic with Kubernetes network policies"
_CNI = "vpc-cni"
_FIRST_WITH_POLICIES = "v1.14"
"""The first version of the VPC CNI that keeps network policies (EKS User Guide, as above; unverified 2026-11-30)."""


def _keeps_no_policies(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether the network's add-on would be of a version that passes network policies over."""
    if not isinstance(old, dict) or not isinstance(new, dict) or new.get("addonName") != _CNI:
        return False
    before, after = (str(side.get("addonVersion") or "") for side in (old, new))
    return older_version(_FIRST_WITH_POLICIES, after) and not older_version(_FIRST_WITH_POLICIES, before)


def _first_chosen(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a version is written down where the service chose one: which one that was stands in no plan."""
    return not old and bool(new)


def _other_groups(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether nodes carry other security groups; without any they carry the cluster's own."""
    return others(old if isinstance(old, list) else [], new)


def _bars(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether nodes turn pods away that they took, or take pods that they turned away."""
    return _taints(new) != _taints(old)


def _taints(listed: object) -> set[tuple[str, ...]]:
    found = (one for one in (listed if isinstance(listed, list) else ()) if isinstance(one, dict))
    return {
        tuple(str(one.get(name) or "") for name in ("key", "value", "effect"))
        for one in found
        if one.get("effect") in _TURN_AWAY
    }


def _unlabelled(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether nodes lose a label, or have another value of it."""
    after = new if isinstance(new, dict) else {}
    return isinstance(old, dict) and any(after.get(name) != value for name, value in old.items())


def _smaller_types(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a group may start a node that is smaller than each that it could start before."""
    before, after = (side if isinstance(side, list) else [] for side in (old, new))
    return bool(before) and any(all(smaller_class(one, other) for one in before) for other in after)


def _older_template(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether nodes start as an older version of their template says; the number of a new one comes with it."""
    return not is_unknown(new) and older_version(old, new)


_OF_GROUPS: tuple[tuple[tuple[str, ...], Than, str, Loses], ...] = (
    (("taints",), _bars, "the pods that are meant for it find a node in it", "room"),
    (("labels",), _unlabelled, "pods find its nodes by their labels", "room"),
    (("version",), older_version, "what its makers repaired stays so", "defence"),
    (("releaseVersion",), older_version, "what its makers repaired stays so", "defence"),
    (("capacityType",), becomes("SPOT"), "nobody but an update takes its nodes away", "redundancy"),
    (("instanceTypes",), _smaller_types, "its nodes have the processors and the memory for their pods", "room"),
    (("diskSize",), halved, "its images and logs have room", "room"),
    (("subnetIds",), keeps_all, "its nodes stand in each of these zones", "redundancy"),
    (("forceUpdateVersion",), becomes(*TRUE), "an update waits for pods that may not go yet", "redundancy"),
    (("launchTemplate", "version"), _older_template, "its nodes start as the newest template says", "defence"),
)
"""Properties of a group of nodes."""
_OF_ITS_OWN = (_other_groups, older_version, _older_template)
"""Ways to compare that say nothing of two different things."""

_ROWS: tuple[Row, ...] = (
    (tokens.LAUNCH_TEMPLATE, ("userData",), differs, "its nodes start with this program", "defence", _TEMPLATE),
    (tokens.LAUNCH_TEMPLATE, ("imageId",), differs, "its nodes start from this image", "defence", _TEMPLATE),
    (tokens.LAUNCH_TEMPLATE, ("keyName",), appears, "nobody logs in to its nodes", "defence", _TEMPLATE),
    (
        tokens.LAUNCH_TEMPLATE,
        ("iamInstanceProfile",),
        differs,
        "its nodes have the rights of this role",
        "defence",
        _TEMPLATE,
    ),
    (
        tokens.LAUNCH_TEMPLATE,
        ("vpcSecurityGroupIds",),
        _other_groups,
        "the rules of these groups decide who reaches it",
        "defence",
        _TEMPLATE,
    ),
    (
        tokens.LAUNCH_TEMPLATE,
        ("networkInterfaces",),
        differs,
        "its nodes stand in the network so",
        "defence",
        _TEMPLATE,
    ),
    (
        tokens.LAUNCH_TEMPLATE,
        ("metadataOptions", "instanceMetadataTags"),
        becomes("enabled"),
        "a node does not know its tags",
        "defence",
        _TEMPLATE,
    ),
    (
        tokens.LAUNCH_TEMPLATE,
        ("instanceMarketOptions",),
        appears,
        "nobody but an update takes its nodes away",
        "redundancy",
        _TEMPLATE,
    ),
    (tokens.NODE_GROUP, ("amiType",), changes, "its nodes start from this image", "defence", _GROUPS),
    (tokens.NODE_GROUP, ("remoteAccess",), appears, "nobody logs in to its nodes", "defence", _GROUPS),
    (
        tokens.NODE_GROUP,
        ("nodeRoleArn",),
        changes,
        "its nodes have the rights of this role",
        "defence",
        _GROUPS,
    ),
    (tokens.NODE_GROUP, ("updateConfig",), changes, "its nodes go one after the other", "redundancy", _GROUPS),
    (
        tokens.NODE_GROUP,
        ("nodeRepairConfig",),
        configured_less,
        "a node that is ill is replaced",
        "redundancy",
        _GROUPS,
    ),
    *((tokens.NODE_GROUP, path, than, says, loses, _GROUPS) for path, than, says, loses in _OF_GROUPS),
    (tokens.ADDON, ("configurationValues",), configured_less, "it does what it is told", "defence", _ADDON),
    (
        tokens.ADDON,
        ("resolveConflictsOnUpdate",),
        stays("OVERWRITE"),
        "what somebody changed of it by hand is put right",
        "defence",
        _ADDON,
    ),
    (tokens.ADDON, ("serviceAccountRoleArn",), changes, "it has the rights of this role", "defence", _ADDON),
    *(
        (_ASSOCIATION, (name,), changes, "these pods have the rights of its role", "defence", _IDENTITY)
        for name in ("serviceAccount", "namespace", "clusterName")
    ),
    (
        _ASSOCIATION,
        ("disableSessionTags",),
        becomes(*TRUE),
        "its role asks which pod comes",
        "defence",
        _IDENTITY,
    ),
    (_ROLE, ("managedPolicyArns",), gains, "it has the rights of its policies alone", "defence", _POLICIES),
    (_ROLE, ("inlinePolicies",), gains, "it has the rights of its policies alone", "defence", _POLICIES),
    (
        _ROLE,
        ("maxSessionDuration",),
        no_more(absent=_HOUR),
        "who takes it has it for an hour",
        "defence",
        _POLICIES,
    ),
    (
        tokens.CLUSTER,
        ("authenticationMode",),
        ranked("CONFIG_MAP", "API_AND_CONFIG_MAP", "API"),
        "who may ask its API is known to AWS alone",
        "defence",
        _ENTRIES,
    ),
    (
        tokens.CLUSTER,
        ("accessConfig", "authenticationMode"),
        ranked("CONFIG_MAP", "API_AND_CONFIG_MAP", "API"),
        "who may ask its API is known to AWS alone",
        "defence",
        _ENTRIES,
    ),
    (tokens.CLUSTER, ("version",), older_version, "what its makers repaired stays so", "defence", _CLUSTER),
    (tokens.CLUSTER, ("roleArn",), changes, "it has the rights of this role", "defence", _CLUSTER),
    (
        tokens.CLUSTER,
        ("vpcConfig", "endpointPrivateAccess"),
        stays(*TRUE),
        "nodes find the API server inside of the network",
        "way",
        _CLUSTER,
    ),
    (
        tokens.CLUSTER,
        ("vpcConfig", "securityGroupIds"),
        keeps_all,
        "the rules of these groups decide who reaches it",
        "defence",
        _CLUSTER,
    ),
    (
        tokens.CLUSTER,
        ("vpcConfig", "publicAccessCidrs"),
        opens_to_others,
        "these networks reach its API server",
        "defence",
        _CLUSTER,
    ),
    (
        tokens.CLUSTER,
        ("zonalShiftConfig", "enabled"),
        stays(*TRUE),
        "a zone that is ill is left",
        "redundancy",
        _CLUSTER,
    ),
)
NODES_WEAKER: tuple[Weaker, ...] = (
    Weaker(
        token=tokens.ADDON,
        path=(),
        label="addonVersion",
        than=_keeps_no_policies,
        says="network policies hold",
        loses="defence",
        source=_NETWORK_POLICIES,
    ),
    Weaker(
        token=tokens.ADDON,
        path=("addonVersion",),
        than=_first_chosen,
        says="its service chooses a version that goes with the cluster's",
        loses="way",
        source=_ADDON,
        noted=True,
    ),
    *(
        Weaker(
            token=token,
            path=path,
            than=than,
            says=says,
            loses=loses,
            source=source,
            own=than in _OF_ITS_OWN,
            by_presence=than is _older_template,
        )
        for token, path, than, says, loses, source in _ROWS
    ),
    Weaker(
        token=tokens.NODE_GROUP,
        path=("scalingConfig", "desiredSize"),
        than=at_least(1, absent=None),
        says="a node runs in its zone at all times",
        loses="redundancy",
        source="Amazon EKS API Reference, NodegroupScalingConfig",
    ),
)
