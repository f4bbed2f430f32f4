"""References between resources: what a property must point at, and what cannot go while something points at it.

The simulated account is closed: whatever is not in the simulated cloud does not exist. What lies outside of the account
by its nature passes unseen: ARNs of other accounts and of AWS itself, and the defaults that every service brings along.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Rule, Violation, values_at
from sandbox.model.found import ByInputs, ByOutputs
from sandbox.model.place import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sandbox.cloud import Cloud, CloudObject

_BROUGHT_ALONG = ("default.", "alias/aws/")


def outside(value: str) -> bool:
    """Whether a reference leaves the simulated account, so that nothing can be said about it.

    ARNs carry their account in the fifth field (AWS General Reference, Amazon Resource Names); an S3 ARN has none.
    """
    if value.startswith("arn:"):
        account = f"{value}:::::".split(":", 5)[4]  # one that was cut short is looked up, and found nowhere
        return account not in {ACCOUNT, ""}
    return value == "default" or value.startswith(_BROUGHT_ALONG)


@dataclass(frozen=True)
class Target:
    """A type, and the properties by which others refer to it; `id` is the physical id."""

    token: str
    by: tuple[str, ...] = ("id",)

    @property
    def kind(self) -> str:
        """The type's short name in a message."""
        return self.token.rsplit(":", 1)[1]

    def find(self, cloud: Cloud, value: str) -> CloudObject | None:
        """The existing object that a value refers to; an ARN says its region itself."""
        cloud = cloud.everywhere() if value.startswith("arn:") else cloud
        if "id" in self.by and (found := cloud.get(self.token, value)) is not None:
            return found
        others = tuple(path for path in self.by if path != "id")
        return next(iter(cloud.having(self.token, ByOutputs(others), (value,))), None) if others else None

    def handles(self, item: CloudObject) -> frozenset[str]:
        """Every value by which others refer to an object."""
        return frozenset(ByOutputs(tuple(path for path in self.by if path != "id"))(item)) | (
            {item.id} if "id" in self.by else frozenset()
        )


@dataclass(frozen=True)
class Reference:
    """One property that refers to another resource.

    Attributes:
        path: the property, for example `vpcConfig.subnetIds[*]`.
        targets: what it may refer to.
        error: what the real service answers when nothing is there.
        blocks: what the real service answers when the target is deleted while it is referred to; empty where it is
            deleted all the same.
        spared: says which values are not looked up.
        source: pattern of the type that refers; what stands in a row speaks of the row's type.
        unverified: what of it nobody looked up.
    """

    path: str
    targets: tuple[Target, ...]
    error: str
    blocks: str = ""
    spared: Callable[[str], bool] = outside
    source: str = ""
    unverified: str = ""

    def dangling(self, context: Context) -> Iterator[Violation]:
        """The values that refer to nothing."""
        cloud = context.cloud
        if cloud is None:
            return
        for path, value in values_at(context.inputs, self.path):
            if not isinstance(value, str) or self.spared(value):
                continue
            if not any(target.find(cloud, value) for target in self.targets):
                yield Violation(path, self._reason(cloud, value))

    def _reason(self, cloud: Cloud, value: str) -> str:
        kinds = " or ".join(dict.fromkeys(target.kind for target in self.targets))
        by = " or ".join(dict.fromkeys(key for target in self.targets for key in target.by))
        return f"{value!r} is the {by} of no {kinds} that exists ({self.error}){_history(cloud, value, self.targets)}"


def _history(cloud: Cloud, value: str, targets: tuple[Target, ...]) -> str:
    if any(cloud.marked(target.token, value) for target in targets):
        return "; what had this id has been deleted"
    other = next((item for token in cloud.tokens() if (item := cloud.get(token, value)) is not None), None)
    return f"; it is the id of {other.token} {other.name}" if other is not None else ""


class ReferenceTable:
    """References of one service, looked up by the type that refers and by the type that is referred to."""

    def __init__(self, identity: str, source: str, rows: Iterable[Reference]) -> None:
        self.rows = tuple(rows)
        self._by_token: dict[str, tuple[Reference, ...]] = {}
        self.rule = Rule(identity, source, tuple(dict.fromkeys(row.source for row in self.rows)), self._check)

    def _check(self, context: Context) -> Iterator[Violation]:
        if context.token not in self._by_token:
            self._by_token[context.token] = tuple(row for row in self.rows if fnmatchcase(context.token, row.source))
        for row in self._by_token[context.token]:
            yield from row.dangling(context)

    def blocking(self, cloud: Cloud, item: CloudObject) -> tuple[CloudObject, Reference] | None:
        """An object that refers to another one whose service then refuses to delete it."""
        whole = cloud.everywhere()
        for row in self.rows:
            handles = {value for target in row.targets if target.token == item.token for value in target.handles(item)}
            if not row.blocks or not handles:
                continue
            arns = {handle for handle in handles if handle.startswith("arn:")}
            for token in cloud.tokens():
                if not fnmatchcase(token, row.source):
                    continue
                named_by = ByInputs(row.path)
                for other in whole.having(token, named_by, handles):
                    named = named_by(other)
                    reached = handles if cloud.sees(other) else arns
                    if other is not item and not named.isdisjoint(reached):
                        return other, row
        return None
