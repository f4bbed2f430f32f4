"""The random provider: texts and numbers that it makes up on the program's machine and keeps in the state.

What replaces a type is in the schema documentation of terraform-provider-random.
"""

from __future__ import annotations

import base64
import random
import secrets
import string
import time
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation
from sandbox.model.checks import number
from sandbox.model.outputs import Inputs, short_hash
from sandbox.model.replacement import Replaced, words
from sandbox.model.rows import Alike, Row, Service, schema_only
from sandbox.model.sources import Sources
from sandbox.services import bcrypt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.place import Place


SPECIAL = "!@#$%&*()-_=+[]{}<>:?"
"""What the provider takes where `overrideSpecial` says nothing."""


_UUID7 = "random:index/randomUuid7:RandomUuid7"
_ADVERBS = ("boldly", "calmly", "gladly", "kindly", "neatly", "quickly", "warmly", "wildly")
_ADJECTIVES = ("amber", "brave", "clever", "eager", "gentle", "lively", "mellow", "steady")
_ANIMALS = ("badger", "falcon", "heron", "lynx", "marmot", "otter", "panda", "walrus")


def _text(inputs: Inputs) -> str:
    """A text of the classes of characters that are wanted, with at least as many of each as is asked for."""
    special = str(inputs.get("overrideSpecial") or SPECIAL)
    digits = inputs.get("numeric", inputs.get("number", True))
    classes = (
        (string.ascii_uppercase, inputs.get("upper", True), inputs.get("minUpper")),
        (string.ascii_lowercase, inputs.get("lower", True), inputs.get("minLower")),
        (string.digits, digits, inputs.get("minNumeric")),
        (special, inputs.get("special", True), inputs.get("minSpecial")),
    )
    alphabet = "".join(letters for letters, wanted, _ in classes if wanted)
    found = [secrets.choice(letters) for letters, _, least in classes for _ in range(int(least or 0))]
    length = int(inputs.get("length") or 16)
    found += [secrets.choice(alphabet or string.ascii_letters) for _ in range(length - len(found))]
    secrets.SystemRandom().shuffle(found)
    return "".join(found)


def _password(_name: str, inputs: Inputs, _identity: str, _place: Place) -> dict[str, Any]:
    result = _text(inputs)
    return {"result": result, "bcryptHash": bcrypt.hashed(result) or f"$2a$10${short_hash(result, length=53)}"}


def _id(_name: str, inputs: Inputs, _identity: str, _place: Place) -> dict[str, Any]:
    value = secrets.token_bytes(int(inputs.get("byteLength") or 4))
    prefix = str(inputs.get("prefix") or "")
    texts = {
        "hex": value.hex(),
        "dec": str(int.from_bytes(value, "big")),
        "b64Url": base64.urlsafe_b64encode(value).decode().rstrip("="),
        "b64Std": base64.b64encode(value).decode(),
    }
    return {name: prefix + text for name, text in texts.items()}


def _string(_name: str, inputs: Inputs, _identity: str, _place: Place) -> dict[str, Any]:
    return {"result": _text(inputs)}


def _bytes(_name: str, inputs: Inputs, _identity: str, _place: Place) -> dict[str, Any]:
    value = secrets.token_bytes(int(inputs.get("length") or 1))
    return {"hex": value.hex(), "base64": base64.b64encode(value).decode()}


def _shuffled(_name: str, inputs: Inputs, _identity: str, _place: Place) -> dict[str, Any]:
    """Permutations one after another until there are as many as are wanted; of a seed always the same."""
    given = list(inputs.get("inputs") or ())
    count = inputs.get("resultCount")
    wanted = len(given) if count is None else int(count)
    seed = inputs.get("seed")
    chance = random.Random(str(seed)) if seed else secrets.SystemRandom()  # noqa: S311 - a seeded order is no secret
    found: list[Any] = []
    while given and len(found) < wanted:
        found += chance.sample(given, len(given))
    return {"results": found[:wanted]}


def _integer_id(_row: Row, _name: str, inputs: Inputs, _seed: str, _place: Place) -> str:
    least, most = int(inputs.get("min") or 0), int(inputs.get("max") or 0)
    seed = inputs.get("seed")
    chance = random.Random(str(seed)) if seed else secrets.SystemRandom()  # noqa: S311 - a seeded number is no secret
    return str(chance.randint(least, max(least, most)))


def _integer(_name: str, inputs: Inputs, identity: str, _place: Place) -> dict[str, Any]:
    """The number that the id is, or the least one where somebody else's id is none."""
    return {"result": int(identity) if identity.lstrip("-").isdigit() else int(inputs.get("min") or 0)}


def _pet_id(_row: Row, _name: str, inputs: Inputs, _seed: str, _place: Place) -> str:
    """The prefix, adverbs, an adjective and an animal: with one word the animal alone."""
    length = int(inputs.get("length", 2))
    kinds = [_ADVERBS] * max(0, length - 2) + [_ADJECTIVES] * (length > 1) + [_ANIMALS] * (length > 0)
    separator = str(inputs.get("separator", "-"))
    prefix = str(inputs.get("prefix") or "")
    return separator.join([*([prefix] if prefix else []), *map(secrets.choice, kinds)])


def _uuid_id(row: Row, _name: str, _inputs: Inputs, _seed: str, _place: Place) -> str:
    if row.token != _UUID7:
        return str(uuid.uuid4())
    moment = int(time.time() * 1000)
    value = moment << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def _uuid(_name: str, _inputs: Inputs, identity: str, _place: Place) -> dict[str, Any]:
    return {"result": identity}


def _range(context: Context) -> Iterator[Violation]:
    least, most = number(context.inputs.get("min")), number(context.inputs.get("max"))
    if least is not None and most is not None and most < least:
        yield Violation("max", f"{most:g} is less than min, {least:g}: the minimum value needs to be smaller than it")


def _length(context: Context) -> Iterator[Violation]:
    length = number(context.inputs.get("length"))
    least = [number(context.inputs.get(name)) or 0 for name in ("minUpper", "minLower", "minNumeric", "minSpecial")]
    if length is not None and length < max(1, sum(least)):
        yield Violation("length", f"{length:g} is less than {max(1, sum(least)):g}, the sum of the least of each class")


_DOCS = "terraform-provider-random documentation"
_LENGTH = Rule("random-length", f"{_DOCS}, random_password, random_string: length", (), _length)
_RANGE = Rule("random-range", f"{_DOCS}, random_integer: min and max", (), _range)
_LOCAL = "the provider asks no service: there is nobody to refuse anything"
RANDOM = Service(
    "random",
    "",
    (
        schema_only(
            "random:index/randomPassword:RandomPassword",
            _LOCAL,
            Replaced(
                words(
                    "keepers length lower minLower minNumeric minSpecial minUpper number numeric "
                    "overrideSpecial special upper"
                )
            ),
            _password,
            Sources(
                outputs=f"{_DOCS}, random_password; golang.org/x/crypto/bcrypt",
                computed=bcrypt.available,
                doubts={"outputs": "bcryptHash is made up: the C library of this machine has no bcrypt"},
            ),
        ),
        schema_only(
            "random:index/randomId:RandomId",
            _LOCAL,
            Replaced(words("byteLength keepers prefix")),
            _id,
            Sources(outputs=f"{_DOCS}, random_id", computed=True),
        ),
        schema_only(
            "random:index/randomString:RandomString",
            _LOCAL,
            Replaced(
                words(
                    "keepers length lower minLower minNumeric minSpecial minUpper number numeric "
                    "overrideSpecial special upper"
                )
            ),
            _string,
            Sources(outputs=f"{_DOCS}, random_string", computed=True),
        ),
        schema_only(
            "random:index/randomBytes:RandomBytes",
            _LOCAL,
            Replaced(words("keepers length")),
            _bytes,
            Sources(outputs=f"{_DOCS}, random_bytes", computed=True),
        ),
        schema_only(
            "random:index/randomShuffle:RandomShuffle",
            _LOCAL,
            Replaced(words("inputs keepers resultCount seed")),
            _shuffled,
            Sources(outputs=f"{_DOCS}, random_shuffle", doubts={"outputs": "a seed gives another order than Go's"}),
        ),
        replace(
            schema_only(
                "random:index/randomInteger:RandomInteger",
                _LOCAL,
                Replaced(words("keepers max min seed")),
                _integer,
                Sources(outputs=f"{_DOCS}, random_integer", doubts={"outputs": "a seed gives another one than Go's"}),
            ),
            id=_integer_id,
            values=(_RANGE,),
        ),
        replace(
            schema_only(
                "random:index/randomPet:RandomPet",
                _LOCAL,
                Replaced(words("keepers length prefix separator"), {"length": 2, "separator": "-"}),
                sources=Sources(outputs=f"{_DOCS}, random_pet: the name is the id", computed=True),
            ),
            id=_pet_id,
        ),
        *(
            replace(
                schema_only(
                    token,
                    _LOCAL,
                    Replaced(words("keepers")),
                    _uuid,
                    Sources(outputs=f"{_DOCS}, {name}", computed=True),
                ),
                id=_uuid_id,
            )
            for token, name in (
                ("random:index/randomUuid:RandomUuid", "random_uuid"),
                ("random:index/randomUuid4:RandomUuid4", "random_uuid4"),
                (_UUID7, "random_uuid7"),
            )
        ),
    ),
    (
        Alike("random:index/randomPassword:*", values=(_LENGTH,)),
        Alike("random:index/randomString:*", values=(_LENGTH,)),
        Alike(
            "random:*",
            sources=Sources(
                references=f"{_DOCS}: they are kept in the state alone",
                replacement=f"{_DOCS}, schema of each resource",
                time=f"{_DOCS}: they are computed while they are created",
            ),
        ),
    ),
)
