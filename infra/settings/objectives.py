"""Settings of the objectives that `./bbp objectives` judges (scaling guide, Scaling Objectives)."""

from typing import Annotated, Literal

from pydantic import Field

from infra.settings.availability import Day, Reason
from infra.settings.base import Area

ObjectiveName = Literal["response", "errors", "load", "growth", "cost", "recovery-point", "recovery-time"]


class AcceptedObjectiveSettings(Area):
    """An objective that a stack may miss, up to a value, or leave unjudged."""

    objective: ObjectiveName = Field(
        description="Which one. Availability and single points of failure have their own settings (availability)."
    )
    value: float | None = Field(
        default=None,
        description="The worst value that is enough, in the objective's own unit. Default: none, it may only stay "
        "unjudged.",
    )
    reason: Reason = Field(description="Why this is enough; 20 to 500 characters, printed with every judgement.")
    until: Day | None = Field(
        default=None, description="Last day of it, YYYY-MM-DD; production needs one. Default: no end."
    )


class RestoreTimedSettings(Area):
    """A restore that was tried, with a clock beside it (docs/restore.md)."""

    minutes: int = Field(ge=1, le=100_000, description="Minutes from the decision until users were served again.")
    day: Day = Field(description="The day of it, YYYY-MM-DD; it counts for 180 days.")


class ObjectivesSettings(Area):
    """What the stack is to reach; what is missed or cannot be judged fails `./bbp objectives` in production.

    So does a goal there that is weaker than its default, unless it is accepted up to that value until a day.
    """

    users: int | None = Field(
        default=None,
        ge=1,
        le=10_000_000,
        description="Active users that it is to serve. Default: in production the top of its phase in the guide's "
        "Growth Projections (500, 1,000 and 2,500), in development 10.",
    )
    response_ms: int = Field(
        default=200,
        ge=1,
        le=60_000,
        description="95th percentile of the response time in ms that no route exceeds (guide: 200). Alerts watch it "
        "where the application's response times have a bucket that ends there: the contract asks for 200, 500, 1000.",
    )
    error_percent: float = Field(
        default=0.1,
        ge=0,
        le=100,
        description="Share of requests in % that may fail (what the guide's 99.9 % leave, Scaling Objectives).",
    )
    usd_per_user: float | None = Field(
        default=None,
        gt=0,
        le=1_000_000,
        description="USD a month for an active user. Default: the guide's cost formula at the same users (Capacity "
        "Planning); in development the budget for each of its users.",
    )
    recovery_point_minutes: int = Field(
        ge=1,
        le=100_000,
        description="Minutes of writes that the loss of a database may cost. Default: 5 in production, which is what "
        "point-in-time recovery of RDS promises; a day in development (our choice, the guide has none).",
    )
    recovery_time_minutes: int = Field(
        ge=1,
        le=100_000,
        description="Minutes until users are served again after the loss of the data. Default: 240 in production, a "
        "day in development (our choice, the guide has none).",
    )
    restore_timed: RestoreTimedSettings | None = Field(
        default=None,
        description="The last restore that was tried and timed. Without one the recovery time cannot be judged. "
        "Default: none.",
    )
    accepted: Annotated[tuple[AcceptedObjectiveSettings, ...], Field(max_length=20)] = Field(
        description="Objectives that may be missed or stay unjudged. Default by phase and environment."
    )
