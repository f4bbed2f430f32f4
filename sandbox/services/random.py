"""The random provider: texts and numbers that it makes up on the program's machine and keeps in the state.

What replaces a type is in the schema documentation of terraform-provider-random.
"""

from __future__ import annotations

import base64
import secrets
import string
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation
from sandbox.model.checks import number
from sandbox.model.outputs import Inputs, short_hash
from sandbox.model.replacement import Replaced, words
from sandbox.model.rows import Alike, Service, schema_only
from sandbox.model.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.place import Place


SPECIAL = "!@#$%&*()-_=+[]{}<>:?"
"""What the provider takes where `overrideSpecial` says nothing."""


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
    return {"result": result, "bcryptHash": f"$2a$10${short_hash(result, length=53)}"}


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


def _length(context: Context) -> Iterator[Violation]:
    length = number(context.inputs.get("length"))
    least = [number(context.inputs.get(name)) or 0 for name in ("minUpper", "minLower", "minNumeric", "minSpecial")]
    if length is not None and length < max(1, sum(least)):
        yield Violation("length", f"{length:g} is less than {max(1, sum(least)):g}, the sum of the least of each class")


_DOCS = "terraform-provider-random documentation"
_LENGTH = Rule("random-length", f"{_DOCS}, random_password, random_string: length", (), _length)
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
            Sources(outputs=f"{_DOCS}, random_password", doubts={"outputs": "bcryptHash is made up"}),
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
            Replaced(words("keepers length lower number numeric overrideSpecial special upper")),
            _string,
            Sources(outputs=f"{_DOCS}, random_string", computed=True),
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
