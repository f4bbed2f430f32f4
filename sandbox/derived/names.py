"""Automatic names of every type: what a bridged provider makes up in Check when a program gives no name.

The bridge gives a name to every property `name` that a program may leave out (pulumi-terraform-bridge, SetAutonaming):
the logical name, a dash and 7 hexadecimal digits. What a provider does differently is a fact of `data/names.json`.
A prefix is completed when the object is made, as the Terraform providers do (`id.PrefixedUniqueId`: 18 digits of the
time and 8 hexadecimal digits of a counter); an identifier that has neither name nor prefix begins with "tf-" there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sandbox.derived.facts import table
from sandbox.derived.forms import made_up, named_by
from sandbox.model.outputs import Inputs, short_hash

if TYPE_CHECKING:
    from sandbox.protocol.schema import ResourceSchema

_UNNAMED = ("random", "tls", "command", "time", "std", "archive", "kubernetes")
"""Packages that give no automatic names in this way: what they make has no name, or its own rule."""
_STAMP = "20260101000000"
"""When everything simulated was made."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Naming:
    """How a provider names what a program does not name.

    Attributes:
        key: the property.
        longest: the most characters; 0 for no limit.
        separator: what stands between the logical name and the random part.
        random: how many random characters.
        letters: they are letters, not hexadecimal digits.
        lowered: the name is written in lower case.
        beginning: what it begins with because the service demands it.
        fifo: the switch that makes it end in ".fifo".
        short: (property, part of its value, the most characters, random characters) where another limit holds.
    """

    key: str = "name"
    longest: int = 255
    separator: str = "-"
    random: int = 7
    letters: bool = False
    lowered: bool = False
    beginning: str = ""
    fifo: str = ""
    short: tuple[str, str, int, int] | None = None

    @property
    def prefix(self) -> str:
        """The property that gives the beginning of the name instead."""
        return f"{self.key}Prefix"

    def for_inputs(self, inputs: Inputs) -> Naming:
        """The naming that holds for these inputs."""
        if self.short is None or self.short[1] not in str(inputs.get(self.short[0]) or "").lower():
            return self
        return Naming(self.key, self.short[2], self.separator, self.short[3], lowered=self.lowered)

    def automatic(self, logical: str, seed: str, inputs: Inputs) -> str:
        """The automatic name of an object."""
        own = self.for_inputs(inputs)
        if not own.random:
            return logical
        digits = short_hash(logical, seed, length=max(own.random, 1))
        if own.letters:
            digits = "".join(_LETTERS[int(digit, 16)] for digit in digits)
        name = f"{logical}{own.separator}{digits}"
        return self.finished(name.lower() if own.lowered else name, inputs)

    def finished(self, name: str, inputs: Inputs) -> str:
        """A name with what the service demands before and behind it."""
        whole = name if name.startswith(self.beginning) else self.beginning + name
        fifo = bool(self.fifo) and inputs.get(self.fifo) in {True, "true"}
        return f"{whole}.fifo" if fifo and not whole.endswith(".fifo") else whole

    def too_long(self, logical: str, inputs: Inputs) -> str | None:
        """Why the provider gives no automatic name to an object with this logical name, or None."""
        own = self.for_inputs(inputs)
        length = len(logical) + len(own.separator) + own.random
        if not own.longest or length <= own.longest:
            return None
        return (
            f"no automatic name: {logical!r} with {own.random} random characters is longer than {own.longest} "
            f"characters; give {self.key}, or a shorter logical name"
        )


@cache
def _stated(token: str) -> Naming | None:
    """The naming that the provider's resource table states; one without a property says that there is none."""
    text = table("names").get(token) if token.startswith("aws:") else None
    if text is None:
        return None
    if text == "none":
        return Naming("")
    key, longest, separator, random, *more = str(text).split("|")
    options = dict(item.partition("=")[::2] for item in more)
    short = options.get("short", "").split(":")
    return Naming(
        key,
        int(longest),
        separator,
        int(random[1:]),
        letters=random.startswith("a"),
        lowered="lower" in options,
        beginning=options.get("begin", ""),
        fifo=options.get("fifo", ""),
        short=(short[0], short[1], int(short[2]), int(short[3])) if len(short) > 1 else None,
    )


def naming_of(token: str, schema: ResourceSchema | None) -> Naming | None:
    """How a type is named automatically, or None where its name must be given or where it has none.

    Args:
        token: the Pulumi type token.
        schema: its schema; without one only stated names are known.
    """
    stated = _stated(token)
    if stated is not None:
        return stated if stated.key else None
    package = token.partition(":")[0]
    if schema is None or package in _UNNAMED or schema.inputs.get("name") != {"kind": "string"}:
        return None
    return None if "name" in schema.required else Naming()


def from_prefix(inputs: Inputs, key: str, seed: str) -> dict[str, Any]:
    """The name that a provider completes from a prefix: of a new object, where the program gave nothing else.

    Args:
        inputs: checked inputs.
        key: the property of the name.
        seed: what tells this object from every other one.
    """
    prefix = inputs.get(f"{key}Prefix")
    if inputs.get(key) or not isinstance(prefix, str) or not prefix:
        return {}
    return {key: f"{prefix}{_unique(seed)}"}


def _unique(seed: str) -> str:
    return f"{_STAMP}{made_up('digits', 4, seed)}{short_hash(seed, length=8)}"


def completed(token: str, schema: ResourceSchema | None, inputs: Inputs, seed: str) -> Inputs:
    """Inputs with every name that the provider completes from a prefix."""
    naming = naming_of(token, schema)
    known = [key for key in _prefixed(inputs) if schema is None or key in schema.inputs]
    keys = dict.fromkeys([*([naming.key] if naming is not None else []), *known])
    made = {name: text for key in keys for name, text in from_prefix(inputs, key, seed).items()}
    own = named_by(token)
    if own and schema is not None and own in schema.present and not {**inputs, **made}.get(own):
        made[own] = f"tf-{_unique(seed)}"
    return {**inputs, **made}


def _prefixed(inputs: Inputs) -> list[str]:
    """Properties whose prefix is given: `bucketPrefix` gives `bucket`, `clusterIdentifierPrefix` its identifier."""
    return [
        key.removesuffix("Prefix") for key in inputs if key.endswith(("amePrefix", "bucketPrefix", "dentifierPrefix"))
    ]
