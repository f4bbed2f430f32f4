"""Answers every look-up: from the seed file, by computation, from what exists, or by saying what is missing."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.invokes.computed import COMPUTED
from sandbox.invokes.errors import LookUpError
from sandbox.invokes.filling import one, several
from sandbox.invokes.functions import function_schema
from sandbox.invokes.matching import Meant, UnclearError, matching, meant, properties_of
from sandbox.invokes.origins import Origin, Origins
from sandbox.invokes.places import at
from sandbox.invokes.wanted import existing, text_of, wanted
from sandbox.protocol.validate import validate
from sandbox.protocol.wire import unwrap, without_nulls
from sandbox.seed.entries import Existing, LookUp, Seed
from sandbox.seed.planting import as_object, is_seeded

if TYPE_CHECKING:
    from sandbox.cloud import Cloud, CloudObject
    from sandbox.invokes.functions import FunctionSchema
    from sandbox.model.place import Place
    from sandbox.protocol.schema import SchemaOracle

_NEWEST = ("creationDate", "createdDate", "startTime", "issuedOn", "notBefore", "lastModified")
"""What says which of several objects is the most recent one."""


@dataclass(frozen=True)
class Asked:
    """One look-up.

    Attributes:
        token: the function's token.
        args: its arguments, without secret envelopes and nulls.
        place: region and account of the provider that is asked, or of the look-up itself.
        cloud: what exists.
        default_tags: what the provider adds to every object's tags.
        folder: where relative paths begin.
    """

    token: str
    args: dict[str, Any]
    place: Place
    cloud: Cloud
    default_tags: dict[str, str] = field(default_factory=dict)
    folder: Path = Path()


class MissingError(LookUpError):
    """Nothing that exists answers; the message ends with the entry to add."""

    def __init__(self, what: str, entry: str) -> None:
        self.entry = entry
        super().__init__(f"{what}\n  fix: add this to sandbox.seed.yaml, with your own values:\n{entry}")


@dataclass
class LookUps:
    """What answers the look-ups of one sandbox.

    Attributes:
        seed: what the seed file says.
        oracle: the schemas of resource types.
        collects: whether a missing answer is made up and remembered, so that a preview names all that are missing;
            otherwise it is refused at once.
        folder: the program's folder, where relative paths begin.
    """

    seed: Seed
    oracle: SchemaOracle
    collects: bool = False
    folder: Path = Path()

    def __post_init__(self) -> None:
        self.origins = Origins()
        self._missing: dict[str, str] = {}
        self._lock = threading.Lock()

    @property
    def missing(self) -> tuple[tuple[str, str], ...]:
        """(what nothing answers, the entry to add), in the order in which it was asked for."""
        with self._lock:
            return tuple(self._missing.items())

    def begin(self, *, collects: bool) -> None:
        """Begin a new run."""
        with self._lock:
            self._missing.clear()
        self.collects = collects

    def answer(self, asked: Asked) -> dict[str, Any]:
        """The result of a look-up.

        Raises:
            LookUpError: it cannot be answered; the message says why, and which entry to add.
        """
        asked = _here(asked, self.folder)
        if (given := self._seeded(asked)) is not None:
            self._note(asked, Origin.SEED)
            return given
        if (found := _computed(asked)) is not None:
            self._note(asked, Origin.COMPUTED)
            return found
        schema = function_schema(asked.token)
        if schema is None:
            raise LookUpError(f"no installed SDK has the function {asked.token}")
        if refused := validate(schema.args, asked.args):
            raise LookUpError("\n".join(f"{item.path}: {item.reason}" for item in refused))
        return self._existing(schema, asked)

    def read(self, token: str, identity: str, place: Place) -> CloudObject | None:
        """What stands in for an object that is asked for by its id and does not exist.

        Raises:
            MissingError: nothing stands in for it.
        """
        entry = existing(token, identity, place, self.oracle)
        self._miss(f"{token} {identity} does not exist", entry)
        return as_object(entry, place)

    def _seeded(self, asked: Asked) -> dict[str, Any] | None:
        for entry in self.seed.lookups:
            if (
                entry.invoke == asked.token
                and entry.region in {None, asked.place.region}
                and _canonical(entry.args) == _canonical(asked.args)
            ):
                return _completed(entry, asked)
        return None

    def _existing(self, schema: FunctionSchema, asked: Asked) -> dict[str, Any]:
        what = meant(asked.token)
        reason = ""
        if what is not None:
            try:
                items = matching(what, asked.args, _in_place(what, asked), asked.cloud)
            except UnclearError as error:
                items, reason = [], f" ({error.what} is no property of what exists: say the answer itself)"
            if items:
                self._note(asked, Origin.SEED if all(map(is_seeded, items)) else Origin.CLOUD)
                return self._described(schema, what, asked, items)
        entry = wanted(schema, what, asked.args, asked.place, self.oracle, asked.cloud)
        shown = ", ".join(f"{key}={json.dumps(value)}" for key, value in asked.args.items()) or "nothing"
        where = f" in {asked.place.region}" if asked.token.startswith("aws:") else ""
        self._miss(f"nothing that exists answers {asked.token} with {shown}{where}{reason}", entry)
        if isinstance(entry, Existing) and what is not None:
            return self._described(schema, what, asked, [as_object(entry, asked.place)])
        return _completed(entry, asked) if isinstance(entry, LookUp) else {}

    @staticmethod
    def _described(schema: FunctionSchema, what: Meant, asked: Asked, items: list[CloudObject]) -> dict[str, Any]:
        if what.several:
            return several(schema, what, asked.args, items, asked.place)
        if len(items) > 1 and asked.args.get("mostRecent"):
            items = [max(items, key=_age)]
        if len(items) > 1:
            ids = ", ".join(sorted(item.id for item in items))
            raise LookUpError(
                f"{asked.token} finds {len(items)} objects: {ids}; the provider refuses to choose\n"
                "  fix: ask for more, such as a tag, or for the most recent one"
            )
        found: dict[str, Any] = one(schema, what, asked.args, items[0], asked.place)
        return found

    def _note(self, asked: Asked, origin: Origin) -> None:
        self.origins.note(asked.token, f"{asked.place.region} {_canonical(asked.args)}", origin)

    def _miss(self, what: str, entry: Existing | LookUp) -> None:
        text = text_of(entry)
        with self._lock:
            self._missing.setdefault(what, text)
        if not self.collects:
            raise MissingError(what, text)


def _computed(asked: Asked) -> dict[str, Any] | None:
    """What is answered without looking at objects; None for everything else."""
    make = COMPUTED.get(asked.token)
    if make is None:
        return None
    try:
        return make(asked)
    except (KeyError, TypeError, ValueError, ArithmeticError, StopIteration, re.error) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error) or type(error).__name__
        raise LookUpError(f"{asked.token.rsplit(':', 1)[1]}: {what}") from error


def _here(asked: Asked, folder: Path) -> Asked:
    """The look-up in the region that it names itself, with plain arguments."""
    args = without_nulls(unwrap(asked.args))
    region = args.get("region")
    place = at(asked.place, region) if isinstance(region, str) and region else asked.place
    package = asked.token.partition(":")[0]
    cloud = asked.cloud.within(package, place.view(f"{package}:", {}))
    return Asked(asked.token, args, place, cloud, asked.default_tags, folder)


def _in_place(what: Meant, asked: Asked) -> list[CloudObject]:
    """The objects of the types that are meant, in the region where they are looked for."""
    return [item for token in what.types for item in asked.cloud.of_type(token)]


def _completed(entry: LookUp, asked: Asked) -> dict[str, Any]:
    """A seed file's answer with what need not be said: what was asked with, the region, an id."""
    schema = function_schema(entry.invoke)
    known = schema.result.inputs if schema is not None else {}
    echoed = {key: value for key, value in asked.args.items() if key in known}
    always = {
        key: value for key, value in {"region": asked.place.region, "id": asked.place.region}.items() if key in known
    }
    return {**always, **echoed, **entry.result}


def _canonical(value: Any) -> Any:  # noqa: ANN401 - any property value
    """Arguments as a text in which neither the order of filters nor that of their values counts."""
    plain = {key: item for key, item in without_nulls(value).items() if key != "region"}
    return json.dumps(_sorted(plain), sort_keys=True)


def _sorted(value: Any) -> Any:  # noqa: ANN401 - any property value
    if isinstance(value, dict):
        return {key: _sorted(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_sorted(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


def _age(item: CloudObject) -> str:
    has = properties_of(item)
    return next((str(has[key]) for key in _NEWEST if key in has), "")
