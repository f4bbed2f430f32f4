"""What is made beside others of its kind, and is worth less than each of them: a wider policy, a shorter log.

What is made cannot be compared with what it was. It is compared with everything of its kind that stands, what goes in
the same update included: where each of them holds something and the new one does not, somebody gave it up. Where
nothing of the kind stands, the rules of `policies.rules` say what must hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan.tokens import LISTENER
from plan.types.weaker.kubernetes.pods import PODS
from plan.types.weaker.model import changes, differs
from plan.types.weaker.rows import WEAKER
from plan.types.weaker.ways import others
from plan.unknown import is_unknown
from policies.gate.model import found
from policies.gate.weaker import RULES, value_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from plan.steps import Change, Preview
    from plan.types.weaker.model import Weaker
    from policies.gate.model import Finding


def _of_its_kind(row: Weaker) -> bool:
    """Whether two different things can be compared by a row."""
    own = bool(row.made) or row.own or row.than in OF_EACH_ITS_OWN
    return row.loses in {"defence", "copies"} and not own


OF_EACH_ITS_OWN: tuple[Callable[[Any, Any], bool], ...] = (changes, differs, others)
"""Ways to compare that say of two different things alone that they differ."""
# A listener that redirects is one of its kind and need not encrypt: `plan.types.weaker.made` judges new ones.
_MADE = frozenset((row.token, row.path) for row in WEAKER if row.only_made)
"""Properties that have a row of their own for what is made."""
ROWS: Mapping[str, tuple[Weaker, ...]] = {
    token: tuple(
        row
        for row in WEAKER
        if row.token == token
        and token != LISTENER
        and (row.only_made or (_of_its_kind(row) and ((token, row.path) not in _MADE or row.token in PODS)))
    )
    for token in {row.token for row in WEAKER}
}

Standing = dict[str, list["Mapping[str, Any]"]]


def standing_of(preview: Preview) -> Standing:
    """The inputs of everything that stands, by type; of pods the specification of each, whatever makes them."""
    by_type: Standing = {}
    for change in preview.changes:
        before = change.before
        if before is None or before.leftover or not before.custom:
            continue
        kind = "pods" if before.type in PODS else before.type
        by_type.setdefault(kind, []).append(_compared(before.type, before.inputs))
    return by_type


def _compared(token: str, inputs: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any value of a plan
    return value_at(inputs, PODS[token]) if token in PODS else inputs


def worth_less(change: Change, stand: Standing) -> Iterator[Finding]:
    """Every way in which something that is made is weaker than each of its kind that stands.

    Args:
        change: what happens.
        stand: what stands, by type.
    """
    if change.kind != "create" or change.before is not None or change.after is None or not change.after.custom:
        return
    inputs = change.after.inputs
    for row in ROWS.get(change.type, ()):
        peers = list(_values(row, change.type, stand))
        if row.where is not None and inputs.get(row.where[0]) != row.where[1]:
            continue
        value = value_at(inputs, row.path)
        if peers and not is_unknown(value) and all(row.than(peer, value) for peer in peers):
            says = f"{row.shown} is less than that of all others of its kind ({len(peers)}): {row.says}"
            yield found(RULES[row.loses], change.urn, says, (row.shown,), noted=row.noted)


def _values(row: Weaker, token: str, stand: Standing) -> Iterable[Any]:
    """What each standing one has at the path of a row."""
    if token in PODS and row.path == PODS[token]:
        yield from stand.get("pods", ())
    elif token not in PODS:
        for other in stand.get(token, ()):
            if row.where is None or other.get(row.where[0]) == row.where[1]:
                yield value_at(other, row.path)
