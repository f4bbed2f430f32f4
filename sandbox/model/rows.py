"""One row for each resource type: everything that the simulation knows of it, in the module of its service.

What every type must say has no default, so that mypy asks for it: `NONE` or an empty tuple says that there is nothing.
What only some types have, such as a protection against deletion, can be left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sandbox.model.outputs import Compute, Inputs, uuid
from sandbox.model.sources import NO_SOURCES, Sources

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.cloud import Cloud, CloudObject
    from sandbox.model.base import Rule
    from sandbox.model.names import Named, Unique
    from sandbox.model.place import Place
    from sandbox.model.references import Reference
    from sandbox.model.replacement import Replaced
    from sandbox.model.returned import Value
    from sandbox.model.timing import Timing

NONE: Final = None
"""Said of a field that a type has nothing for."""

Effect = Callable[["Cloud"], None]
Readable = Callable[["Mapping[str, Any]", str], bool]
"""(state entry, property path) -> whether people who may not see secrets can read it."""
IdForm = Callable[["Row", str, Inputs, str, "Place"], str | None]
"""(row, logical name, inputs, 40 hexadecimal digits, where it is made) -> physical id, or None for one made up."""


@dataclass(frozen=True)
class Deletion:
    """Why a service refuses to delete an object, and what else happens when it does.

    Attributes:
        protection: the switch that must be off in an update before, and what the service answers.
        refuses: any other reason against the deletion of an object, or None.
        effects: what else happens, to be done after the object is gone.
    """

    protection: tuple[str, str] | None = None
    refuses: Callable[[Cloud, CloudObject], str | None] | None = None
    effects: Callable[[Cloud, CloudObject], list[Effect]] | None = None


@dataclass(frozen=True)
class Through:
    """Objects that a resource holds through another one: a database keeps interfaces in the subnets of its group.

    Attributes:
        path: the property that names the group.
        group: the group's type.
        members: the group's property with the ids of what is held.
        held: their type.
        error: what the real service answers when one of them is deleted.
    """

    path: str
    group: str
    members: str
    held: str
    error: str


@dataclass(frozen=True)
class Returned:
    """Values that a service gives back in another form than they were sent, so that the next preview differs.

    Attributes:
        created: what a new object really has of its inputs.
        read: (what was sent last, what the object has) -> what a refresh finds.
        values: what is known of single values, whether a preview differs because of it or not.
    """

    created: Callable[[Inputs], Inputs] | None = None
    read: Callable[[Inputs, Inputs], Inputs] | None = None
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """One resource type.

    Attributes:
        token: the Pulumi type token.
        name: its automatic name.
        replaced: what replaces it; `NONE` where nobody looked it up.
        references: what it refers to, and what cannot be deleted while it does.
        unique: what no two of it share.
        values: what its service refuses, whatever exists.
        id: the form of its physical id, where it is neither a property `name` nor made up of the logical name.
        outputs: what its provider computes, where it is not what every type of its package has.
        state: what its service refuses because of what exists, or of its own past.
        deletion: what keeps it, and what goes with it.
        through: what it holds through another object.
        counters: outputs that go up by one with every update, so that they are unknown in its preview.
        returned: what its service gives back in another form.
        timing: when a change of it becomes real; `NONE` where every change happens at once, or nobody looked it up.
        readable: says of a state entry and a property path whether people who may not see secrets can read it, however
            the state marks it.
        schema_only: why nothing but the schema and replacement is known of it; empty for a type that is described.
        sources: the documents behind what names none itself.
    """

    token: str
    name: Named | None
    replaced: Replaced | None
    references: tuple[Reference, ...]
    unique: tuple[Unique, ...]
    values: tuple[Rule, ...]
    id: IdForm | None = None
    outputs: Compute | None = None
    state: tuple[Rule, ...] = ()
    deletion: Deletion = Deletion()
    through: Through | None = None
    counters: tuple[str, ...] = ()
    returned: Returned = Returned()
    timing: Timing | None = None
    readable: Readable | None = None
    schema_only: str = ""
    sources: Sources = NO_SOURCES

    def stored(self, inputs: Inputs) -> Inputs:
        """Inputs with the name as the service keeps it."""
        name = inputs.get(self.name.key) if self.name is not None and self.name.kept_lowered else None
        return {**inputs, self.name.key: name.lower()} if self.name and isinstance(name, str) else inputs


def schema_only(
    token: str, reason: str, replaced: Replaced, outputs: Compute | None = NONE, sources: Sources = NO_SOURCES
) -> Row:
    """The row of a type whose service is not simulated: its schema and what replaces it are all that is known."""
    return Row(
        token=token,
        name=NONE,
        id=NONE,
        outputs=outputs,
        replaced=replaced,
        references=(),
        unique=(),
        values=(),
        schema_only=reason,
        sources=sources,
    )


@dataclass(frozen=True)
class Seen:
    """What outputs can follow from that more than the object's own inputs tell.

    Attributes:
        name: the logical name.
        inputs: checked inputs without secret envelopes.
        id: the physical id.
        cloud: what exists, as the object sees it.
        place: where it is made.
        contents: what a file of the program holds, by its path; None where it cannot be read.
    """

    name: str
    inputs: Inputs
    id: str
    cloud: Cloud
    place: Place
    contents: Callable[[str], bytes | None] = lambda _path: None


@dataclass(frozen=True)
class Follows:
    """Outputs that follow from other objects or from the contents of files, so that an update alone knows them.

    Attributes:
        outputs: what it is about; one that a program gives is what it gives.
        compute: their values; one that it leaves out has what the type has otherwise.
        changed_by: inputs of which a change makes them anew; without one they stay.
    """

    outputs: tuple[str, ...]
    compute: Callable[[Seen], dict[str, Any]]
    changed_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Alike:
    """What holds for every type whose token matches a pattern, rows or not.

    Attributes:
        pattern: of type tokens.
        id: (logical name, inputs, 40 hexadecimal digits) -> the physical id where a row forms none.
        outputs: (token, logical name, inputs, physical id, where it is made) -> what the provider computes where a row
            says nothing.
        form: rules about the form of the inputs; what they refuse, no other rule refuses once more.
        readable: as in a row, where a row says nothing.
        references: as in a row.
        values: as in a row.
        state: as in a row.
        sources: as in a row, where a row says nothing.
        returned: as in a row, beside what a row says.
        follows: outputs that other objects and files decide, of rows, too.
    """

    pattern: str
    id: Callable[[str, Inputs, str], str] | None = None
    outputs: Callable[[str, str, Inputs, str, Place], dict[str, Any]] | None = None
    form: tuple[Rule, ...] = ()
    readable: Readable | None = None
    references: tuple[Reference, ...] = ()
    values: tuple[Rule, ...] = ()
    state: tuple[Rule, ...] = ()
    sources: Sources = NO_SOURCES
    returned: Returned = Returned()
    follows: tuple[Follows, ...] = ()


def alone(token: str) -> str:
    """The pattern of a single type that has no row."""
    return f"{token.rpartition(':')[0]}:*"


@dataclass(frozen=True)
class Service:
    """The types of one service.

    Attributes:
        name: its name in type tokens.
        errors: the documents that list the errors of dangling references.
        rows: one for each type.
        alike: what holds for several types at once.
        sources: as in a row, for those of its rows that say nothing.
    """

    name: str
    errors: str
    rows: tuple[Row, ...]
    alike: tuple[Alike, ...] = ()
    sources: Sources = NO_SOURCES


def everywhere(_item: Mapping[str, Any], _path: str) -> bool:
    """Readable altogether, whatever the state marks."""
    return True


def nowhere(_item: Mapping[str, Any], _path: str) -> bool:
    """Kept where only people look who may see secrets."""
    return False


def by_name(row: Row, _name: str, inputs: Inputs, _seed: str, _place: Place) -> str | None:
    """An id that is the object's name."""
    given = inputs.get(row.name.key) if row.name is not None else None
    return str(given) if given else None


def by_arn(row: Row, name: str, inputs: Inputs, _seed: str, place: Place) -> str | None:
    """An id that is the object's ARN."""
    return str(row.outputs(name, inputs, "", place)["arn"]) if row.outputs is not None else None


def by_uuid(_row: Row, _name: str, _inputs: Inputs, seed: str, _place: Place) -> str | None:
    """An id in the shape of a UUID."""
    return uuid(seed)


def prefixed(prefix: str) -> IdForm:
    """An id of EC2: a prefix and 17 hexadecimal digits (EC2 User Guide, Resource IDs)."""
    return lambda _row, _name, _inputs, seed, _place: f"{prefix}-{seed[:17]}"
