from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from infra.problems import Problem, key_path, render, shown
from infra.settings import Settings
from infra.settings.reading.explain import area_of
from tests.support.configs import DIGEST, problems, smallest, smallest_raw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

    from infra.settings.base import Area


def _fields(model: type[Area] = Settings, path: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        yield f"{path}{field.alias or name}", field
        below = area_of(field.annotation)
        if below is not None:
            yield from _fields(below, f"{path}{field.alias or name}.")


EVERY_FIELD = dict(_fields())


def one(config: dict[str, object]) -> Problem:
    found = problems(config)
    assert len(found) == 1, render(found)
    return found[0]


def test_there_are_settings_for_every_area() -> None:
    assert len(EVERY_FIELD) > 200


@pytest.mark.parametrize("path", EVERY_FIELD)
def test_every_key_says_what_it_means(path: str) -> None:
    description = EVERY_FIELD[path].description or ""
    assert len(description) >= 15
    assert description.endswith(".")


@pytest.mark.parametrize("path", [p for p, field in EVERY_FIELD.items() if field.annotation is int])
def test_every_number_has_a_range(path: str) -> None:
    kinds = {type(item).__name__ for item in EVERY_FIELD[path].metadata}
    assert {"Ge", "Le"} <= kinds


def test_a_nested_key_overrides_only_itself() -> None:
    loaded = smallest(
        "prod",
        "horizontal",
        postgres={"clientPools": {"primary": 30}},
        app={"image": DIGEST, "resources": {"memoryLimitMib": 2048}},
    )
    pools = loaded.postgres.client_pools
    assert (pools.primary, pools.replica, pools.shard) == (30, 15, 10)
    assert loaded.app.resources.memory_limit_mib == 2048
    assert loaded.app.resources.memory_request_mib == 512
    assert loaded.postgres.replicas == 3


def test_a_service_may_write_a_part_of_its_resources() -> None:
    service = {"name": "payments", "paths": ["/api/payments/"], "resources": {"cpuLimitMillicores": 900}}
    loaded = smallest("dev", "horizontal", services=[service], pools={"app": {"maxSize": 6}})
    assert loaded.services[0].resources.cpu_limit_millicores == 900
    assert loaded.services[0].resources.cpu_request_millicores == 250


def test_a_list_replaces_the_phases_list() -> None:
    service = {"name": "payments", "paths": ["/api/payments/"]}
    assert [s.name for s in smallest("dev", "microservices", services=[service]).services] == ["payments"]


def test_replicas_are_as_large_as_the_primary_unless_said_otherwise() -> None:
    loaded = smallest("prod", "horizontal", postgres={"instanceClass": "db.r7g.xlarge"})
    assert loaded.postgres.replica_instance_class == "db.r7g.xlarge"
    other = smallest("prod", "horizontal", postgres={"replicaInstanceClass": "db.r7g.xlarge"})
    assert (other.postgres.instance_class, other.postgres.replica_instance_class) == ("db.m7g.large", "db.r7g.xlarge")


def test_the_guides_numbers_are_the_defaults() -> None:
    loaded = smallest("prod", "horizontal")
    app, gateway, cdn = loaded.app, loaded.gateway, loaded.cdn
    assert (app.port, app.api_port, app.fixed_replicas) == (3000, 4000, 3)
    assert app.resources.model_dump() == {
        "cpu_request_millicores": 500,
        "memory_request_mib": 512,
        "cpu_limit_millicores": 1000,
        "memory_limit_mib": 1024,
    }
    assert loaded.postgres.max_connections == 200
    limits = gateway.rate_limits
    assert (limits.api.rate_per_second, limits.api.burst) == (10, 20)
    assert (limits.login.rate_per_second, limits.login.burst) == (1, 5)
    assert gateway.app.timeouts.model_dump() == {"connect_seconds": 5, "send_seconds": 60, "read_seconds": 60}
    assert gateway.api.timeouts.model_dump() == {"connect_seconds": 3, "send_seconds": 30, "read_seconds": 30}
    lifetimes = {
        kind: (life["max_age_seconds"], life["stale_while_revalidate_seconds"])
        for kind, life in cdn.lifetimes.model_dump().items()
    }
    assert lifetimes == {
        "images": (31536000, 86400),
        "css": (31536000, 3600),
        "js": (31536000, 3600),
        "html": (3600, 300),
        "api": (300, 60),
    }
    thresholds = loaded.monitoring.thresholds
    assert (thresholds.cpu_percent, thresholds.memory_percent) == (80, 85)
    assert (thresholds.response_time_ms, thresholds.error_rate_percent) == (1000, 5)


def test_the_guides_image_is_the_default_of_dev() -> None:
    assert smallest("dev").app.image == "bailbondpro:latest"


@pytest.mark.parametrize("key", ["environment", "phase", "domain", "region"])
def test_four_keys_must_be_written(key: str) -> None:
    config = smallest_raw()
    del config[key]
    problem = one(config)
    assert problem.rule == "missing"
    assert problem.path == ("aws:region" if key == "region" else f"bailbondpro:{key}")


def test_every_problem_is_reported_at_once() -> None:
    found = problems(
        smallest_raw(
            "prod",
            "horizontal",
            app={"image": "bailbondpro:latest"},
            postgres={"replicas": 16, "instanceClas": "db.m7g.large"},
            network={"natGateways": 0},
            redis={"replicasPerShard": 0},
        )
    )
    assert {(p.path, p.rule) for p in found} == {
        ("bailbondpro:postgres.replicas", "range"),
        ("bailbondpro:postgres.instanceClas", "unknown-key"),
        ("bailbondpro:network.natGateways", "range"),
        ("bailbondpro:app.image", "prod-image-digest"),
        ("bailbondpro:redis.replicasPerShard", "redis-multi-az"),
    }


def test_an_unknown_key_gets_the_nearest_known_one_with_its_full_path() -> None:
    problem = one(smallest_raw(postgres={"instanceClas": "db.t4g.medium"}))
    assert problem.path == "bailbondpro:postgres.instanceClas"
    assert problem.fix == "did you mean `bailbondpro:postgres.instanceClass`?"


def test_an_unknown_key_far_from_all_known_ones_is_to_be_removed() -> None:
    assert one(smallest_raw(zebra=1)).fix == "remove it"


@pytest.mark.parametrize("postgres", [{"rdsProxy": True}, {"proxy": {}}, {"pooler": {"proxy": True}}])
def test_a_wish_for_rds_proxy_is_declined_with_the_reason(postgres: dict[str, object]) -> None:
    problem = one(smallest_raw(postgres=postgres))
    assert problem.rule == "no-rds-proxy"
    assert "serves an instance's writer and none of its replicas" in problem.allowed


def test_an_unknown_instance_class_names_valid_neighbours() -> None:
    problem = one(smallest_raw(postgres={"instanceClass": "db.m7.large"}))
    assert problem.rule == "instance-class"
    assert "db.m7g.large" in problem.allowed
    assert problem.fix == "use `db.m7g.large`"


def test_a_mistyped_choice_gets_the_nearest_choice() -> None:
    assert one(smallest_raw("dev", "horizontl")).fix == "write `horizontal`"


def test_a_number_out_of_range_says_the_range_and_the_bound() -> None:
    problem = one(smallest_raw(network={"natGateways": 9}))
    assert (problem.allowed, problem.fix) == ("an integer from 1 to 3", "set it to 3")


@pytest.mark.parametrize("value", ["3", 3.0, True, None, [3], {"a": 1}])
def test_a_number_is_never_converted_from_another_type(value: object) -> None:
    assert one(smallest_raw(network={"natGateways": value})).rule == "type"


def test_a_version_without_quotes_is_refused_before_it_loses_its_zero() -> None:
    assert one(smallest_raw(cluster={"version": 1.35})).fix == 'write "1.35" in quotes'


def test_the_switches_pulumi_writes_as_texts_are_understood() -> None:
    assert smallest(protect="true").protect is True
    assert smallest(allowShrink="false").allow_shrink is False
    assert one(smallest_raw(protect="yes")).rule == "type"


@pytest.mark.parametrize("value", [None, 5, "text", [1]])
def test_an_area_that_is_no_object_is_one_problem(value: object) -> None:
    problem = one(smallest_raw(redis=value))
    assert (problem.path, problem.rule) == ("bailbondpro:redis", "type")
    assert problem.fix == "write an object, or remove the key to keep the default"


def test_refused_items_do_not_also_make_their_list_too_short() -> None:
    found = problems(smallest_raw(network={"availabilityZones": ["us-east-1a", "us-east-1b", "zone"]}))
    assert [(p.path, p.rule) for p in found] == [("bailbondpro:network.availabilityZones[2]", "format")]


def test_limits_are_checked_even_while_another_area_is_unreadable() -> None:
    found = problems(smallest_raw("dev", "horizontal", redis={"shards": 2}, network={"vpcCidr": "10.0.0.0/8"}))
    assert {p.rule for p in found} == {"cidr", "redis-cluster-client"}


@pytest.mark.parametrize("cidr", ["10.10.0.1/16", "10.10.0.0/24", "10.10.0.0", "nonsense", "2001:db8::/16"])
def test_only_a_sixteen_wide_ipv4_range_is_a_vpc(cidr: str) -> None:
    assert one(smallest_raw(network={"vpcCidr": cidr})).rule == "cidr"


def test_host_bits_in_a_range_are_fixed_by_the_report() -> None:
    assert one(smallest_raw(network={"vpcCidr": "10.10.3.0/16"})).fix == "use `10.10.0.0/16`"


@pytest.mark.parametrize(
    "arn",
    ["arn:aws:sts::123456789012:assumed-role/deploy/session", "deploy", "arn:aws:iam::12:role/deploy"],
)
def test_a_session_is_no_administrator(arn: str) -> None:
    assert one(smallest_raw(cluster={"adminPrincipalArns": [arn]})).rule == "format"


@pytest.mark.parametrize(
    ("image", "valid"),
    [
        ("bailbondpro", True),
        ("bailbondpro:1.2", True),
        (DIGEST, True),
        ("registry:5000/a/b:tag@sha256:" + "0" * 64, True),
        ("Bailbondpro:1", False),
        ("bailbondpro@sha256:123", False),
        ("bail bond", False),
        ("", False),
    ],
)
def test_images_have_a_container_reference_form(image: str, valid: bool) -> None:
    found = problems(smallest_raw(app={"image": image}))
    assert (not found) is valid


def test_long_values_are_cut() -> None:
    assert len(shown(["zone"] * 100)) == 120


def test_key_paths_are_written_as_in_the_file() -> None:
    assert key_path(("services", 2, "name")) == "bailbondpro:services[2].name"
    assert key_path(("region",)) == "aws:region"


def test_a_report_numbers_its_problems_and_names_the_lines() -> None:
    problem = Problem(path="bailbondpro:a.b", rule="range", value="1", allowed="2", fix="set it to 2")
    text = render([problem, problem], title="Pulumi.dev.yaml", lines={"bailbondpro:a": 7})
    assert text.startswith("Pulumi.dev.yaml: 2 problems\n")
    assert "  1. bailbondpro:a.b (line 7)\n" in text
    assert "  2. bailbondpro:a.b (line 7)\n" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("word", ["Auto", "auto"])
def test_the_guides_vertical_mode_is_refused_with_the_reason(word: str) -> None:
    (problem,) = problems({**smallest_raw(), "autoscaling": {"vpa": {"mode": word}}})
    assert (problem.rule, problem.path) == ("vpa-auto", "bailbondpro:autoscaling.vpa.mode")
    assert "Auto is deprecated" in problem.allowed
    assert problem.fix.startswith("set it to recommend")


@hypothesis_settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda below: st.lists(below) | st.dictionaries(st.text(), below),
        max_leaves=8,
    )
)
def test_no_value_of_any_area_ends_in_a_traceback(value: object) -> None:
    for key in ("postgres", "services", "phase", "domain", "protect"):
        problems({**smallest_raw(), key: value})


def test_one_key_of_the_autoscaler_changes_and_the_others_stay() -> None:
    raw: dict[str, object] = {"autoscaling": {"scaleUp": {"percent": 70}}}
    plain, found = smallest("prod", "microservices").autoscaling, smallest("prod", "microservices", **raw).autoscaling
    assert plain.scale_up
    assert found.scale_up
    assert found.scale_up.percent == 70
    assert found.model_copy(update={"scale_up": plain.scale_up}) == plain
    assert found.scale_up.model_copy(update={"percent": plain.scale_up.percent}) == plain.scale_up
