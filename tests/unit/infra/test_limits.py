from __future__ import annotations

import itertools
from importlib import import_module
from pkgutil import walk_packages
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bailbondpro.facts.instance_classes import instance_class, instance_classes
from bailbondpro.facts.load_balancing import PREFIX_LIST_ROOM
from bailbondpro.facts.windows import daily_length, overlap, weekly_length
from components.network.cloudflare_ranges import cloudflare_ranges
from infra import limits
from infra.limits import RULES, app_pods, pool_sizes, service_pods, upgrade_findings
from infra.limits.capacity import largest_nodes
from infra.limits.connections import client_connections
from infra.limits.gateway import CLIENT_RANGES
from infra.limits.room import allocatable
from infra.limits.rule import Rule
from infra.settings import Settings
from planner.capacity.platform import PHASE_TOP
from tests.support.accepted_cases import ACCEPTED
from tests.support.configs import DIGEST, ENVIRONMENTS, PHASES, problems, smallest, smallest_raw
from tests.support.limit_cases import REFUSED as OTHERS
from tests.support.limit_cases import Case
from tests.support.limit_cases_access import ACCESS
from tests.support.limit_cases_copies import COPIES
from tests.support.limit_cases_placement import PLACEMENT
from tests.support.limit_cases_users import USERS
from tests.support.limit_cases_versions import VERSIONS
from tests.support.stack import FILLED

REFUSED = (*OTHERS, *ACCESS, *COPIES, *PLACEMENT, *VERSIONS, *USERS)
ACCOUNT = {"zoneId": "0" * 31 + "a", "accountId": "0" * 31 + "b"}


def _rules_of(case: Case) -> set[tuple[str, str]]:
    found = problems(smallest_raw(case.environment, case.phase, **case.areas))
    return {(problem.rule, problem.path.removeprefix("bailbondpro:")) for problem in found}


def test_every_limit_that_is_written_is_asked() -> None:
    found = {
        item
        for module in walk_packages(limits.__path__, f"{limits.__name__}.")
        for item in vars(import_module(module.name)).values()
        if isinstance(item, Rule)
    }
    assert {item.id for item in found} == {item.id for item in RULES}


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case.rule}: {case.path}")
def test_a_violated_limit_is_reported_alone_at_its_key(case: Case) -> None:
    assert _rules_of(case) == {(case.rule, case.path)}


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: f"{case.rule}: {case.path}")
def test_a_value_just_inside_its_limit_is_accepted(case: Case) -> None:
    assert _rules_of(case) == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_limit_has_a_case_that_violates_it(rule: limits.Rule) -> None:
    assert rule.id in {case.rule for case in REFUSED}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("phase", PHASES)
def test_a_limit_reads_no_area_that_it_does_not_name(rule: limits.Rule, environment: str, phase: str) -> None:
    whole = smallest(environment, phase)
    part = SimpleNamespace(**{area: getattr(whole, area) for area in rule.areas})
    assert list(rule.problems(cast("Settings", part))) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_limit_names_its_source(rule: limits.Rule) -> None:
    assert len(rule.source) > 10
    assert rule.areas <= set(Settings.model_fields)


def test_limits_have_distinct_names() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_a_limit_is_skipped_while_one_of_its_areas_is_unreadable() -> None:
    broken = smallest("dev", "horizontal").model_copy(
        update={"redis": smallest("dev", "horizontal").redis.model_copy(update={"shards": 3})}
    )
    assert [problem.rule for problem in limits.check(broken)] == ["redis-cluster-client"]
    assert limits.check(broken, frozenset({"redis"})) == []


def test_every_fix_is_a_sentence_without_a_final_stop() -> None:
    for case in REFUSED:
        for problem in problems(smallest_raw(case.environment, case.phase, **case.areas)):
            assert problem.fix
            assert not problem.fix.endswith(".")
            assert problem.allowed


# Connections


def test_twenty_guide_pods_would_open_four_hundred_connections_without_a_pooler() -> None:
    found = problems(smallest_raw("prod", "microservices", services=[], postgres={"pooler": {"enabled": False}}))
    primary = next(problem for problem in found if problem.path.endswith("clientPools.primary"))
    assert primary.rule == "connections-fit"
    assert "set postgres.pooler.enabled to true" in primary.fix


def test_the_suggested_pool_makes_the_connections_fit() -> None:
    areas: dict[str, object] = {"postgres": {"pooler": {"enabled": False}, "clientPools": {"primary": 16}}}
    assert problems(smallest_raw("prod", "horizontal", **areas)) == ()
    pods = app_pods(smallest("prod", "horizontal"))
    assert pods == 11
    assert pods * 16 <= 185 < pods * 17


def test_pods_are_counted_with_the_rollouts_surge() -> None:
    assert app_pods(smallest("prod", "microservices")) == 21
    fixed = smallest("dev", "optimization", autoscaling={"enabled": False}, app={"replicas": 2, "maxSurge": 2})
    assert app_pods(fixed) == 4


def test_services_count_by_the_databases_they_use() -> None:
    loaded = smallest("prod", "microservices")
    assert service_pods(loaded) == 6 * 7
    assert service_pods(loaded, "shards") == 2 * 7
    assert service_pods(loaded, "primary") == 5 * 7


def test_what_has_no_endpoint_yet_is_served_by_the_primary() -> None:
    orphans = [
        {"name": name, "paths": [f"/api/{name}/"], "minReplicas": 2, "maxReplicas": 6, "databases": [role]}
        for name, role in (("ledger", "shards"), ("search", "replicas"))
    ]
    assert service_pods(smallest("prod", "microservices", services=orphans), "primary") == 7
    filled = smallest("prod", "microservices", services=orphans, postgres=FILLED)
    assert service_pods(filled, "primary") == 0
    bare = smallest("prod", "microservices", services=orphans, postgres={"replicas": 0})
    assert service_pods(bare, "primary") == 14
    assert client_connections(bare, "primary") == (21 + 14) * 20


@hypothesis_settings(deadline=None)
@given(
    max_connections=st.integers(50, 5000),
    reserved=st.integers(3, 200),
    poolers=st.integers(1, 20),
    pods=st.integers(1, 200),
    pools=st.tuples(st.integers(1, 500), st.integers(1, 500), st.integers(1, 500)),
)
def test_the_poolers_connections_always_fit(
    max_connections: int, reserved: int, poolers: int, pods: int, pools: tuple[int, int, int]
) -> None:
    base = smallest("prod", "microservices", postgres=FILLED)
    loaded = base.model_copy(
        update={
            "autoscaling": base.autoscaling.model_copy(update={"max_replicas": pods}),
            "postgres": base.postgres.model_copy(
                update={
                    "max_connections": max_connections,
                    "reserved_connections": reserved,
                    "pooler": base.postgres.pooler.model_copy(update={"replicas": poolers}),
                    "client_pools": base.postgres.client_pools.model_copy(
                        update=dict(zip(("primary", "replica", "shard"), pools, strict=True))
                    ),
                }
            ),
        }
    )
    sizes = pool_sizes(loaded)
    room = max(0, max_connections - reserved)
    for kind in ("primary", "replica", "shard"):
        size = getattr(sizes, kind)
        assert (poolers + 1) * size <= room
        assert size <= client_connections(loaded, kind)
    assert sizes.max_client_connections >= client_connections(loaded, "primary")


def test_pools_of_the_last_phase_share_the_guides_two_hundred_connections() -> None:
    sizes = pool_sizes(smallest("prod", "microservices", postgres=FILLED))
    assert (sizes.primary, sizes.replica, sizes.shard) == (61, 61, 61)
    assert 3 * sizes.primary <= 200 - 15


def test_the_primary_alone_takes_every_pod_of_the_last_phase_while_its_shards_are_empty() -> None:
    loaded = smallest("prod", "microservices")
    sizes = pool_sizes(loaded)
    assert (sizes.primary, sizes.shard) == (61, 0)
    assert (loaded.postgres.pooler.replicas + 1) * sizes.primary <= 200 - 15
    assert sizes.max_client_connections == client_connections(loaded, "primary") + 3 * client_connections(
        loaded, "replica"
    )
    assert loaded.postgres.max_allocated_storage_gib >= PHASE_TOP["microservices"][2]


def test_endpoints_that_do_not_exist_get_no_pool() -> None:
    sizes = pool_sizes(smallest("dev", "horizontal"))
    assert sizes.shard == 0
    assert sizes.primary > 0


# Windows


def test_a_window_may_cross_midnight() -> None:
    assert daily_length("23:30-00:30") == 60
    assert weekly_length("sun:23:30-mon:00:30") == 60
    assert overlap("23:45-00:15", "sun:23:50-sun:23:55")
    assert overlap("00:00-00:10", "sun:23:30-mon:00:30")


def test_touching_windows_do_not_overlap() -> None:
    assert not overlap("03:00-04:00", "sun:04:00-sun:05:00")


# EKS


@pytest.mark.parametrize(
    ("deployed", "wanted", "fix"),
    [("1.34", "1.36", "1.35"), ("1.35", "1.34", "1.35"), ("1.33", "1.36", "1.34")],
)
def test_a_skipped_or_lowered_version_is_refused_with_the_next_step(deployed: str, wanted: str, fix: str) -> None:
    (finding,) = upgrade_findings(deployed, wanted)
    assert finding.fix == f'use "{fix}"'


@pytest.mark.parametrize(("deployed", "wanted"), [("1.35", "1.35"), ("1.34", "1.35"), ("1.35", "1.36")])
def test_one_step_up_or_none_is_fine(deployed: str, wanted: str) -> None:
    assert list(upgrade_findings(deployed, wanted)) == []


# Nodes


def test_a_node_gives_pods_less_than_its_size() -> None:
    large = allocatable(instance_class("ec2", "m8g.large"))
    assert large.cpu_millicores == 2000 - 70 - 250
    assert large.memory_mib == 8192 - (255 + 11 * 110 + 100) - 400


def test_every_node_type_of_the_table_has_room_for_pods() -> None:
    for known in instance_classes("ec2").values():
        room = allocatable(known)
        assert room.cpu_millicores > 1000, known.name
        assert room.memory_mib > 1024, known.name


def test_production_needs_room_for_all_pods_in_the_groups_of_any_two_zones_unless_a_group_has_all() -> None:
    small = {"app": {"maxSize": 6}}
    (problem,) = problems(smallest_raw("prod", "optimization", pools=small))
    assert problem.rule == "nodes-hold-pods"
    assert "a zone lost, a pod of app finds no room in the groups of the other zones" in problem.allowed
    assert problems(smallest_raw("prod", "optimization", pools={**small, "undivided": "only"})) == ()
    assert problems(smallest_raw("dev", "optimization", pools={"app": {"maxSize": 3}})) == ()


def test_while_groups_of_both_kinds_exist_a_pool_may_have_all_their_nodes() -> None:
    pools = {step: smallest("prod", "optimization", pools={"undivided": step}) for step in ("only", "keep", "gone")}
    found = {step: largest_nodes(one) for step, one in pools.items()}
    assert found == {"only": 9 + 6, "keep": 9 + 6 + 9 + 2, "gone": 9 + 2}


def test_the_number_of_nodes_in_the_fix_is_enough() -> None:
    areas: dict[str, object] = {"pools": {"app": {"maxSize": 3}}, "autoscaling": {"maxReplicas": 60}}
    (problem,) = (p for p in problems(smallest_raw("prod", "horizontal", **areas)) if p.rule == "nodes-hold-pods")
    enough = int(problem.fix.removeprefix("set it to ").split(",")[0])
    assert enough > 3
    for size, fits in ((enough, True), (enough - 1, False)):
        again = problems(smallest_raw("prod", "horizontal", **{**areas, "pools": {"app": {"maxSize": size}}}))
        assert (not any(p.rule == "nodes-hold-pods" for p in again)) is fits


# Catalogue


@pytest.mark.parametrize("service", ["ec2", "rds", "elasticache"])
def test_the_table_has_plausible_classes(service: str) -> None:
    classes = instance_classes(service)
    assert len(classes) >= 15
    for name, known in classes.items():
        assert known.vcpu in {1, 2, 4, 8, 16, 32}
        assert 0.5 <= known.memory_gib <= 512
        assert (known.max_pods > 0) is (service == "ec2"), name


def test_classes_double_with_their_size() -> None:
    for family in ("m8g", "r8g", "c8g", "m7g"):
        sizes = [instance_class("ec2", f"{family}.{size}") for size in ("large", "xlarge", "2xlarge", "4xlarge")]
        assert [size.vcpu for size in sizes] == [2, 4, 8, 16]
        assert all(later.memory_gib == 2 * earlier.memory_gib for earlier, later in itertools.pairwise(sizes))


def test_a_prod_image_by_digest_is_what_the_rule_wants() -> None:
    assert problems(smallest_raw("prod", "horizontal", app={"image": DIGEST})) == ()
    assert problems(smallest_raw("dev", "horizontal", cdn={**ACCOUNT, "enabled": False})) == ()


EDGE = [case.areas["cdn"] for case in ACCEPTED if "cdn" in case.areas]


@pytest.mark.parametrize("plan", ["free", "pro", "business", "enterprise"])
@pytest.mark.parametrize("cdn", [{}, *EDGE], ids=str)
def test_what_the_check_accepts_the_edge_accepts(plan: str, cdn: dict[str, object]) -> None:
    from bailbondpro.edge.problems import edge_problems
    from infra.edge_policy import edge_policy

    loaded = smallest("dev", "horizontal", cdn={**ACCOUNT, **cdn, "enabled": True, "plan": plan})
    assert edge_problems(edge_policy(loaded)) == []


def test_as_many_clients_may_be_named_as_the_load_balancer_has_room_for() -> None:
    assert PREFIX_LIST_ROOM["IPv4"] == CLIENT_RANGES
    assert len(cloudflare_ranges().ipv4) < CLIENT_RANGES
