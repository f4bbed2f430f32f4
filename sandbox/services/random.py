"""The random provider: texts and numbers that it makes up on the program's machine and keeps in the state.

What replaces a type is in the schema documentation of terraform-provider-random.
"""

from __future__ import annotations

import secrets
import string
from typing import TYPE_CHECKING, Any

from sandbox.model.outputs import Inputs, short_hash
from sandbox.model.replacement import Replaced, words
from sandbox.model.rows import Alike, Service, schema_only
from sandbox.model.sources import Sources

if TYPE_CHECKING:
    from sandbox.model.place import Place


def _password(_name: str, inputs: Inputs, _identity: str, _place: Place) -> dict[str, Any]:
    alphabet = string.ascii_letters + string.digits
    if inputs.get("special", True):
        alphabet += str(inputs.get("overrideSpecial") or "!@#$%&*()-_=+[]{}<>:?")
    result = "".join(secrets.choice(alphabet) for _ in range(int(inputs.get("length") or 16)))
    return {"result": result, "bcryptHash": f"$2a$10${short_hash(result, length=53)}"}


def _id(_name: str, inputs: Inputs, _identity: str, _place: Place) -> dict[str, Any]:
    value = secrets.token_hex(int(inputs.get("byteLength") or 4))
    prefix = str(inputs.get("prefix") or "")
    return {"hex": prefix + value, "dec": prefix + str(int(value, 16)), "b64Url": value, "b64Std": value}


def _string(_name: str, inputs: Inputs, _identity: str, _place: Place) -> dict[str, Any]:
    alphabet = string.ascii_lowercase + string.digits
    return {"result": "".join(secrets.choice(alphabet) for _ in range(int(inputs.get("length") or 16)))}


_DOCS = "terraform-provider-random documentation"
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
        ),
        schema_only(
            "random:index/randomId:RandomId",
            _LOCAL,
            Replaced(words("byteLength keepers prefix")),
            _id,
        ),
        schema_only(
            "random:index/randomString:RandomString",
            _LOCAL,
            Replaced(words("keepers length lower number numeric overrideSpecial special upper")),
            _string,
        ),
    ),
    (
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
