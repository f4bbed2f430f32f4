"""Where clients and programs are led: names, ports, selectors and providers that must not lead elsewhere in silence.

Sources are the documentation of the services; unverified where nothing else is said.
"""

from __future__ import annotations

from typing import Any

from plan import tokens
from plan.types.weaker.model import TRUE, Weaker, becomes, changes, differs, stays
from plan.types.weaker.ways import appears, older_version

_BALANCERS = "Elastic Load Balancing API Reference, CreateListener, CreateTargetGroup"
_BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
_AWS = "pulumi:providers:aws"
_KUBERNETES = "pulumi:providers:kubernetes"


def _led_elsewhere(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a port of a Service is gone, or leads to another one of its pods."""
    before, after = _ports(old), _ports(new)
    return any(after.get(port) != target for port, target in before.items())


def _ports(listed: object) -> dict[tuple[str, str], str]:
    return {
        (str(one.get("port")), str(one.get("protocol") or "TCP")): str(one.get("targetPort") or one.get("port"))
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict)
    }


CLIENTS_WEAKER: tuple[Weaker, ...] = (
    *(
        Weaker(token=token, path=path, than=changes, says=says, loses="way", source=_BALANCERS)
        for token, path, says in (
            (tokens.LISTENER, ("port",), "clients find it on this port"),
            (tokens.LISTENER, ("defaultActions",), "its connections end here"),
            (tokens.LISTENER, ("loadBalancerArn",), "clients find it on this load balancer"),
            *(
                (tokens.TARGET_GROUP, ("healthCheck", name), "its targets answer this question")
                for name in ("path", "port", "protocol", "matcher")
            ),
        )
    ),
    Weaker(
        token=tokens.TARGET_GROUP,
        path=("preserveClientIp",),
        than=stays(*TRUE),
        says="its targets see who asks",
        loses="way",
        source=_BALANCERS,
    ),
    *(
        Weaker(
            token=_BINDING,
            path=("spec", name),
            than=changes,
            says="the load balancer leads to these pods",
            loses="way",
            source="AWS Load Balancer Controller documentation, TargetGroupBinding",
        )
        for name in ("serviceRef", "targetGroupARN")
    ),
    *(
        Weaker(
            token=tokens.SERVICE,
            path=("spec", name),
            than=than,
            says="its name leads to these pods",
            loses="way",
            source="Kubernetes documentation, Service",
        )
        for name, than in (("selector", changes), ("ports", _led_elsewhere), ("externalName", changes))
    ),
    *(
        Weaker(
            token="cloudflare:index/dnsRecord:DnsRecord",
            path=(name,),
            than=changes,
            says="clients that ask for this name are led here",
            loses="way",
            source="Cloudflare API Reference, DNS records",
        )
        for name in ("name", "type", "content", "zoneId")
    ),
    *(
        Weaker(
            token=token,
            path=("port",),
            than=changes,
            says="clients find it on this port",
            loses="way",
            source="Amazon RDS API Reference, ModifyDBInstance; ElastiCache API Reference, CreateReplicationGroup",
        )
        for token in (tokens.DATABASE, tokens.CACHE)
    ),
    # Where programs of others come from
    *(
        Weaker(
            token=token,
            path=path,
            than=than,
            says=says,
            loses="way",
            source="Helm documentation, Chart repositories; Amazon EKS API Reference, UpdateAddon",
        )
        for token, path, than, says in (
            (tokens.RELEASE, ("repositoryOpts", "repo"), changes, "its chart comes from its makers"),
            (tokens.RELEASE, ("chart",), changes, "its chart comes from its makers"),
            (tokens.RELEASE, ("version",), older_version, "what its makers repaired stays so"),
            (tokens.ADDON, ("addonVersion",), older_version, "what its makers repaired stays so"),
        )
    ),
    # Where programs look
    *(
        Weaker(
            token=_AWS,
            path=("defaultTags", "tags", name),
            than=changes,
            says="policies, budgets and people find the stack's resources by it",
            loses="address",
            source="Pulumi Registry, AWS provider configuration",
        )
        for name in ("Project", "Environment", "Stack", "ManagedBy")
    ),
    Weaker(
        token=_AWS,
        path=("ignoreTags",),
        than=appears,
        says="policies, budgets and people find the stack's resources by their tags",
        loses="address",
        source="Pulumi Registry, AWS provider configuration",
    ),
    *(
        Weaker(
            token=_KUBERNETES,
            path=(name,),
            than=than,
            says=says,
            loses="address",
            source="Pulumi Registry, Kubernetes provider configuration",
        )
        for name, than, says in (
            ("kubeconfig", changes, "everything made through it is looked for in that cluster"),
            ("clusterIdentifier", changes, "everything made through it is looked for in that cluster"),
            ("context", differs, "everything made through it is looked for in that cluster"),
            ("cluster", differs, "everything made through it is looked for in that cluster"),
            ("namespace", differs, "what names no namespace is looked for in that one"),
            ("deleteUnreachable", becomes(*TRUE), "what is out of reach stays in the state"),
            ("skipUpdateUnreachable", becomes(*TRUE), "an update says that it reaches nothing"),
            ("renderYamlToDirectory", appears, "what it makes is made in the cluster"),
            ("enableServerSideApply", stays(*TRUE), "what others own of an object is left to them"),
        )
    ),
)
