"""Certificates: from when to when they are valid, and when their provider replaces them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.model.checks import number
from sandbox.model.timing import Deadline, Timing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import CloudObject
    from sandbox.model.outputs import Inputs

_TLS = "terraform-provider-tls, {}: validity_period_hours, early_renewal_hours, ready_for_renewal"
_ENDS = "expires: whoever checks it refuses the connection from now on"


def stamp(moment: datetime) -> str:
    """A moment as certificates' providers write it (RFC 3339)."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: object) -> datetime | None:
    """The moment in such a text; None for anything else."""
    try:
        return datetime.strptime(str(text), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _hours(inputs: Inputs, name: str) -> timedelta:
    return timedelta(hours=number(inputs.get(name)) or 0)


def _made(inputs: Inputs, now: datetime) -> dict[str, Any]:
    hours = min(_hours(inputs, "validityPeriodHours"), datetime.max.replace(tzinfo=UTC) - now)
    return {"validityStartTime": stamp(now), "validityEndTime": stamp(now + hours)}


def _renewed(inputs: Inputs, outputs: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The provider plans another certificate as soon as the old one is in its last hours."""
    end = moment(outputs.get("validityEndTime"))
    ready = end is not None and now >= end - _hours(inputs, "earlyRenewalHours")
    return {"readyForRenewal": True} if ready else {}


def local(name: str) -> Timing:
    """The times of a certificate that the tls provider signs.

    Args:
        name: the resource type in the provider's documentation.
    """
    source = _TLS.format(name)

    def deadlines(item: CloudObject) -> Iterator[Deadline]:
        end, early = moment(item.outputs.get("validityEndTime")), _hours(item.inputs, "earlyRenewalHours")
        if end is None:
            return
        if early:
            yield Deadline(end - early, "is ready for renewal: every update from now on replaces it", source)
        yield Deadline(end, _ENDS + "; the next update replaces it", source)

    return Timing(deadlines=deadlines, made=_made, due=_renewed)


def until(path: str, source: str, days: str, default: int) -> Timing:
    """The times of a certificate that a service signs for a number of days, and that nobody renews.

    Args:
        path: the output with its end.
        source: the public document.
        days: the property with the number of days.
        default: the days where it is not given.
    """

    def made(inputs: Inputs, now: datetime) -> dict[str, Any]:
        return {path: stamp(now + timedelta(days=number(inputs.get(days)) or default))}

    def deadlines(item: CloudObject) -> Iterator[Deadline]:
        if (end := moment(item.outputs.get(path))) is not None:
            yield Deadline(end, _ENDS, source)

    return Timing(deadlines=deadlines, made=made)
