"""The purge calls of Cloudflare's API through the official library, with retries that wait as long as the API asks.

The library is imported when the first call is made: it is large, and only purging needs it. The token comes from the
environment and stands in no message.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from ops.cdn_error import CdnError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import httpx
    from cloudflare import APIStatusError, Cloudflare

TOKEN = "CLOUDFLARE_API_TOKEN"  # noqa: S105 - the variable's name
TIMEOUT = 30.0
"""Seconds for one call."""
MAX_ATTEMPTS = 5
MAX_WAIT = 120.0
"""Seconds; a longer Retry-After is reported instead of waited for."""
TEMPORARY = (408, 409, 425, 429)
"""Statuses that a later attempt may change, besides the server's own errors."""

Selector = Literal["files", "tags", "hosts", "everything"]


class RefusedError(Exception):
    """The API refused a call; `divisible` says that a part of it may be accepted."""

    def __init__(self, message: str, *, divisible: bool) -> None:
        self.divisible = divisible
        super().__init__(message)


class UnauthorisedError(CdnError):
    """The token is missing, wrong, or may not purge this zone: no further call can succeed."""


@dataclass
class PurgeApi:
    """The purge calls of one zone.

    Attributes:
        zone_id: the zone, 32 hexadecimal digits.
        token: an API token that may purge the zone's cache and nothing else.
        note: takes one line for every wait.
        sleep: waits for seconds.
    """

    zone_id: str
    token: str = field(repr=False)
    note: Callable[[str], None]
    sleep: Callable[[float], None] = time.sleep

    @classmethod
    def from_environment(cls, zone_id: str, environment: Mapping[str, str], note: Callable[[str], None]) -> PurgeApi:
        """The calls with the token of the environment.

        Raises:
            UnauthorisedError: there is no token, or it has characters that no token has.
        """
        token = environment.get(TOKEN, "").strip()
        if not token:
            raise UnauthorisedError(f"{TOKEN} is not set; it wants a token with Zone > Cache Purge on this zone alone")
        if not (token.isascii() and token.isprintable() and " " not in token):
            raise UnauthorisedError(f"{TOKEN} holds characters that no token has; copy the token again, nothing else")
        return cls(zone_id, token, note)

    def purge(self, selector: Selector, values: Sequence[str], *, soft: bool) -> None:
        """One call, repeated while the API asks to come back later.

        Args:
            selector: what the values are.
            values: at most as many as one call takes; none for `everything`.
            soft: mark as stale instead of delete.

        Raises:
            RefusedError: the API refused it, or did so as often as it was asked.
            UnauthorisedError: the token may not do this.
        """
        from cloudflare import APIConnectionError, APIStatusError  # noqa: PLC0415 - large, and only needed here

        attempt = 0
        while True:
            attempt += 1
            try:
                accepted = self._call(selector, list(values), soft=soft)
            except APIStatusError as error:
                wait = self._wait_after(error, attempt)
            except APIConnectionError as error:
                wait = self._wait(attempt, self._safe(f"no answer from the API: {error}"), None)
            else:
                if accepted:
                    return
                raise RefusedError("the API answered without success and without a reason", divisible=True)
            self.sleep(wait)

    def _call(self, selector: Selector, values: list[str], *, soft: bool) -> bool:
        """Whether the API says that it did it."""
        cache = self._client.cache
        call = cache.invalidate if soft else cache.purge
        if selector == "everything":
            return call(zone_id=self.zone_id, purge_everything=True) is not None
        if selector == "tags":
            return call(zone_id=self.zone_id, tags=values) is not None
        if selector == "hosts":
            return call(zone_id=self.zone_id, hosts=values) is not None
        return call(zone_id=self.zone_id, files=values) is not None

    @cached_property
    def _client(self) -> Cloudflare:
        from cloudflare import Cloudflare  # noqa: PLC0415 - large, and only needed here

        return Cloudflare(api_token=self.token, max_retries=0, timeout=TIMEOUT)

    def _wait_after(self, error: APIStatusError, attempt: int) -> float:
        reason = self._reason(error)
        if error.status_code in {401, 403}:
            raise UnauthorisedError(f"{reason}; the token in {TOKEN} needs Zone > Cache Purge on this zone") from None
        if error.status_code not in TEMPORARY and error.status_code < 500:  # noqa: PLR2004 - server errors from here
            raise RefusedError(reason, divisible=True) from None
        return self._wait(attempt, reason, _retry_after(error.response))

    def _wait(self, attempt: int, reason: str, asked: float | None) -> float:
        """Seconds until the next attempt: what the API asks for, else twice as long as the time before."""
        if attempt == MAX_ATTEMPTS:
            raise RefusedError(f"{reason}, {MAX_ATTEMPTS} times", divisible=False) from None
        wait = asked if asked is not None else float(2 ** (attempt - 1))
        if wait > MAX_WAIT:
            raise RefusedError(f"{reason}; the API asks to come back in {wait:.0f} s", divisible=False) from None
        self.note(f"{reason}; again in {wait:.0f} s")
        return wait

    def _reason(self, error: APIStatusError) -> str:
        told = "; ".join(f"{item.message} ({item.code})" for item in error.errors or ())
        return self._safe(f"HTTP {error.status_code}" + (f": {told}" if told else ""))

    def _safe(self, text: str) -> str:
        return text.replace(self.token, "(token)")


def _retry_after(response: httpx.Response) -> float | None:
    """The seconds that a response asks to wait for; None without a number (RFC 9110, 10.2.3; no dates here)."""
    try:
        return max(0.0, float(response.headers.get("retry-after", "")))
    except ValueError:
        return None
