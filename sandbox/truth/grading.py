"""Grades the six aspects of one type by what answered for them; what is not known is assumed.

An aspect is as sure as its least sure fact: one that nobody verified makes it an assumption, however many others have
their document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.derived.facts import Source, public_replacement, source_of
from sandbox.derived.sources import outputs_source
from sandbox.model.returned import Shows
from sandbox.services import row_of
from sandbox.truth.facts import (
    document,
    doubts,
    has_schema,
    is_kubernetes_object,
    package_of,
    reference_facts,
    value_facts,
)
from sandbox.truth.grades import Answer, Aspect, Grade
from sandbox.truth.setting import Kubernetes
from sandbox.truth.where import row_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sandbox.model.returned import Value
    from sandbox.model.timing import Timing
    from sandbox.truth.facts import Fact
    from sandbox.truth.setting import Setting

_NO_SCHEMA = "no installed SDK and no definition describes it"


def graded(token: str, setting: Setting) -> dict[Aspect, Answer]:
    """How sure each aspect of a type is in a run.

    Args:
        token: the type token.
        setting: what the run had beside the simulation.
    """
    return {aspect: _doubted(token, aspect, grade(token, setting)) for aspect, grade in _BY_ASPECT.items()}


def _doubted(token: str, aspect: Aspect, answer: Answer) -> Answer:
    """Whatever else is known of an aspect: where its own row says that a part is open, it is an assumption."""
    left = doubts(token, aspect)
    if answer.grade is Grade.REAL or not left:
        return answer
    return _assumed(token, left, f"look it up or simulate it, and take it out of sources.doubts[{aspect.value!r}]")


def _real_object(token: str, setting: Setting) -> bool:
    return setting.real_kubernetes and is_kubernetes_object(token)


def _real_plugin(token: str, setting: Setting) -> bool:
    real = setting.updated and setting.kubernetes is Kubernetes.PLUGIN
    return real and package_of(token) == "kubernetes"


def _server(setting: Setting) -> str:
    return f"Kubernetes API server {setting.server}".rstrip()


def _assumed(token: str, why: str, fix: str) -> Answer:
    return Answer(Grade.ASSUMED, why, fix=f"{fix} ({row_file(token)})")


def _of_facts(token: str, facts: Sequence[Fact], noun: str) -> Answer:
    """A table where every fact has a document and nobody left anything to be verified."""
    for fact in facts:
        if fact.unverified:
            return _assumed(
                token,
                f"{fact.what}: {fact.unverified} is unverified",
                f"look it up and take away `unverified` of {fact.what}",
            )
        if not fact.source:
            return _assumed(token, f"{fact.what}: no document is named", f"name the source of {fact.what}")
    counted = f"{len(facts)} {noun}{'' if len(facts) == 1 else 's'}"
    if row_of(token) is None and not is_kubernetes_object(token):
        return _assumed(
            token, f"{counted} for types like it; what else holds for it, nobody looked up", "write its row"
        )
    documents = tuple(dict.fromkeys(fact.source for fact in facts))
    more = f"; and {len(documents) - 1} more" if len(documents) > 1 else ""
    return Answer(Grade.TABLE, counted, documents[0] + more)


def _values(token: str, setting: Setting) -> Answer:
    if _real_object(token, setting) or _real_plugin(token, setting):
        return Answer(Grade.REAL, f"{_server(setting)} validated them")
    if facts := value_facts(token):
        return _of_facts(token, facts, "rule")
    if source := document(token, Aspect.VALUES):
        return Answer(Grade.TABLE, "nothing beside the schema is refused", source)
    if has_schema(token):
        return Answer(Grade.SCHEMA, "names, types and enumerations alone; no rule of the service is known")
    return _assumed(token, _NO_SCHEMA, "install its SDK, or write its row")


def _references(token: str, setting: Setting) -> Answer:
    if not setting.updated:
        return Answer(Grade.ASSUMED, "a preview asks nothing of what exists", fix="rehearse without --preview")
    if _real_object(token, setting) or _real_plugin(token, setting):
        return Answer(Grade.REAL, f"{_server(setting)} holds the objects")
    if facts := reference_facts(token):
        return _of_facts(token, facts, "rule")
    if source := document(token, Aspect.REFERENCES):
        return Answer(Grade.TABLE, "it refers to nothing, and nothing keeps it", source)
    return _assumed(
        token,
        "nobody said what it refers to, whose name it may take, or what keeps it from being deleted",
        "give its row references, unique and state, or sources.references",
    )


def _replacement(token: str, setting: Setting) -> Answer:
    if _real_plugin(token, setting):
        return Answer(Grade.REAL, "the real kubernetes plugin decides it")
    row = row_of(token)
    if row is None or row.replaced is None:
        return _published(token)
    source = document(token, Aspect.REPLACEMENT)
    if not source:
        return _assumed(token, "its table names no document", "give its row sources.replacement")
    paths = len(row.replaced.paths) + len(row.replaced.when)
    return Answer(Grade.TABLE, f"{paths} propert{'y' if paths == 1 else 'ies'} of it", source)


def _published(token: str) -> Answer:
    """What replaces a type whose row does not say so: what its provider declares, else what its service does."""
    if package_of(token) == "kubernetes":
        return Answer(Grade.TABLE, "what its provider replaces of every kind", document(token, Aspect.REPLACEMENT))
    if (source := public_replacement(token)) is not None:
        return Answer(Grade.SCHEMA, "what is declared; conditions in the provider's own code are not in it", source)
    return _assumed(
        token, "nobody looked up what replaces it: it is always changed in place", "give its row `replaced`"
    )


def _outputs(token: str, setting: Setting) -> Answer:
    if _real_object(token, setting) or _real_plugin(token, setting):
        return Answer(Grade.REAL, f"{_server(setting)} returned them")
    row = row_of(token)
    source = document(token, Aspect.OUTPUTS)
    if row is not None and row.sources.is_computed:
        return Answer(Grade.REAL, "computed as the provider computes them, on this machine", source)
    if row is not None and (late := [value.path for value in row.returned.values if _open(value)]):
        why = f"in which form {', '.join(late)} comes back is not simulated, or unverified"
        return _assumed(token, why, "give its value a form, or look it up")
    if source:
        return Answer(Grade.TABLE, "made up in the documented form", source)
    said = outputs_source(token)
    if said is Source.CONVENTION:
        return Answer(
            Grade.SCHEMA, "made up in a public form, the rest by its schema", source_of(f"outputs-{package_of(token)}")
        )
    if said is Source.SCHEMA and has_schema(token):
        return Answer(Grade.SCHEMA, "made up by name and type, ids and ARNs in the form of their examples")
    return _assumed(token, "made up by convention: no document says their form", "give its row sources.outputs")


def _open(value: Value) -> bool:
    """Whether a preview may show a value in a form that no rehearsal shows, or that nobody verified."""
    refused = "refused here" in value.back
    told = f"{value.sent} {value.back} {value.source}"
    return value.shows is not Shows.NEVER and (("unverified" in told) or not (value.simulated or refused))


def _order(token: str, setting: Setting) -> Answer:
    if _real_plugin(token, setting):
        return Answer(Grade.REAL, "the engine, and the real kubernetes plugin")
    if row_of(token) is not None or is_kubernetes_object(token):
        return Answer(Grade.REAL, "the engine decides it from the program's dependencies")
    if has_schema(token):
        why = "the engine decides it; whether an old object goes before its replacement follows from its schema"
        return Answer(Grade.SCHEMA, why)
    return _assumed(
        token,
        "the engine decides it, but whether an old object goes before its replacement comes, nobody looked up",
        "write its row, with its automatic name",
    )


def _time(token: str, setting: Setting) -> Answer:
    if _real_plugin(token, setting):
        return Answer(Grade.REAL, "the real kubernetes plugin waited")
    row = row_of(token)
    if row is not None and row.timing is not None:
        return _timed(token, row.timing)
    if source := document(token, Aspect.TIME):
        return Answer(Grade.TABLE, "nothing of it waits or restarts, or the clock moves it", source)
    return _assumed(
        token, "everything happens at once; what would wait or restart, nobody looked up", "give its row sources.time"
    )


def _timed(token: str, timing: Timing) -> Answer:
    """A table of moments, where nobody assumed one."""
    if guessed := [item.path for item in timing.settings if item.assumed]:
        names = ", ".join(guessed)
        return _assumed(token, f"when a change of {names} happens", "look them up and take away `assumed`")
    documents = tuple(dict.fromkeys(item.source for item in timing.settings)) or (document(token, Aspect.TIME),)
    if not timing.settings and timing.deadlines is None and not documents[0]:
        return _assumed(token, "what else of it would wait or restart, nobody looked up", "give its row sources.time")
    counted = f"{len(timing.settings)} settings" if timing.settings else "moments of its own"
    return Answer(Grade.TABLE, f"the clock moves it: {counted}", documents[0] or "named at each moment of its row")


_BY_ASPECT: dict[Aspect, Callable[[str, Setting], Answer]] = {
    Aspect.VALUES: _values,
    Aspect.REFERENCES: _references,
    Aspect.REPLACEMENT: _replacement,
    Aspect.OUTPUTS: _outputs,
    Aspect.ORDER: _order,
    Aspect.TIME: _time,
}
