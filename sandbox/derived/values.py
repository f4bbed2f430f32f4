"""Outputs of every type from its schema: what a resource always has and nobody gave, its provider fills in.

A value has the type of its property, and the form that its name promises where there is a public convention for it: an
ARN, an address in the region, a time, an account. Nothing is taken from a real service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.derived.facts import table
from sandbox.derived.forms import arn_of, filled, made_up, physical_name, values_of
from sandbox.model.outputs import short_hash, uuid

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.model.outputs import Inputs
    from sandbox.model.place import Place
    from sandbox.protocol.schema import JsonType, ResourceSchema

CONVENTIONS = ("aws", "cloudflare")
"""Packages with such a table."""
DEPTH = 4
"""Levels of nested objects that are filled; what lies below is left out."""
MOMENT = "2026-01-01T00:00:00Z"
"""The moment at which everything simulated was made."""
_SETTINGS = ("tagsAll", "region")
"""What the provider's own settings fill in."""


@dataclass(frozen=True)
class _Object:
    """What is known of the object whose outputs are filled."""

    token: str
    name: str
    seed: str
    values: dict[str, str]
    place: Place
    schema: ResourceSchema

    @property
    def service(self) -> str:
        return self.token.split(":")[1].partition("/")[0].lower()


def outputs(schema: ResourceSchema, name: str, inputs: Inputs, identity: str, place: Place) -> dict[str, Any]:
    """The outputs that a resource always has and that its inputs do not give.

    Args:
        schema: the schema of its type.
        name: the logical name.
        inputs: checked inputs without secret envelopes.
        identity: the physical id, empty in a preview.
        place: where it is made.
    """
    seed = short_hash(schema.token, identity or name, length=40)
    kind = schema.token.rsplit(":", 1)[1]
    values = values_of(physical_name(name, inputs), inputs, place, id=identity, kind=kind[:1].lower() + kind[1:])
    values["arn"] = arn_of(schema.token, seed, values, place) or _general_arn(schema.token, values, place)
    item = _Object(schema.token, values["name"], seed, values, place, schema)
    public = conventions(schema.token)
    added: dict[str, Any] = {}
    for key in schema.present:
        if inputs.get(key) is not None or (key in _SETTINGS and key in {"tagsAll", *schema.inputs}):
            continue
        if key in public:
            added[key] = _convention(item, public[key], inputs)
        else:
            value = _value(item, key, schema.outputs[key], 0, given=key in schema.inputs)
            if value is not None:
                added[key] = value
    return added


def conventions(token: str) -> dict[str, Any]:
    """Templates of the outputs of a type whose form a public document states."""
    package = token.partition(":")[0]
    found: dict[str, Any] = table(f"outputs-{package}").get(token, {}) if package in CONVENTIONS else {}
    return found


def _general_arn(token: str, values: dict[str, str], place: Place) -> str:
    service = token.split(":")[1].partition("/")[0].lower() if ":" in token else token
    return f"arn:{place.partition}:{service}:{place.region}:{place.account}:{values['kind']}/{values['name']}"


def _convention(item: _Object, template: Any, inputs: Inputs) -> Any:  # noqa: ANN401 - property values have any shape
    if isinstance(template, str):
        return filled(template, item.seed, item.values)
    if isinstance(template, list):
        return [_convention(item, part, inputs) for part in template]
    if not isinstance(template, dict):
        return template
    if "$if" in template:
        return _convention(item, template["then" if inputs.get(template["$if"]) else "else"], inputs)
    if "$each" not in template:
        return {key: _convention(item, part, inputs) for key, part in template.items()}
    named = [inputs.get(key) for key in template["$each"]]
    texts = [text for given in named for text in (given if isinstance(given, list) else [given])]
    each = dict.fromkeys(text for text in texts if isinstance(text, str) and text)
    parts = {key: part for key, part in template.items() if key != "$each"}
    return [
        {
            key: filled(part, short_hash(item.seed, bare, length=40), {**item.values, "item": text, "bare": bare})
            for key, part in parts.items()
        }
        for text in each
        if (bare := text.removeprefix("*."))
    ]


def _value(item: _Object, key: str, kind: JsonType, depth: int, *, given: bool) -> Any:  # noqa: ANN401 - property values have any shape
    """A value of a type for a property; `given` says that a program may give it, so that a default is plausible."""
    if "union" in kind:
        return _value(item, key, kind["union"][0], depth, given=given)
    if "enum" in kind:
        return kind["enum"][0] if kind["enum"] and not kind["open"] else _text(item, key, given=given)
    if "ref" in kind:
        return _nested(item, kind["ref"], depth, given=given)
    if "list" in kind:
        one = None if given or depth >= DEPTH else _value(item, _singular(key), kind["list"], depth, given=False)
        return [] if one in (None, "", {}) else [one]
    if "map" in kind:
        return {}
    plain = kind.get("kind")
    if plain == "string":
        return _text(item, key, given=given)
    if plain in {"integer", "number"}:
        return _number(key)
    return False if plain == "boolean" else None


def _nested(item: _Object, name: str, depth: int, *, given: bool) -> dict[str, Any]:
    properties = item.schema.returned.get(name, {}) if depth < DEPTH else {}
    found = {key: _value(item, key, kind, depth + 1, given=given) for key, kind in properties.items()}
    return {key: value for key, value in found.items() if value is not None}


def _singular(key: str) -> str:
    return key[:-3] + "y" if key.endswith("ies") else key.removesuffix("s")


def _number(key: str) -> int:
    if key.lower().endswith("port"):
        return 443
    return 1 if re.search(r"(?i)(version|revision|count)$", key) else 0


_RULES: tuple[tuple[str, Callable[[_Object, str], str]], ...] = (
    (r"arn", lambda item, _: item.values["arn"]),
    (r"region|.*Region", lambda item, _: item.place.region),
    (r"partition", lambda item, _: item.place.partition),
    (
        r"(owner|account|registry|awsAccount|accountOwner|.*OwnerAccount|.*Account|.*Owner)(Id)?",
        lambda item, _: item.place.account,
    ),
    (r"availabilityZone|.*AvailabilityZone", lambda item, _: f"{item.place.region}a"),
    (r"availabilityZoneId", lambda item, _: f"{item.place.region}-az1"),
    (r"(hostedZone|zone|.*HostedZone|.*ZoneId)(Id)?", lambda item, key: "Z" + made_up("upper", 13, item.seed + key)),
    (r"vpcId|.*VpcId", lambda item, key: "vpc-" + made_up("hex", 17, item.seed + key)),
    (r"subnetId|.*SubnetId", lambda item, key: "subnet-" + made_up("hex", 17, item.seed + key)),
    (r"(.*)securityGroup(Id)?|.*SecurityGroupId", lambda item, key: "sg-" + made_up("hex", 17, item.seed + key)),
    (r"(.*)networkInterfaceId|.*NetworkInterfaceId", lambda item, key: "eni-" + made_up("hex", 17, item.seed + key)),
    (r"(.*)instanceId", lambda item, key: "i-" + made_up("hex", 17, item.seed + key)),
    (r".*Arn", lambda item, key: f"{item.values['arn']}/{key.removesuffix('Arn')}"),
    (r"(id|.*Uuid|uuid|guid)", lambda item, key: item.values["id"] if key == "id" else uuid(item.seed + key)),
    (r".*Ids?", lambda item, key: made_up("hex", 17, item.seed + key)),
    (r".*[Ii]pv6.*", lambda *_: "2001:db8::10"),
    # RFC 5737: an address of a range for documentation.
    (r"(public|external).*(Ip|IpAddress|Ipv4.*)", lambda *_: "203.0.113.10"),
    (r"(.*Ip|ip|.*IpAddress|ipAddress|.*Ipv4.*)", lambda *_: "10.0.0.10"),
    (r".*([Uu]rl|[Uu]ri)", lambda item, key: f"https://{_host(item, key)}"),
    (
        r".*([Ee]ndpoint|[Dd]omain|[Dd]omainName|[Dd]nsName|[Hh]ostname|[Hh]ost|[Aa]ddress|[Ff]qdn|[Dd]ns)",
        lambda item, key: _host(item, key),  # noqa: PLW0108 - defined below
    ),
    (r".*[Cc]idr.*", lambda *_: "10.0.0.0/16"),
    (r".*([Tt]ime|[Dd]ate|[Tt]imestamp|At|[Cc]reated|[Uu]pdated|[Mm]odified|On)", lambda *_: MOMENT),
    (r".*([Ss]tatus|[Ss]tate)", lambda *_: "ACTIVE"),
    (r".*([Vv]ersion|[Rr]evision)", lambda *_: "1"),
    (
        r".*([Ee]tag|[Hh]ash|[Cc]hecksum|[Ff]ingerprint|[Mm]d5|[Ss]ha256|[Dd]igest)",
        lambda item, key: made_up("hex", 32, item.seed + key),
    ),
    (r".*([Ss]ecret|[Pp]assword|[Tt]oken|[Kk]ey)", lambda item, key: made_up("alnum", 40, item.seed + key)),
    (r"name|.*Name", lambda item, _: item.name),
    (r".*([Cc]ertificate|[Pp]em)", lambda item, key: f"simulated {key} {item.seed[:16]}"),
)
"""Name of a property -> its value, the first that fits the whole name."""
_COMPILED = tuple((re.compile(pattern), make) for pattern, make in _RULES)
_ELSEWHERE = tuple(
    pair for pair in _COMPILED if re.search("Arn|arn|egion|partition|vpc|subnet|ecurity|eni", pair[0].pattern) is None
)
"""What holds outside of AWS, too."""
_DEFAULTED = re.compile(
    r"arn|region|partition|availabilityZone|.*[Aa]ccountId|owner(Id)?|registryId|name|.*Name|.*([Tt]ime|[Dd]ate)"
    r"|.*([Ee]ndpoint|[Dd]omainName|[Dd]nsName|[Uu]rl|[Uu]ri)|vpcId|.*[Vv]ersion|.*[Ii]dentifier"
)
"""Properties that a program may give and that a service fills in when it does not; others stay empty."""


def _text(item: _Object, key: str, *, given: bool) -> str:
    if given and (key.endswith("Prefix") or _DEFAULTED.fullmatch(key) is None):
        return ""
    for pattern, make in _COMPILED if item.token.startswith("aws:") else _ELSEWHERE:
        if pattern.fullmatch(key):
            return make(item, key)
    return item.name if given else f"{item.name}-{short_hash(item.seed, key)}"


def _host(item: _Object, key: str) -> str:
    label = re.sub(r"[^a-z0-9-]", "-", item.name.lower()).strip("-") or "object"
    own = f"{label}.{short_hash(item.seed, key, length=12)}"
    if not item.token.startswith("aws:"):
        return f"{own}.{item.token.partition(':')[0]}.example"  # RFC 2606: nobody's
    return f"{own}.{item.place.region}.{item.service}.{item.place.dns_suffix}"
