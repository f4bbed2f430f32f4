"""What Cloudflare's own provider would refuse, by its validators as data: held against the CDN and the sandbox."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict, cast

import pytest
import yaml

from bailbondpro.edge.cloudflare_plans import Plan
from bailbondpro.edge.policy import Addons, CdnHosts, EdgePolicy
from sandbox.protocol.validate import validate
from sandbox.providers.rules import Context, value_violations
from tests.support.paths import DATA
from tests.support.recording import ORACLE, record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.recording import RecordedResource, Recording


DOMAIN = "bailbondpro.com"
FREE = {
    f"cloudflare:index/{name[0].lower()}{name[1:]}:{name}"
    for name in (
        "AuthenticatedOriginPulls",
        "AuthenticatedOriginPullsCertificate",
        "AuthenticatedOriginPullsHostnameCertificate",
        "AuthenticatedOriginPullsSettings",
        "ZoneSetting",
    )
}
"""Types whose properties no validator bounds: the schema alone says what is required."""


class Validator(TypedDict, total=False):
    """A line of the data file, which says what the keys mean."""

    one_of: list[str | float]
    between: list[float]
    at_least: float
    min_length: int
    min_items: int
    pattern: str
    only_with: list[str]


VALIDATORS = cast(
    "dict[str, dict[str, Validator]]",
    yaml.safe_load((DATA / "cloudflare_validators.yaml").read_text(encoding="utf-8")),
)
LINES = [(token, path) for token, paths in VALIDATORS.items() for path in paths]


def places(value: object, steps: list[str], above: tuple[object, ...] = ()) -> Iterator[tuple[tuple[object, ...], Any]]:
    """Every value at a path, with the objects above it, the innermost last."""
    if not steps:
        yield above, value
        return
    step, *rest = steps
    inner: list[object] = []
    if step == "[*]" and isinstance(value, list):
        inner = value
    elif step == "*" and isinstance(value, dict):
        inner = list(value.values())
    elif isinstance(value, dict) and step in value:
        inner = [value[step]]
    for item in inner:
        yield from places(item, rest, (*above, value))


def steps_of(path: str) -> list[str]:
    return path.replace("[*]", ".[*]").split(".")


def broken(validator: Validator, value: Any, above: tuple[object, ...]) -> str:  # noqa: ANN401 - any input
    """Which part of a validator a value breaks."""
    said: dict[str, Callable[[Any], bool]] = {
        "one_of": lambda wanted: value in wanted,
        "between": lambda wanted: wanted[0] <= value <= wanted[1],
        "at_least": lambda wanted: value >= wanted,
        "min_length": lambda wanted: len(value) >= wanted,
        "min_items": lambda wanted: len(value) >= wanted,
        "pattern": lambda wanted: re.search(wanted, value) is not None,
        "only_with": lambda wanted: any(isinstance(one, dict) and one.get(wanted[0]) == wanted[1] for one in above),
    }
    return ", ".join(key for key, wanted in validator.items() if not said[key](wanted))


@cache
def everything() -> tuple[Recording, ...]:
    """A zone's owner with all that there is, one that rehearses other lists and the smallest plan, and a guest."""
    closed = EdgePolicy(domain=DOMAIN, hosts=CdnHosts.under(DOMAIN), session_cookie_names=("session",))
    policy = replace(
        closed,
        plan=Plan.ENTERPRISE,
        public_html_paths=("/pricing",),
        public_api_prefixes=("/api/public",),
        waf_managed=True,
        addons=Addons(load_balancing=True, images_paid=True, advanced_certificate_manager=True, cache_reserve=True),
    )
    return (
        record(lambda: _built(policy, manage_zone_rulesets=True)),
        record(lambda: _built(replace(closed, plan=Plan.FREE), manage_zone_rulesets=True)),
        record(lambda: _built(policy, manage_zone_rulesets=False)),
    )


def _built(policy: EdgePolicy, *, manage_zone_rulesets: bool) -> None:
    from components.cdn.cdn import Cdn, CdnArgs, ClientCertificate
    from components.cdn.origin_certificate import OriginCertificate, OriginCertificateArgs

    OriginCertificate("origin", OriginCertificateArgs(domain=DOMAIN))
    Cdn(
        "cdn",
        CdnArgs(
            policy=policy,
            zone_id="0" * 32,
            account_id="a" * 32,
            origin="gateway.example.com",
            backup_origin="backup.example.net",
            manage_zone_rulesets=manage_zone_rulesets,
            client_certificates=(ClientCertificate(certificate_pem="certificate", private_key_pem="key"),),
            alert_emails=("oncall@example.com",),
        ),
    )


def made(token: str) -> list[RecordedResource]:
    return [resource for recording in everything() for resource in recording.of_type(token)]


def test_every_type_that_the_cdn_makes_has_a_line_or_nothing_but_free_texts() -> None:
    types = {resource.type for recording in everything() for resource in recording if resource.custom}
    assert {token for token in types if token.startswith("cloudflare:")} - VALIDATORS.keys() == FREE


@pytest.mark.parametrize(("token", "path"), LINES)
def test_everything_that_the_cdn_gives_passes_the_provider_s_validators(token: str, path: str) -> None:
    validator = VALIDATORS[token][path]
    found = [
        (resource.name, value, broken(validator, value, above))
        for resource in made(token)
        for above, value in places(resource.inputs, steps_of(path))
    ]
    assert found, "the CDN does not give it: the line is not needed"
    assert [one for one in found if one[2]] == []


def wrong(validator: Validator) -> Iterator[Any]:
    """Values that break a validator."""
    if "one_of" in validator:
        yield 8 if isinstance(validator["one_of"][0], int) else "nonsense"
    if "between" in validator:
        yield from (validator["between"][0] - 1, validator["between"][1] + 1)
    if "at_least" in validator:
        yield validator["at_least"] - 1
    if "min_length" in validator:
        yield ""
    if "min_items" in validator:
        yield []
    if "pattern" in validator:
        yield "NONSENSE"


def refused(resource: RecordedResource, inputs: dict[str, Any]) -> bool:
    schema = ORACLE.get(resource.type)
    assert schema is not None
    context = Context(token=resource.type, name=resource.name, urn=resource.urn, inputs=inputs)
    return bool(validate(schema, inputs) or value_violations(context))


@pytest.mark.parametrize(("token", "path"), LINES)
def test_the_sandbox_refuses_what_the_provider_refuses(token: str, path: str) -> None:
    validator, steps = VALIDATORS[token][path], steps_of(path)
    resource = next(one for one in made(token) if any(places(one.inputs, steps)))
    tried = [(steps[-1], value) for value in wrong(validator)]
    for key, value in tried:
        inputs = copy.deepcopy(resource.inputs)
        above, _ = next(places(inputs, steps))
        _put(above[-1], key, [] if isinstance(value, list) and isinstance(above[-1], list) else value)
        assert refused(resource, inputs), f"{path} = {value!r}"
    if "only_with" in validator:
        name, only = validator["only_with"]
        inputs = copy.deepcopy(resource.inputs)
        above, _ = next(places(inputs, steps))
        owner = next(one for one in reversed(above) if isinstance(one, dict) and one.get(name) == only)
        owner[name] = "remove" if name == "operation" else "log"
        assert refused(resource, inputs), f"{path} with {name} = {owner[name]}"


def _put(holder: object, key: str, value: object) -> None:
    if isinstance(holder, list):
        holder[0] = value
    elif isinstance(holder, dict):
        holder[key] = value
