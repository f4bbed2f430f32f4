"""Settings of what may fail: single points of failure and an uptime below the objective that a stack accepts."""

from typing import Annotated

from pydantic import AfterValidator, Field

from infra.settings.base import Area, refusal
from plan.days import FORM, read_day


def _day(value: str) -> str:
    if read_day(value) is None:
        raise refusal("day", f"a day as {FORM}", "write it like `2027-03-31`")
    return value


def _said(value: str) -> str:
    if len(value.strip()) < LEAST_REASON:
        raise refusal("reason", f"{LEAST_REASON} characters at least, without spaces around", "say why in a sentence")
    return value


Day = Annotated[str, AfterValidator(_day)]
LEAST_REASON = 20
"""Characters of the shortest reason that says something (our choice)."""
Reason = Annotated[str, Field(min_length=LEAST_REASON, max_length=500), AfterValidator(_said)]


class AcceptedLossSettings(Area):
    """A function of users that one failure may take away."""

    stops: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="The function, as ./bbp availability prints it after `without it no`; * stands for any letters."
    )
    reason: Reason = Field(description="Why this stack may have it; 20 to 500 characters, printed with every report.")
    until: Day | None = Field(
        default=None, description="Last day of it, YYYY-MM-DD; production needs one. Default: no end."
    )


class AcceptedUptimeSettings(Area):
    """An uptime on paper below the guide's objective."""

    percent: float = Field(
        ge=0, le=99.9, description="The least uptime in % that vendors' agreements may promise together for a request."
    )
    reason: Reason = Field(description="Why this is enough; 20 to 500 characters, printed with every report.")
    until: Day | None = Field(
        default=None, description="Last day of it, YYYY-MM-DD; production needs one. Default: no end."
    )


class AvailabilitySettings(Area):
    """What the stack accepts; anything else fails `./bbp availability`."""

    accepted_losses: Annotated[tuple[AcceptedLossSettings, ...], Field(max_length=20)] = Field(
        description="Functions that one failure may take from users. Default: in dev all; in prod's first phase the "
        "way out of a zone without a NAT gateway of its own; then none."
    )
    accepted_uptime: AcceptedUptimeSettings | None = Field(
        description="Uptime below the guide's 99.9 % (Scaling Objectives) that is enough. Default: dev 98, prod none."
    )
