"""Growth phases and Cloudflare plans on the real engine: whatever changes, nothing of the CDN is replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.edge_policy import edge_policy
from ops.answers.cdn.edge import Edge, audit_edge, rules_of_plan
from tests.support.engine import Bench
from tests.support.stack import PHASES, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bailbondpro.edge.policy import EdgePolicy
    from plan import Plan

PLANS = ("free", "pro", "business", "enterprise")
IDS = {"zoneId": "0" * 31 + "b", "accountId": "0" * 31 + "c"}


def policy_of(plan: str, phase: str, **cdn: object) -> EdgePolicy:
    """What production's stack file asks for in a phase and on a plan."""
    return edge_policy(settings("prod", phase, cdn={**IDS, "plan": plan, "managedWaf": plan != "free", **cdn}))


def program(policy: EdgePolicy, zone_id: str = IDS["zoneId"]) -> Callable[[], None]:
    """A zone with this policy."""

    def build() -> None:
        from components.cdn.cdn import Cdn, CdnArgs

        args = CdnArgs(policy=policy, zone_id=zone_id, account_id=IDS["accountId"], origin="nlb.example.com")
        Cdn("cdn", args)

    return build


def guest(policy: EdgePolicy) -> Callable[[], None]:
    """A stack whose zone's rulesets another one owns, with the certificate that Cloudflare shows to its hosts."""

    def build() -> None:
        from components.cdn.cdn import Cdn, CdnArgs
        from components.cdn.origin_certificate import OriginCertificate, OriginCertificateArgs

        certificate = OriginCertificate("origin", OriginCertificateArgs(domain=policy.domain))
        args = CdnArgs(
            policy=policy,
            zone_id=IDS["zoneId"],
            account_id=IDS["accountId"],
            origin="nlb.example.com",
            manage_zone_rulesets=False,
            client_certificates=certificate.client_certificates,
        )
        Cdn("cdn", args)

    return build


def touched(plan: Plan) -> set[tuple[str, str]]:
    """(operation, logical name) of whatever changes."""
    return {(item.op, item.name) for item in plan.changes()}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    root = tmp_path_factory.mktemp("cdn")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BBP_SANDBOX_DIR", str(root / "sandbox"))
        made = Bench(root)
        made.up(program(policy_of("pro", "optimization")))
        yield made


def of_phase(phase: str) -> set[tuple[str, str]]:
    """What a phase changes: its services have routes, and where a service is routed nothing is cached."""
    return {("update", "cdn-cache"), ("update", "cdn-cache-response")} if phase == "microservices" else set()


@pytest.mark.parametrize("phase", PHASES)
def test_a_growth_phase_closes_the_routes_of_its_services_and_changes_nothing_else_of_the_cdn(
    bench: Bench, phase: str
) -> None:
    assert touched(bench.preview(program(policy_of("pro", phase)))) == of_phase(phase)


@pytest.mark.parametrize(
    ("plan", "changes"),
    [
        ("free", {("delete", "cdn-waf"), ("update", "cdn-rate-limits")}),
        ("business", set()),
        ("enterprise", set()),
    ],
)
def test_a_cloudflare_plan_updates_rulesets_and_replaces_nothing(
    bench: Bench, plan: str, changes: set[tuple[str, str]]
) -> None:
    for phase in PHASES:
        assert touched(bench.preview(program(policy_of(plan, phase)))) == changes | of_phase(phase)


@pytest.mark.parametrize("plan", PLANS)
def test_opting_in_to_public_pages_updates_rules_in_place_and_leaks_nothing(bench: Bench, plan: str) -> None:
    opted: dict[str, object] = {"publicHtmlPaths": ["/", "/pricing"], "publicApiPrefixes": ["/api/public"]}
    policy = policy_of(plan, "microservices", **opted)
    planned = bench.preview(program(policy))
    assert "replace" not in {op for op, _ in touched(planned)}
    assert {("update", "cdn-cache"), ("update", "cdn-cache-response")} <= touched(planned)
    assert audit_edge(Edge(policy, rules_of_plan(planned))).leaks == ()


def test_a_guest_of_a_zone_is_deployed_owns_no_rules_and_is_the_same_the_second_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BBP_SANDBOX_DIR", str(tmp_path / "sandbox"))  # what the others stand on stays as it is
    bench, policy = Bench(tmp_path), policy_of("pro", "optimization")
    bench.up(guest(policy))
    pulls = bench.objects("cloudflare:index/authenticatedOriginPulls:AuthenticatedOriginPulls")
    assert sorted(config["hostname"] for one in pulls for config in one.inputs["configs"]) == sorted(
        policy.host_names()
    )
    assert bench.objects("cloudflare:index/ruleset:Ruleset") == []
    assert touched(bench.preview(guest(policy))) == set()


def test_another_zone_replaces_what_belongs_to_the_old_one(bench: Bench) -> None:
    moved = bench.preview(program(policy_of("pro", "optimization"), zone_id="f" * 32))
    assert {op for op, _ in touched(moved)} == {"replace"}
