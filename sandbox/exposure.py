"""Whether a secret that the program generates can be read where it must not: in plain state, or in a readable object.

Pulumi's mark on a value follows it only as far as nobody takes it off (`Output.unsecret`, a text put together by hand),
and says nothing about the object at the end: a ConfigMap is readable for every pod's author however its data is marked.
So the values themselves are looked for, in all that an update left behind.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sandbox.services import alike_of, row_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key by which the engine's state tells special values (pulumi/pulumi, sdk/go/common/resource/sig)."""
SECRET = "1b47061264138c4ac30d75fd1eb44270"
"""The value of that key for a secret, same file."""

SHORTEST = 8
"""Characters: anything shorter is found by chance."""

READABLE_PROPERTIES = frozenset(
    (
        *("tags", "tagsAll", "description", "userData", "userDataBase64", "environment", "containerDefinitions"),
        *("policy", "assumeRolePolicy", "dashboardBody", "alarmDescription"),
    )
)
"""Properties of any resource that everybody with read access sees, whatever Pulumi's state hides."""
HASHES = frozenset(("bcryptHash",))
"""Outputs that are marked secret and made to be stored where others read (pulumi-random, RandomPassword)."""


@dataclass(frozen=True, order=True)
class Exposure:
    """One place where a generated secret can be read.

    Attributes:
        urn: the resource whose input or output holds it; the stack itself for a stack output.
        path: the property, such as `inputs.data.url`.
        secret: whose value it is: `<logical name>.<property>` of the resource that generated it.
    """

    urn: str
    path: str
    secret: str

    def __str__(self) -> str:
        """For people, with what to do."""
        name = self.urn.rsplit("::", 1)[-1]
        return (
            f"{name}, {self.path}: the value of {self.secret} can be read there; hand it over in a Secret, or keep it "
            "an output that is marked secret"
        )


@dataclass(frozen=True)
class _Leaf:
    path: str
    text: str
    marked: bool


def exposures(deployment: Mapping[str, Any]) -> tuple[Exposure, ...]:
    """Every place in a stack's state where a generated secret can be read.

    Args:
        deployment: the engine's own export, secrets shown (`pulumi stack export --show-secrets`).

    Returns:
        By resource and path, none for a stack that keeps its secrets.
    """
    resources = deployment.get("resources") or ()
    generated: dict[str, str] = {}
    for item in resources:
        generated |= _generated(item)
    found = set()
    for item in resources:
        own = set(_generated(item))
        leaves = [leaf for leaf in _leaves(item) if not leaf.marked or _readable(item, leaf.path)]
        # Text by text it would take seconds: most resources have none of the forms anywhere.
        everything = "\n".join(leaf.text for leaf in leaves)
        here = {form: secret for form, secret in generated.items() if form in everything}
        for leaf in leaves:
            for form, secret in here.items():
                if form in leaf.text and not (form in own and leaf.marked):
                    found.add(Exposure(item["urn"], leaf.path, secret))
    return tuple(sorted(found))


def _generated(item: Mapping[str, Any]) -> dict[str, str]:
    """The secret texts that a resource's provider made up, in every form they may be written in, by their name."""
    given = {leaf.text for leaf in _walk(item.get("inputs"), "inputs", marked=False)}
    found: dict[str, str] = {}
    for leaf in _walk(item.get("outputs"), "outputs", marked=False):
        if item.get("custom") and _is_new(leaf, given):
            name = f"{item['urn'].rsplit('::', 1)[-1]}.{leaf.path.removeprefix('outputs.')}"
            found |= dict.fromkeys(_forms(leaf.text), name)
    return found


def _is_new(leaf: _Leaf, given: set[str]) -> bool:
    """Whether an output is a secret that the provider made up; a hash of one opens nothing."""
    made_up = leaf.marked and len(leaf.text) >= SHORTEST and leaf.text not in given
    return made_up and leaf.path.rpartition(".")[2] not in HASHES


def _forms(text: str) -> Iterator[str]:
    """A text as it stands, in JSON once and twice, in a URL once and twice, in hexadecimal, in base64 once and twice.

    A key file is also known by one of its lines, whatever became of its line ends.
    """
    in_json = json.dumps(text)[1:-1]
    yield from (text, in_json, in_json.replace("/", "\\/"), json.dumps(in_json)[1:-1])
    quoted = quote(text, safe="")
    yield from (quoted, quoted.lower(), quote(text), quote(quoted, safe=""), text.encode().hex())
    for form in _in_base64(text):
        yield form
        yield from _in_base64(form)
    body = [line for line in text.split("\n") if line and not line.startswith("-----")] if "-----" in text else []
    if body:
        # The first line of OpenSSH's format is the same for all keys of a kind; the others begin with the key itself.
        line = body[-2] if "OPENSSH" in text and len(body) > 1 else body[0]
        yield from [line] if len(line) >= SHORTEST else []


def _in_base64(text: str) -> Iterator[str]:
    """What base64 of any text has in it that has this one in it: at each of three alignments, in both alphabets."""
    for shift, start in enumerate((0, 2, 3)):
        # The first and last characters of base64 depend on what stands around the text.
        form = base64.b64encode(b" " * shift + text.encode())[start:-4].decode()
        if len(form) >= SHORTEST:
            yield from {form, form.replace("+", "-").replace("/", "_")}


def _readable(item: Mapping[str, Any], path: str) -> bool:
    """Whether a property can be read by people who may not see secrets, however the state marks it."""
    steps = path.split(".")
    if len(steps) > 1 and steps[1] in READABLE_PROPERTIES:
        return True
    token = str(item.get("type"))
    row = row_of(token)
    judges = [row.readable if row is not None else None, *(alike.readable for alike in alike_of(token))]
    judge = next(filter(None, judges), None)
    return judge is not None and judge(item, path)


def _leaves(item: Mapping[str, Any]) -> Iterator[_Leaf]:
    yield from _walk(item.get("inputs"), "inputs", marked=False)
    yield from _walk(item.get("outputs"), "outputs", marked=False)
    if item.get("id"):
        yield _Leaf("id", str(item["id"]), marked=False)


def _walk(value: Any, path: str, *, marked: bool) -> Iterator[_Leaf]:  # noqa: ANN401 - state values have any shape
    """Every text at or below a value, and whether the state marks it as secret."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            plain = json.loads(value["plaintext"]) if "plaintext" in value else None
            yield from _walk(plain, path, marked=True)
            return
        for key, below in value.items():
            yield _Leaf(path, str(key), marked)
            yield from _walk(below, f"{path}.{key}", marked=marked)
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _walk(below, f"{path}[{index}]", marked=marked)
    elif isinstance(value, str) and value:
        yield _Leaf(path, value, marked)
