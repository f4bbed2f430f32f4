"""What is made is compared with what stands beside it: with each of its kind, and with what it belongs to."""

from __future__ import annotations

from typing import Any

import pytest

from ops.answers.gate import gate
from plan.preview import read_preview
from plan.unknown import UNKNOWN
from tests.support.gate_cases import steps_of

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
JOB = "kubernetes:batch/v1:Job"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
LISTENER = "aws:lb/listener:Listener"
RULESET = "cloudflare:index/ruleset:Ruleset"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
KEY = "aws:kms/key:Key"
OURS = {"weakened", "protection-lost", "led-elsewhere", "restricted-pod", "privileged-pod", "admits-more"}
DIGEST = "@sha256:" + "0" * 64
CONFINED: dict[str, Any] = {
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def stopped(stands: tuple[tuple[str, dict[str, Any]], ...], token: str, made: dict[str, Any]) -> set[str]:
    """The rules that stop something that is made beside what stands."""
    things: dict[str, dict[str, Any]] = {}
    things |= {f"there-{index}": {"type": kind, "inputs": inputs} for index, (kind, inputs) in enumerate(stands)}
    lines: list[dict[str, Any]] = [{"do": "same", "thing": name} for name in things]
    lines.append({"do": "create", "thing": "new", "is": made})
    things["new"] = {"type": token}
    steps = [step for line in lines for step in steps_of(line, things)]
    found = gate(read_preview({"config": {"bailbondpro:environment": "production"}, "steps": steps}))
    return {one.rule for one in found.stopping if one.urn.endswith("::new")} & OURS


def pod(image: str = f"registry.example.com/app{DIGEST}", **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a pod
    context: dict[str, Any] = {**CONFINED, **changes.pop("context", {})}
    one = {"name": "app", "image": image, "securityContext": context}
    spec: dict[str, Any] = {"automountServiceAccountToken": False, "containers": [one], **changes}
    return {"spec": {"template": {"spec": {key: value for key, value in spec.items() if value is not None}}}}


def policy(*rules: dict[str, Any], side: str = "ingress") -> dict[str, Any]:
    return {"spec": {"podSelector": {}, "policyTypes": [side.title()], side: list(rules)}}


def listener(protocol: str, port: int, action: str = "forward", balancer: str = "edge") -> dict[str, Any]:
    return {"loadBalancerArn": balancer, "protocol": protocol, "port": port, "defaultActions": [{"type": action}]}


def rules(phase: str, *listed: dict[str, Any]) -> dict[str, Any]:
    return {"zoneId": "zone", "phase": phase, "kind": "zone", "rules": list(listed)}


RECORD = "cloudflare:index/dnsRecord:DnsRecord"


def record(content: str) -> dict[str, Any]:
    return {"zoneId": UNKNOWN, "type": "CNAME", "proxied": True, "name": "a.example.com", "content": content}


STRAY = record("evil.example.net")


def entry(kind: str, name: str, **more: object) -> dict[str, Any]:
    return {"zoneId": UNKNOWN, "type": kind, "name": name, "content": "x", **more}


CACHES_CLIENTS = {
    "ref": "new",
    "action": "set_cache_settings",
    "expression": 'starts_with(http.request.uri.path, "/api/clients")',
    "actionParameters": {"cache": True, "edgeTtl": {"mode": "override_origin", "default": 600}},
}
SKIPS = {"ref": "new", "action": "skip", "expression": "true", "actionParameters": {"ruleset": "current"}}
LEADS = {"ref": "new", "action": "redirect", "expression": "true", "actionParameters": {"fromValue": {}}}
BLOCKS = {"ref": "new", "action": "block", "expression": 'http.request.uri.path contains "/wp-content"'}

WEB = {"ports": [{"port": 443}], "to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}
UNBOUND = {"spec": {"template": {"spec": {"containers": [{"name": "a"}]}}}}
FOLDER = [{"name": "a", "hostPath": {"path": "/"}}]
LONG, SHORT = (LOGS, {"retentionInDays": 90}), (LOGS, {"retentionInDays": 30})
ROTATED = (KEY, {"enableKeyRotation": True})
BESIDE = ((RECORD, record("edge.example.com")), (RECORD, entry("TXT", "example.com")))
CASES: tuple[tuple[str, tuple[tuple[str, dict[str, Any]], ...], str, dict[str, Any], set[str]], ...] = (
    ("an equal Deployment", ((DEPLOYMENT, pod()),), DEPLOYMENT, pod(), set()),
    ("a token of the cluster", ((JOB, pod()),), DEPLOYMENT, pod(automountServiceAccountToken=None), {"weakened"}),
    ("the same of a Job", ((DEPLOYMENT, pod()),), JOB, pod(automountServiceAccountToken=True), {"weakened"}),
    ("writable files", ((JOB, pod()),), DEPLOYMENT, pod(context={"readOnlyRootFilesystem": False}), {"weakened"}),
    (
        "files that others may write, too",
        ((JOB, pod()), (JOB, pod(context={"readOnlyRootFilesystem": False}))),
        DEPLOYMENT,
        pod(context={"readOnlyRootFilesystem": False}),
        set(),
    ),
    ("root", (), DEPLOYMENT, pod(context={"runAsNonRoot": False}), {"restricted-pod"}),
    ("user 0", (), DEPLOYMENT, pod(context={"runAsUser": 0}), {"restricted-pod"}),
    ("no context", (), DEPLOYMENT, UNBOUND, {"restricted-pod"}),
    ("privileges", (), DEPLOYMENT, pod(context={"privileged": True}), {"privileged-pod"}),
    ("its node's network", (), DEPLOYMENT, pod(hostNetwork=True), {"privileged-pod"}),
    ("a folder of its node", (), DEPLOYMENT, pod(volumes=FOLDER), {"privileged-pod"}),
    ("another registry", ((JOB, pod()),), DEPLOYMENT, pod(f"evil.example.net/app{DIGEST}"), {"led-elsewhere"}),
    ("another repository of one registry", ((JOB, pod()),), JOB, pod(f"registry.example.com/b{DIGEST}"), set()),
    ("a tag", ((JOB, pod()),), DEPLOYMENT, pod("registry.example.com/app:1.2.3"), {"weakened"}),
    ("an image that an update knows", ((JOB, pod()),), DEPLOYMENT, pod(UNKNOWN), set()),
    ("a name that leads to a stranger", ((RECORD, record("edge.amazonaws.com")),), RECORD, STRAY, {"led-elsewhere"}),
    ("a name beside others", ((RECORD, record("edge.amazonaws.com")),), RECORD, record("b.amazonaws.com"), set()),
    ("a name within its zone", ((RECORD, record("edge.amazonaws.com")),), RECORD, record("b.example.com"), set()),
    ("a short log: nothing that was kept is lost", (LONG, SHORT), LOGS, {"retentionInDays": 1}, set()),
    ("a log like another", (LONG, SHORT), LOGS, {"retentionInDays": 30}, set()),
    ("a first log", (), LOGS, {"retentionInDays": 30}, set()),
    ("a key that stays for ever", (ROTATED,), KEY, {"enableKeyRotation": False}, {"weakened"}),
    (
        "metadata without a session token",
        ((TEMPLATE, {"metadataOptions": {"httpTokens": "required"}}),),
        TEMPLATE,
        {"metadataOptions": {"httpTokens": "optional"}},
        {"weakened"},
    ),
    (
        "everybody on a port of databases",
        ((NETWORK_POLICY, policy({"from": [{"podSelector": {}}]})),),
        NETWORK_POLICY,
        policy({"from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": 5432}]}),
        {"weakened"},
    ),
    (
        "every namespace",
        ((NETWORK_POLICY, policy({"from": [{"podSelector": {}}]})),),
        NETWORK_POLICY,
        policy({"from": [{"namespaceSelector": {}}]}),
        {"weakened"},
    ),
    (
        "a way that another policy opens, too",
        ((NETWORK_POLICY, policy(dict(reversed(WEB.items())), side="egress")),),
        NETWORK_POLICY,
        policy(WEB, side="egress"),
        set(),
    ),
    ("plain HTTP", ((LISTENER, listener("TLS", 443)),), LISTENER, listener("HTTP", 8080), {"weakened"}),
    ("port 80", ((LISTENER, listener("TLS", 443)),), LISTENER, listener("TCP", 80), {"weakened"}),
    ("a redirect", ((LISTENER, listener("HTTPS", 443)),), LISTENER, listener("HTTP", 80, "redirect"), set()),
    ("port 443", ((LISTENER, listener("TLS", 443)),), LISTENER, listener("TCP", 443), set()),
    ("a new load balancer", (), LISTENER, listener("TCP", 80, balancer=UNKNOWN), set()),
    ("personal content in the cache", (), RULESET, rules("http_request_cache_settings", CACHES_CLIENTS), {"weakened"}),
    ("a hole in the firewall", (), RULESET, rules("http_request_firewall_custom", SKIPS), {"weakened"}),
    ("visitors led elsewhere", (), RULESET, rules("http_request_dynamic_redirect", LEADS), {"weakened"}),
    ("one thing more that is kept away", (), RULESET, rules("http_request_firewall_custom", BLOCKS), set()),
    ("a bare host", BESIDE, RECORD, entry("A", "b.example.com"), {"weakened"}),
    ("a bare alias", BESIDE, RECORD, entry("CNAME", "b.example.com", proxied=False), {"weakened"}),
    ("a proxied host", BESIDE, RECORD, entry("AAAA", "b.example.com", proxied=True), set()),
    ("the first proof for mails", BESIDE[:1], RECORD, entry("TXT", "example.com"), set()),
    ("the first way of mails", BESIDE[:1], RECORD, entry("MX", "example.com", priority=10), {"led-elsewhere"}),
    ("the first authority", BESIDE[:1], RECORD, entry("CAA", "example.com"), {"admits-more"}),
    ("a proof for mails", BESIDE, RECORD, entry("TXT", "example.com"), set()),
    ("where mails go", BESIDE, RECORD, entry("MX", "example.com", priority=10, proxied=False), {"led-elsewhere"}),
    ("who may sign certificates", BESIDE, RECORD, entry("CAA", "example.com"), {"admits-more"}),
    ("a service by its name", BESIDE, RECORD, entry("SRV", "_sip._tcp.example.com"), set()),
    ("a key for mails", BESIDE, RECORD, entry("CNAME", "k1._domainkey.example.com", proxied=False), set()),
    ("a proof for a certificate", BESIDE, RECORD, entry("CNAME", "_a1b2.example.com", proxied=False), set()),
    ("a Service of the internet", (), "kubernetes:core/v1:Service", {"spec": {"type": "LoadBalancer"}}, {"weakened"}),
)


@pytest.mark.parametrize(
    ("stands", "token", "made", "rule"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_is_made_is_judged_by_what_stands_beside_it(
    stands: tuple[tuple[str, dict[str, Any]], ...], token: str, made: dict[str, Any], rule: set[str]
) -> None:
    assert stopped(stands, token, made) == rule


def test_what_is_made_anew_under_another_name_is_compared_with_what_goes() -> None:
    things = {"log": {"type": LOGS}}
    lines = (
        {"do": "delete", "thing": "log", "was": {"retentionInDays": 90}},
        {"do": "create", "thing": "log", "name": "new", "is": {"retentionInDays": 1}},
    )
    steps = [step for line in lines for step in steps_of(line, things)]
    found = gate(read_preview({"config": {"bailbondpro:environment": "production"}, "steps": steps}))
    assert {one.rule for one in found.findings} >= {"protection-lost", "urn-disappears"}
