"""Values that come back in another form: a second preview shows exactly those that the real provider shows."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.model.base import steps
from sandbox.model.returned import Kind, Shows, Value
from sandbox.protocol.wire import UNKNOWN
from sandbox.providers.returned import as_returned, known_values, returned_source, values_of
from tests.support.returned_cases import CASES
from tests.support.servicer import ORACLE, Made, Provider

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.returned_cases_kubernetes import Case

BESIDE: dict[tuple[str, str], dict[str, Any]] = {
    ("aws:kms/key:Key", "rotationPeriodInDays"): {"enableKeyRotation": True},
    ("aws:ssm/parameter:Parameter", "keyId"): {"type": "SecureString"},
    ("aws:sns/topicSubscription:TopicSubscription", "filterPolicyScope"): {"filterPolicy": "{}"},
    ("aws:lb/targetGroup:TargetGroup", "protocolVersion"): {"protocol": "HTTP"},
    ("aws:lb/targetGroup:TargetGroup", "loadBalancingAlgorithmType"): {"protocol": "HTTP"},
}
"""What makes a service fill a value in."""


@pytest.fixture
def provider(tmp_path: Path) -> Provider:
    return Provider(tmp_path)


def of_kind(*kinds: Kind) -> list[Any]:
    found = [
        (pattern, value)
        for pattern, value in known_values()
        if value.kind in kinds and value.simulated and not value.elsewhere
    ]
    return [pytest.param(*item, id=f"{item[0].rsplit(':', 1)[-1]}-{item[1].path}") for item in found]


def at(path: str, leaf: Any) -> dict[str, Any]:  # noqa: ANN401 - any property value
    """Properties that hold a value at a path, and nothing else."""
    (key, each), rest = steps(path)[0], path.partition(".")[2]
    below = at(rest, leaf) if rest else leaf
    return {key: [below] if each else below} if below is not None else {}


def found(properties: dict[str, Any], path: str) -> Any:  # noqa: ANN401 - any property value
    value: Any = properties
    for key, each in steps(path):
        value = value.get(key) if isinstance(value, dict) else None
        value = value[0] if each and value else value
    return value


def token_of(pattern: str) -> str:
    return pattern.replace("*", "core/v1:ConfigMap") if pattern == "kubernetes:*" else pattern


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.token.rsplit(':', 1)[-1]}-{case.path}")
def test_a_second_preview_shows_what_the_provider_shows(provider: Provider, case: Case) -> None:
    made = provider.create(case.token, case.sent)
    assert sorted(provider.diff(made, case.sent)) == sorted(case.shown)
    assert provider.diff(made, case.alike) == {}
    if case.shown:
        back = provider.create(case.token, case.alike, "back")
        assert provider.diff(back, case.alike) == {}
    else:
        assert provider.diff(made, case.different)


@pytest.mark.parametrize("case", [case for case in CASES if case.shown], ids=lambda case: f"{case.token}-{case.path}")
def test_a_refresh_reads_the_services_form_and_an_update_sends_the_programs_again(
    provider: Provider, case: Case
) -> None:
    made = provider.create(case.token, case.sent)
    read = provider.refresh(made)
    assert read.inputs == case.alike
    assert {key: read.outputs[key] for key in case.alike} == case.alike
    at_once = {key: made.outputs[key] for key in case.alike} == case.alike
    assert at_once is (case.when is Shows.EVERY_PREVIEW)
    assert sorted(provider.diff(read, case.sent)) == sorted(case.shown)


@pytest.mark.parametrize("case", [case for case in CASES if not case.shown], ids=lambda c: f"{c.token}-{c.path}")
def test_what_the_provider_takes_for_the_same_stays_silent_after_a_refresh(provider: Provider, case: Case) -> None:
    read = provider.refresh(provider.create(case.token, case.sent))
    assert provider.diff(read, case.sent) == {}
    assert provider.diff(read, case.alike) == {}


def test_every_form_has_a_case() -> None:
    kinds = (Kind.FORM, Kind.DROPPED)
    wanted = {
        (token, v.path, v.shows) for token, v in known_values() if v.kind in kinds and v.simulated and not v.elsewhere
    }
    missing = [
        (pattern, path)
        for pattern, path, when in wanted
        if not any(fnmatchcase(case.token, pattern) and case.path == path and case.when is when for case in CASES)
    ]
    assert sorted(missing) == []


@pytest.mark.parametrize(("token", "value"), [p for p in of_kind(Kind.ORDER) if p.values[1].shows is Shows.NEVER])
def test_another_order_of_a_set_is_no_difference_and_another_item_is_one(
    provider: Provider, token: str, value: Value
) -> None:
    for items in (["b", "a", "c"], [{"name": "b"}, {"name": "a"}, {"name": "c"}]):
        if items[0] == "b" and value.path == "parameters":
            continue  # a row of its own reads these, and they are objects
        made = provider.create(token, at(value.path, items))
        assert provider.diff(made, at(value.path, [items[1], items[2], items[0]])) == {}
        (path,) = provider.diff(made, at(value.path, [items[1], items[0]]))
        assert path.endswith("[2]")
        assert len(provider.diff(made, at(value.path, [*items, items[0]]))) == 1
        assert provider.diff(made, {})


@pytest.mark.parametrize(("token", "value"), [p for p in of_kind(Kind.ORDER) if p.values[1].shows is Shows.NEVER])
def test_the_texts_of_a_set_come_back_sorted(provider: Provider, token: str, value: Value) -> None:
    made = provider.create(token, at(value.path, ["b", "a"]))
    assert found(made.outputs, value.path) == ["a", "b"]
    assert found(provider.refresh(made).outputs, value.path) == ["a", "b"]


@pytest.mark.parametrize(("pattern", "value"), of_kind(Kind.DEFAULT))
def test_a_default_is_filled_in_and_never_shown(provider: Provider, pattern: str, value: Value) -> None:
    if value.same is not None:
        return
    token, parent = token_of(pattern), value.path.rpartition(".")[0]
    inputs = (at(parent, {}) if parent else {}) | BESIDE.get((token, value.path), {})
    made = provider.create(token, inputs)
    assert found(made.outputs, value.path) is not None
    assert provider.diff(made, inputs) == {}
    assert provider.diff(provider.refresh(made), inputs) == {}
    if "." not in value.path:
        assert provider.preview(token, inputs)[value.path] is UNKNOWN
    given = at(value.path, "ANOTHER") | BESIDE.get((token, value.path), {})
    assert found(provider.create(token, given, "given").outputs, value.path) == "ANOTHER"


def test_the_default_namespace_is_the_one_that_is_not_named(provider: Provider) -> None:
    token = "kubernetes:core/v1:ConfigMap"  # noqa: S105 - a type token
    bare = {"metadata": {"name": "a"}}
    made = provider.create(token, bare)
    assert provider.diff(made, {"metadata": {"name": "a", "namespace": "default"}}) == {}
    assert provider.diff(made, {"metadata": {"name": "a", "namespace": "b"}}) == {
        "metadata.namespace": "add_replace",
    }


@pytest.mark.parametrize(("token", "value"), of_kind(Kind.HIDDEN))
def test_what_no_answer_holds_is_read_as_the_state_has_it(provider: Provider, token: str, value: Value) -> None:
    made = provider.create(token, {"tags": {"a": "b"}, value.path: "ours"})
    provider.meddle(made, {"tags": {"a": "c"}, value.path: "theirs"})
    read = provider.refresh(made)
    assert (read.inputs[value.path], read.outputs[value.path]) == ("ours", "ours")
    assert read.inputs["tags"] == {"a": "c"}
    assert value.path not in provider.refresh(Made(token, made.id, {}, {})).inputs


def _known_path(token: str, path: str) -> bool:
    schema = ORACLE.get(token)
    if schema is None or not path or token.startswith("kubernetes:"):
        return True
    return steps(path)[0][0] in {"id", *schema.inputs, *schema.outputs}


def test_every_value_is_a_property_of_its_type() -> None:
    wrong = [(token, v.path) for token, v in known_values() if "*" not in token and not _known_path(token, v.path)]
    assert wrong == []


def test_a_value_has_one_reading_and_a_source() -> None:
    for token, value in known_values():
        assert value.source, (token, value.path)
        assert value.same is None or value.shows is Shows.NEVER, (token, value.path)
        assert "unverified" not in f"{value.source}{value.back}" or not value.simulated, (token, value.path)


def test_what_is_only_late_or_unverified_is_not_simulated() -> None:
    late = [value for _, value in known_values() if value.kind is Kind.LATE and not value.elsewhere]
    assert late
    assert not any(value.simulated for value in late)


def test_it_is_known_of_a_type_how_many_values_come_back_otherwise() -> None:
    assert returned_source("aws:iam/role:Role") > 3
    assert returned_source("aws:rds/instance:Instance") > 5
    assert returned_source("kubernetes:core/v1:ConfigMap") > 1
    assert returned_source("aws:ec2/vpc:Vpc") == 0


@pytest.mark.parametrize("value", [None, "text", [1, "a"], [{"other": "b"}], UNKNOWN])
def test_what_is_no_list_of_texts_stays_as_it_is(value: object) -> None:
    certificate, pool = (
        "cloudflare:index/originCaCertificate:OriginCaCertificate",
        "cloudflare:index/loadBalancerPool:LoadBalancerPool",
    )
    assert as_returned(certificate, {"hostnames": value}, {}) == {"hostnames": value}
    assert as_returned(pool, {"origins": value}, {}) == {"origins": value}


@pytest.mark.parametrize("token", sorted({token for token, _ in known_values() if "*" not in token}))
@pytest.mark.parametrize("value", [None, "text", 1, True, [], {}, ["a"], [None], [{"a": "b"}], {"a": None}, UNKNOWN])
def test_no_value_of_any_shape_breaks_the_comparison(provider: Provider, token: str, value: object) -> None:
    inputs = {steps(item.path)[0][0]: value for item in values_of(token) if item.path}
    if token.startswith("kubernetes:"):
        inputs["metadata"] = {"name": "a"}
    known = {key: item for key, item in inputs.items() if item is not UNKNOWN}
    made = provider.create(token, known)
    assert all(path.split("[")[0].split(".")[0] in inputs for path in provider.diff(made, inputs))
    provider.preview(token, inputs)
    provider.refresh(made)
