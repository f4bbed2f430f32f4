"""The purge calls of Cloudflare's API through the official library, with retries that wait as long as the API asks.

The library is imported when the first call is made: it is large, and only purging needs it. The token comes from the
environment and stands in no message.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from ops.answers.cdn.error import CdnError
from ops.foreign import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import httpx
    from cloudflare import APIStatusError, Cloudflare
    from cloudflare.types.cache.cache_purge_params import CachePurgeSingleFileWithURLAndHeadersFile

TOKEN = "CLOUDFLARE_API_TOKEN"  # noqa: S105 - the variable's name
TIMEOUT = 30.0
"""Seconds for one call."""
MAX_ATTEMPTS = 5
MAX_WAIT = 120.0
"""Seconds; a longer Retry-After is reported instead of waited for."""
MAX_WAITING = 600.0
"""Seconds that a purge may take, with its waiting and its calls: a deployment must end."""
MAX_DIGITS = 9
"""Of a Retry-After that are read: thirty years are as good as more."""
TEMPORARY = (408, 409, 425, 429)
"""Statuses that a later attempt may change, besides the server's own errors."""

Selector = Literal["prefixes", "files", "tags", "hosts", "everything"]


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
        clock: a clock that only goes on, in seconds.
    """

    zone_id: str
    token: str = field(repr=False)
    note: Callable[[str], None]
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    waited: float = field(default=0.0, init=False)
    """Seconds so far."""
    began: float | None = field(default=None, init=False)
    """When the first call was made."""

    @property
    def spent(self) -> float:
        """Seconds since the first call."""
        return max(self.waited, self.clock() - self.began) if self.began is not None else 0.0

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
        self.began = self.clock() if self.began is None else self.began
        if self.spent > MAX_WAITING:
            raise RefusedError(f"not asked for: the purge has taken {self.spent:.0f} s already", divisible=False)
        while True:
            attempt += 1
            try:
                answer = self._call(selector, list(values), soft=soft)
            except APIStatusError as error:
                wait = self._wait_after(error, attempt)
            except APIConnectionError as error:
                wait = self._wait(attempt, self._safe(f"no answer from the API: {error}"), None)
            else:
                document = _document(answer)
                if document is not None and document.get("success") is True:
                    return
                if document is not None:
                    reason = _told(document) or "the API answered without success and without a reason"
                    raise RefusedError(self._safe(reason), divisible=True)
                # Something between here and the API answered, a proxy or a sign-in page: nothing was purged.
                kind = answer.headers.get("content-type", "no type")
                wait = self._wait(attempt, self._safe(f"HTTP {answer.status_code} and no JSON but {kind}"), None)
            self.sleep(wait)
            self.waited += wait

    def _call(self, selector: Selector, values: list[str], *, soft: bool) -> httpx.Response:
        """What the API says, unread: the library takes any body with a status of success for success."""
        cache = self._client.cache.with_raw_response
        call = cache.invalidate if soft else cache.purge
        if selector == "everything":
            return call(zone_id=self.zone_id, purge_everything=True).http_response
        if selector == "tags":
            return call(zone_id=self.zone_id, tags=values).http_response
        if selector == "hosts":
            return call(zone_id=self.zone_id, hosts=values).http_response
        if selector == "prefixes":
            return call(zone_id=self.zone_id, prefixes=values).http_response
        if any(" " in value for value in values):
            return call(zone_id=self.zone_id, files=[_file(value) for value in values]).http_response
        return call(zone_id=self.zone_id, files=values).http_response

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
        if self.spent + wait > MAX_WAITING:
            reason = f"{reason}; the purge has taken {self.spent:.0f} s already, {MAX_WAITING:.0f} s are the most"
            raise RefusedError(reason, divisible=False) from None
        self.note(f"{reason}; again in {wait:.0f} s")
        return wait

    def _reason(self, error: APIStatusError) -> str:
        document = _document(error.response)
        told = _told(document) if document is not None else ""
        return self._safe(f"HTTP {error.status_code}" + (f": {told}" if told else ""))

    def _safe(self, text: str) -> str:
        return one_line(text.replace(self.token, "(token)"))


def _file(value: str) -> CachePurgeSingleFileWithURLAndHeadersFile:
    """A URL, or a URL, a space and the header of the copy that is meant (Cloudflare docs, Purge by single-file)."""
    url, _, header = value.partition(" ")
    if not header:
        return {"url": url}
    name, _, content = header.partition(": ")
    return {"url": url, "headers": {name: content}}


def _document(response: httpx.Response) -> dict[str, Any] | None:
    """The API's envelope; None for anything else."""
    try:
        found = response.json()
    except (ValueError, RecursionError):  # neither JSON nor text, or nested without end
        return None
    return found if isinstance(found, dict) else None


def _told(document: dict[str, Any]) -> str:
    """The errors that an envelope names, in whatever form they have."""
    errors = document.get("errors")
    told: list[str] = []
    for item in errors if isinstance(errors, list) else ():
        code = item.get("code") if isinstance(item, dict) else None
        message = item.get("message") if isinstance(item, dict) else item
        told.append(f"{message} ({code})" if code is not None else str(message))
    return "; ".join(told)


def _retry_after(response: httpx.Response) -> float | None:
    """The seconds that a response asks to wait for: a whole number, or from its Date to another (RFC 9110, 10.2.3).

    None for anything else, for a moment that is over, and for a date without the server's own: two clocks that differ
    would be compared.
    """
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:MAX_DIGITS])
    try:
        then, now = (parsedate_to_datetime(said) for said in (text, response.headers.get("date", "")))
        return max(0.0, (then - now).total_seconds()) or None
    except (ValueError, TypeError, OverflowError):
        return None
