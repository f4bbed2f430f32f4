"""What a plan of an upgrade is made of: steps, each with the edits of one deployment and what to know about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from infra.problems import ConfigError, Problem, key_path, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bailbondpro.facts.upgrades import Behaviour

WEEK = "8d"
"""How far a rehearsal's clock goes until every weekly window has passed: the week, and a day for what runs late."""


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One key of the stack file.

    Attributes:
        path: below the namespace, for example `postgres.engineVersion`.
        old: the value that holds before, written or by default; None for no value.
        new: the value afterwards; None removes the key.
    """

    path: str
    old: str | bool | None
    new: str | bool | None

    @property
    def key(self) -> str:
        """The whole key as it is written in a stack file."""
        return key_path(self.path.split("."))

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {"key": self.key, "path": self.path, "old": self.old, "new": self.new}


@dataclass(frozen=True, kw_only=True)
class FileEdit:
    """One line of another file.

    Attributes:
        file: below the project's folder.
        old: the text before.
        new: the text afterwards.
    """

    file: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Wait:
    """What a step waits for.

    Attributes:
        what: a sentence.
        source: the document, or who measured it.
        documented: whether the vendor's own document says it.
    """

    what: str
    source: str
    documented: bool


DRAIN = Wait(
    what="one node after the other: each may take 15 minutes until its pods have gone",
    source="Amazon EKS User Guide, Understand each phase of node updates",
    documented=True,
)
"""What a rolling update of nodes waits for."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: what is done by hand, then one deployment, then what is waited for.

    Attributes:
        title: what it does.
        by_hand: what to do before the deployment.
        edits: of the stack file, all in one deployment; empty for a step without one.
        file_edits: of other files.
        service: what the service does by itself.
        restarts: what restarts, and for how long nothing answers.
        waits: what to wait for afterwards.
        advance: how far a rehearsal's clock goes until nothing of the step waits; None where nothing does.
        shown: properties that `pulumi preview` shows as different until then.
        preview: the same in words.
        no_return: from when on there is no way back; None where there is one.
        back: how to go back before that.
        checks: commands that check the step.
    """

    title: str
    by_hand: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    file_edits: tuple[FileEdit, ...] = ()
    service: tuple[Behaviour, ...] = ()
    restarts: tuple[str, ...] = ()
    waits: tuple[Wait, ...] = ()
    advance: str | None = None
    shown: tuple[str, ...] = ()
    preview: str = "nothing: the step deploys nothing"
    no_return: str | None = None
    back: str
    checks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class UpgradePlan:
    """The way from one version to another.

    Attributes:
        kind: what is upgraded.
        stack: whose stack file the edits are for.
        before: the version that runs.
        after: the version that is wanted.
        steps: in their order.
        rehearsed: whether the simulated cloud can go this way; if not, the steps say what judges it instead.
    """

    kind: str
    stack: str
    before: str
    after: str
    steps: tuple[Step, ...]
    rehearsed: bool = True


class NoWayError(ConfigError):
    """There is no such way from one version to another; carries every reason found in one pass."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__(problems)
        self.args = (render(self.problems, title="This upgrade"),)


@dataclass
class Refused:
    """Everything that makes a way impossible, collected before anything is said."""

    found: list[Problem] = field(default_factory=list)

    def add(self, path: str, value: object, allowed: str, fix: str, *, rule: str = "upgrade-path") -> None:
        """One more reason."""
        self.found.append(Problem(path=path, rule=rule, value=f"{value}", allowed=allowed, fix=fix))


def edited(config: Mapping[str, Any], edits: Iterable[Edit], *, bare: bool = False) -> dict[str, Any]:
    """The `config` mapping of a stack file after some edits; the given one stays as it is.

    Args:
        config: the mapping.
        edits: of one step, or of several.
        bare: whether its keys have no namespace any more, as `read_stack_source` gives them.

    >>> edited({"bailbondpro:postgres": {"replicas": 1}}, [Edit(path="postgres.engineVersion", old="17", new="18")])
    {'bailbondpro:postgres': {'replicas': 1, 'engineVersion': '18'}}
    """
    changed = dict(config)
    for edit in edits:
        changed = _set(changed, (edit.path if bare else edit.key).split("."), edit.new)
    return changed


def _set(tree: Mapping[str, Any], path: list[str], value: object) -> dict[str, Any]:
    head, *below = path
    if below:
        return {**tree, head: _set(tree.get(head) or {}, below, value)}
    kept = {key: item for key, item in tree.items() if key != head}
    return kept if value is None else {**kept, head: value}
