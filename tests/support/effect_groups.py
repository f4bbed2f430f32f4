"""Which settings are changed together to see the effect of each, and what only that one of them changes.

A whole stack for every setting would be three hundred of them. Settings that need not be refused together share one:
for each, `tests/data/effects.yaml` names a property that changed when it changed alone, and that none of the others
changed when they did. What the program makes of a group is compared there, so that a setting that lost its effect is
told by its own property:

    .venv/bin/python -m tests.support.effect_groups                  # which settings are in no group
    .venv/bin/python -m tests.support.effect_groups --write          # makes groups of those
    .venv/bin/python -m tests.support.effect_groups --write --all    # makes all groups anew, which takes minutes
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from infra.settings import ConfigError, load
from infra.settings.reading.defaults import merged
from tests.support.configs import smallest_raw
from tests.support.effects import ALONG, CHECKS_ONLY, VALUES, context_of
from tests.support.leaves import changed, current, leaves
from tests.support.paths import DATA
from tests.support.stack import record_platform

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tests.support.effects import Context

FILE = DATA / "effects.yaml"
WRITE = ".venv/bin/python -m tests.support.effect_groups --write"
LEAVES = {leaf.path: leaf for leaf in leaves() if leaf.path not in CHECKS_ONLY}
Group = dict[str, str]
"""A setting's path and the property that only it changes."""


def groups() -> list[Group]:
    """The groups in git."""
    found = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return [dict(group) for group in found]


def before(paths: Iterable[str]) -> dict[str, Any]:
    """The smallest stack in which all these settings matter."""
    contexts = [context_of(path) for path in paths]
    tree = smallest_raw(contexts[0].environment, contexts[0].phase)
    for context in contexts:
        tree = merged(tree, context.areas)
    return tree


def after(paths: Iterable[str]) -> dict[str, Any]:
    """The same stack with all of them changed.

    Raises:
        ConfigError: the stack is refused, before or after.
    """
    paths = list(paths)
    tree = before(paths)
    settings = load(tree)
    for path in paths:
        value = VALUES[path] if path in VALUES else LEAVES[path].other(current(settings, path))
        tree = merged(changed(tree, path, value), ALONG.get(path, {}))
    load(tree)
    return tree


def properties(tree: Mapping[str, Any]) -> Mapping[str, str]:
    """Every property of a stack's resources and their options, by type, name and path."""
    return recorded(json.dumps(tree, sort_keys=True))


@cache
def recorded(document: str) -> Mapping[str, str]:
    """The same of a stack file as JSON; remembered, because settings share the stack they begin from."""
    found: dict[str, str] = {}
    for item in record_platform(load(json.loads(document))):
        options = (item.protect, item.ignore_changes, item.import_id, item.aliases)
        where = f"{item.urn.split('::')[2].rpartition('$')[2]} {item.urn.rpartition('::')[2]}"
        found |= {f"{where} {path}": value for path, value in _flat("", {"": item.inputs, "options": options})}
        found[where] = "there"
    # What is alive by now stays: the collector need not look at the SDKs' classes again after every recording.
    gc.freeze()
    return found


def _flat(path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from _flat(f"{path}/{key}", below)
    elif isinstance(value, list | tuple) and value:
        for index, below in enumerate(value):
            yield from _flat(f"{path}/{index}", below)
    else:
        yield path, repr(value)


def different(paths: Sequence[str]) -> frozenset[str]:
    """The properties that change with these settings."""
    old, new = properties(before(paths)), properties(after(paths))
    return frozenset(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))


def made(missing: Iterable[str]) -> list[Group]:
    """Groups of settings that have none.

    Raises:
        ValueError: a setting changes nothing.
    """
    alone: dict[str, frozenset[str]] = {}
    for path in missing:
        alone[path] = different([path])
        if not alone[path]:
            raise ValueError(f"{path} changes no resource: give it a value or a context in tests/support/effects.py")
        sys.stderr.write(f"{len(alone)} {path}\n")
    return grouped(alone)


def grouped(alone: Mapping[str, frozenset[str]]) -> list[Group]:
    """Groups of settings by what each changes alone."""
    found: list[Group] = []
    waiting = sorted(alone)
    while waiting:
        told = _told(_joined(waiting, alone), alone)
        found.append(told)
        sys.stderr.write(f"a group of {len(told)}\n")
        waiting = [path for path in waiting if path not in told]
    return found


def _joined(paths: Iterable[str], alone: Mapping[str, frozenset[str]]) -> list[str]:
    """Those of some settings that can be changed together, the first among them."""
    joined: list[str] = []
    for path in paths:
        if _fits(path, joined, alone):
            joined.append(path)
    return joined


def _fits(path: str, joined: Sequence[str], alone: Mapping[str, frozenset[str]]) -> bool:
    """Whether a setting can be changed together with others, and each still has a property of its own."""
    together = [*joined, path]
    if len({_stack(context_of(other)) for other in together}) > 1:
        return False
    if not all(_own(one, together, alone) for one in together):
        return False
    try:
        after(together)
    except ConfigError:
        return False
    return True


def _stack(context: Context) -> tuple[str, str]:
    return context.environment, context.phase


def _own(path: str, together: Iterable[str], alone: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return alone[path].difference(*(alone[other] for other in together if other != path))


def _told(joined: list[str], alone: Mapping[str, frozenset[str]]) -> Group:
    """The largest part of a group in which each has a property of its own that changes, also among the others."""
    while True:
        seen = different(joined)
        told = {path: min(own) for path in joined if (own := _own(path, joined, alone) & seen)}
        if len(told) == len(joined):
            return told
        joined = _joined(list(told) or joined[:1], alone)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints which settings are in no group, 1 if there are any; with `--write` makes groups of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="make groups of settings that have none")
    parser.add_argument("--all", action="store_true", help="make all groups anew")
    given = parser.parse_args(arguments)
    kept = [] if given.all or not FILE.exists() else groups()
    kept = [left for group in kept if (left := {path: own for path, own in group.items() if path in LEAVES})]
    missing = [path for path in LEAVES if not any(path in group for group in kept)]
    sys.stdout.write("".join(f"in no group: {path}\n" for path in missing) or "every setting is in a group\n")
    if given.write:
        FILE.write_text(yaml.safe_dump([*kept, *made(missing)], sort_keys=True, width=240), encoding="utf-8")
    return int(bool(missing) and not given.write)


if __name__ == "__main__":
    sys.exit(main())
