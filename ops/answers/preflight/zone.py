"""Cloudflare's API with the token of the environment, through the official library: GET, and nothing else.

The library is imported when the first call is made. The token comes from CLOUDFLARE_API_TOKEN and stands in no message.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ops.answers.preflight.model import NotJudgedError
from ops.foreign import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx
    from cloudflare import Cloudflare

TOKEN = "CLOUDFLARE_API_TOKEN"  # noqa: S105 - the variable's name
TIMEOUT = 30.0
"""Seconds for one call."""
RETRIES = 3
"""After the first attempt; the library waits as long as the API asks, at most a minute (its README, Retries)."""
NOT_FOUND = 404
DENIED = frozenset({401, 403})
BUSY = 429


class NoScopeError(NotJudgedError):
    """The token may not read it."""


@dataclass
class CloudflareApi:
    """The API; no answer is fetched twice.

    Attributes:
        token: an API token.
        transport: another transport than the network's.
        retries: how often a call is repeated that may succeed later.
    """

    token: str = field(repr=False)
    transport: httpx.BaseTransport | None = field(default=None, repr=False)
    retries: int = RETRIES
    _told: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> CloudflareApi | None:
        """The API with the token of the environment; None where there is none."""
        token = environment.get(TOKEN, "").strip()
        return cls(token) if token else None

    def get(self, path: str, scope: str, **query: str) -> Any:  # noqa: ANN401 - the API's result, any JSON
        """The result of a call; None where there is no such thing.

        Args:
            path: below `/client/v4`.
            scope: the token permission that allows it, for people.
            query: parameters.

        Raises:
            NoScopeError: the token may not.
            NotJudgedError: there is no usable answer.
        """
        key = f"{path}?{sorted(query.items())}"
        if key not in self._told:
            self._told[key] = self._get(path, scope, query)
        return self._told[key]

    def _get(self, path: str, scope: str, query: Mapping[str, str]) -> Any:  # noqa: ANN401 - as above
        import httpx  # noqa: PLC0415 - only needed here
        from cloudflare import APIConnectionError, APIStatusError  # noqa: PLC0415 - large, and only needed here

        if not (self.token.isascii() and self.token.isprintable() and " " not in self.token):
            raise NoScopeError(f"{TOKEN} holds characters that no token has", "copy the token again, nothing else")
        try:
            response = self._client.get(path, cast_to=httpx.Response, options={"params": dict(query)})
        except APIStatusError as error:
            response = error.response
        except APIConnectionError as error:
            reason = self._safe(str(error.__cause__ or error))
            raise NotJudgedError(f"Cloudflare cannot be reached ({reason})", "check the network; ask again") from None
        if response.status_code == NOT_FOUND:
            return None
        if response.status_code in DENIED:
            said = f"the token may not read it (HTTP {response.status_code}{self._told_by(response)})"
            raise NoScopeError(said, f"give the token {scope}")
        if response.status_code == BUSY:
            raise NotJudgedError("Cloudflare asks to come back later (HTTP 429)", "ask again in five minutes")
        return self._result(response)

    def _result(self, response: httpx.Response) -> Any:  # noqa: ANN401 - as above
        try:
            document = response.json()
        except ValueError:
            document = None
        if isinstance(document, dict) and document.get("success") is True and "result" in document:
            return document["result"]
        said = f"no usable answer (HTTP {response.status_code}{self._told_by(response)})"
        raise NotJudgedError(said, "check that nothing between here and Cloudflare answers in its place; ask again")

    def _told_by(self, response: httpx.Response) -> str:
        try:
            errors = response.json()["errors"]
            told = "; ".join(f"{item['message']} ({item['code']})" for item in errors)
        except (ValueError, KeyError, TypeError):
            kind = response.headers.get("content-type", "no type")
            return "" if "json" in kind else f", {kind}"
        return f": {self._safe(told)}" if told else ""

    def _safe(self, text: str) -> str:
        return one_line(text.replace(self.token, "(token)"))

    @cached_property
    def _client(self) -> Cloudflare:
        import httpx  # noqa: PLC0415 - only needed here
        from cloudflare import Cloudflare  # noqa: PLC0415 - large, and only needed here

        client = httpx.Client(transport=self.transport, timeout=TIMEOUT) if self.transport else None
        return Cloudflare(api_token=self.token, max_retries=self.retries, timeout=TIMEOUT, http_client=client)
