"""Who is told of what happens in an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.checks import On, given
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Returned, Row
from sandbox.services.cloudflare import returned as cf

if TYPE_CHECKING:
    from collections.abc import Iterator


def _told(context: Context) -> Iterator[Violation]:
    mechanisms = context.inputs.get("mechanisms")
    if isinstance(mechanisms, dict) and not any(
        given(mechanisms, name) for name in ("emails", "pagerduties", "webhooks")
    ):
        yield Violation("mechanisms", "at least one e-mail address, PagerDuty service or webhook is required")


_on = On("notification", source="Cloudflare API, Create a notification policy")
ROWS = (
    Row(
        token="cloudflare:index/notificationPolicy:NotificationPolicy",
        name=NONE,
        replaced=Replaced(("accountId",)),
        references=(),
        unique=(),
        values=(_on.custom("mechanisms", _told),),
        returned=Returned(values=cf.NOTIFICATION),
    ),
)
