"""The forms of ids, ARNs and host names: templates that are filled for one object."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.derived.facts import table
from sandbox.model.outputs import short_hash, uuid

if TYPE_CHECKING:
    from sandbox.model.outputs import Inputs
    from sandbox.model.place import Place

_FIELD = re.compile(r"\{([a-z]+:)?([A-Za-z][A-Za-z0-9]*)\}")
_MADE_UP = re.compile(r"(hex|lower|upper|alnum|digits)(\d+)")
_ALPHABETS = {
    "lower": "abcdefghijklmnopqrstuvwxyz0123456789",
    "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    "alnum": "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789",
    "digits": "0123456789",
}


def made_up(kind: str, length: int, seed: str) -> str:
    """A stable text of an alphabet, for example 10 lower-case letters and digits."""
    digest = "".join(short_hash(seed, str(part), length=64) for part in range(length // 64 + 2))
    if kind == "hex":
        return digest[:length]
    alphabet = _ALPHABETS[kind]
    return "".join(alphabet[int(digest[2 * at : 2 * at + 2], 16) % len(alphabet)] for at in range(length))


def filled(template: str, seed: str, values: dict[str, str]) -> str:
    """A template with its fields filled: given values, or texts that are made up from the seed.

    Args:
        template: for example "fs-{hex17}" or "https://sqs.{region}.{suffix}/{account}/{name}".
        seed: what tells this object from every other one.
        values: by field; "last:" before a field takes the last part of an ARN or path, "host:" what follows "//".
    """

    def field(match: re.Match[str]) -> str:
        part, name = match[1], match[2]
        if name == "uuid":
            return uuid(seed)
        if made := _MADE_UP.fullmatch(name):
            return made_up(made[1], int(made[2]), f"{seed}\0{name}")
        value = values.get(name, "")
        if part == "last:":
            return re.split(r"[:/]", value)[-1]
        return value.partition("//")[2] or value if part == "host:" else value

    return _FIELD.sub(field, template)


def values_of(name: str, inputs: Inputs, place: Place, **more: str) -> dict[str, str]:
    """What the fields of a template are filled with for one object: its inputs, and where it lies."""
    given = {key: str(value) for key, value in inputs.items() if isinstance(value, (str, int, float))}
    here = {"region": place.region, "account": place.account, "partition": place.partition, "suffix": place.dns_suffix}
    return {"name": name, **given, **here, **more}


def identity(token: str, name: str, inputs: Inputs, seed: str, place: Place) -> str | None:
    """The physical id of a new object as its service would form it, or None where nobody says how.

    Args:
        token: the Pulumi type token.
        name: the logical name.
        inputs: checked inputs, explicit or automatic names included.
        seed: 40 hexadecimal digits that belong to this object alone.
        place: where it is made.
    """
    form, _, arn = _forms(token).partition(" ")
    if not form:
        return None
    values = values_of(physical_name(name, inputs), inputs, place)
    if form == "arn":
        return _arn(arn, seed, values, place) if arn else None
    if form.startswith("arn:"):
        return _arn(form.removeprefix("arn:"), seed, values, place)
    if form.startswith("="):
        return values.get(form[1:]) or None
    conventions: dict[str, Any] = table("outputs-aws").get(token, {})
    for key, template in conventions.items():
        if f"{{{key}}}" in form and isinstance(template, str):
            values[key] = filled(template, seed, values)
    return filled(form, seed, values) or None


def named_by(token: str) -> str:
    """The property that is the id of a type, or nothing."""
    form = _forms(token).partition(" ")[0]
    return form[1:] if form.startswith("=") else ""


def arn_of(token: str, seed: str, values: dict[str, str], place: Place) -> str | None:
    """The ARN of an object, or None where nobody says how its service forms it."""
    form, _, arn = _forms(token).partition(" ")
    if form == "arn" and (known := values.get("id")):
        return known
    return _arn(arn, seed, values, place) if arn else None


def _forms(token: str) -> str:
    return str(table("forms-aws").get(token, "")) if token.startswith("aws:") else ""


def _arn(form: str, seed: str, values: dict[str, str], place: Place) -> str:
    service, where, resource = form.split("|", 2)
    region = place.region if "r" in where else ""
    account = place.account if "a" in where else ""
    own = resource or f"{values.get('kind', 'resource')}/{{name}}"
    return f"arn:{place.partition}:{service}:{region}:{account}:{filled(own, seed, values)}"


def physical_name(name: str, inputs: Inputs) -> str:
    """What a service calls an object: its property `name`, else the one that ends so, else the logical name."""
    given = inputs.get("name")
    if isinstance(given, str) and given:
        return given
    ends = (value for key, value in inputs.items() if key.endswith("Name") and isinstance(value, str) and value)
    return next(ends, name)
