"""Which stacks a folder has, whether their files are valid, and in which order a merge deploys them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.deploy_order import before, deploy_order
from ops.inputs.stack_file import ROOT, CheckResult, check
from ops.jsonable import picked

if TYPE_CHECKING:
    from pathlib import Path

    from infra.settings import Settings


@dataclass(frozen=True, kw_only=True)
class StackFiles:
    """The stack files of a folder.

    Attributes:
        checked: every file, by name of its stack, in the order of deployment; those that cannot be deployed come last.
    """

    checked: tuple[CheckResult, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in order."""
        return tuple(found.stack for found in self.checked)

    @property
    def ok(self) -> bool:
        """Whether there is a stack, and every file is valid."""
        return bool(self.checked) and not any(found.problems for found in self.checked)

    def after(self, name: str) -> tuple[str, ...]:
        """The stacks that are deployed before one; none for one whose file is broken."""
        valid = self._valid()
        others = {other: settings for other, settings in valid.items() if other != name}
        return before(valid[name], others) if name in valid else ()

    def _valid(self) -> dict[str, Settings]:
        return {found.stack: found.settings for found in self.checked if found.settings is not None}

    def as_json(self) -> dict[str, Any]:
        """Every stack with its class, phase, region, what it waits for and its problems."""
        return {"stacks": [self._entry(found) for found in self.checked], "ok": self.ok}

    def _entry(self, found: CheckResult) -> dict[str, Any]:
        settings = found.settings
        told = picked(settings, "environment", "phase", "region") if settings is not None else {}
        return {
            "name": found.stack,
            "file": found.file.name,
            **told,
            "after": list(self.after(found.stack)),
            **picked(found, "problems"),
        }


def stacks(folder: Path | None = None) -> StackFiles:
    """Checks every stack file of a folder.

    Args:
        folder: where the files are; by default the project's own.
    """
    files = sorted((folder or ROOT).glob("Pulumi.*.yaml"))
    found = {(name := file.name.removeprefix("Pulumi.").removesuffix(".yaml")): check(name, file) for file in files}
    valid = {name: result.settings for name, result in found.items() if result.settings is not None}
    # Stacks that wait for each other say so in their problems and are not among the valid ones.
    order = (*deploy_order(valid), *sorted(found.keys() - valid.keys()))
    return StackFiles(checked=tuple(found[name] for name in order))
