"""Reads measurements from a Prometheus server through its HTTP API, by the prometheus-api-client library.

The library is imported when the first query is made: only this needs it. The token comes from the environment, is sent
to the given server alone, and stands in no message.
"""

from __future__ import annotations

import ipaddress
import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ops.foreign import one_line
from planner.capacity.right_size import FEWEST_SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import requests
    from prometheus_api_client.prometheus_connect import PrometheusConnect


TOKEN = "BBP_PROMETHEUS_TOKEN"  # noqa: S105 - the variable's name
TIMEOUT_SECONDS = 60
ATTEMPTS_MORE = 2
"""Further attempts when the connection breaks or the server is overloaded."""
OVERLOADED = (429, 502, 503, 504)
STEP = timedelta(minutes=5)
MOST_POINTS = 10_000
"""Prometheus answers at most 11,000 points for each series (its web/api/v1, "exceeded maximum resolution")."""
COVERAGE_PERCENT = 50
"""Less of the window than this is told: a young pod or a gap may hide the busy day (our choice)."""
UNAUTHORISED, FORBIDDEN, MISSING = 401, 403, 404
_WINDOW = re.compile(r"(\d{1,6})(m|h|d|w)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LONGEST = timedelta(days=366)


class PrometheusError(Exception):
    """Measurements could not be read; the message says why and what to do."""


def window_of(text: str) -> timedelta:
    """A duration as Prometheus writes it: 90m, 12h, 7d, 2w.

    Raises:
        ValueError: it is none, or not between an hour and a year.
    """
    match = _WINDOW.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no duration; write it like 12h, 7d or 2w")
    found = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if not timedelta(hours=1) <= found <= LONGEST:
        raise ValueError(f"{text} is not between one hour and one year; five-minute averages of a week are usual (7d)")
    return found


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One list of samples.

    Attributes:
        part: what is measured.
        name: the measure, as a file of measurements calls it.
        query: PromQL; the samples of all its series count alike.
        source: the exporter that gives the series.
    """

    part: str
    name: str
    query: str
    source: str

    @property
    def key(self) -> str:
        """How people write it: `app.memory_mib`."""
        return f"{self.part}.{self.name}"


@dataclass(frozen=True)
class Measured:
    """What somebody measured.

    Attributes:
        samples: by part and measure, only what there is enough of.
        gaps: one sentence for each measure that is missing or covers little of the time.
    """

    samples: dict[str, dict[str, Sequence[float]]]
    gaps: tuple[str, ...]


@dataclass(frozen=True)
class Prometheus:
    """One Prometheus server.

    Attributes:
        url: where its API is, a path prefix allowed: `https://prometheus.example.com`.
        token: bearer token; empty for none.
    """

    url: str
    token: str = field(default="", repr=False)

    @classmethod
    def at(cls, url: str, environment: Mapping[str, str]) -> Prometheus:
        """The server at an address, with the token of the environment.

        Raises:
            PrometheusError: the address is none, carries a password, or the token would travel in clear.
        """
        parts = urlsplit(url.strip())
        try:
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:  # a port that is no number
            usable = False
        if not usable or parts.query or parts.fragment:
            raise PrometheusError("that is no address of a server; write it like https://prometheus.example.com")
        if parts.username is not None or parts.password is not None:
            raise PrometheusError(f"put no password into the address; {TOKEN} takes a bearer token")
        token = environment.get(TOKEN, "").strip()
        if token and parts.scheme == "http" and not _is_loopback(str(parts.hostname)):
            raise PrometheusError(f"{TOKEN} would be sent unencrypted to {parts.hostname}; use https")
        return cls(url.strip().rstrip("/"), token)

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        return urlsplit(self.url).netloc

    def measured(self, wanted: Iterable[Measure], window: timedelta, now: datetime | None = None) -> Measured:
        """The samples of measures over the time before now.

        Args:
            wanted: what to ask for.
            window: how far back.
            now: the end of the window; the clock's time by default.

        Raises:
            PrometheusError: the server cannot be reached, refuses, or knows nothing of all that.
        """
        end = now or datetime.now(UTC)
        samples: dict[str, dict[str, Sequence[float]]] = {}
        gaps = []
        for measure in wanted:
            found, seen = self._samples(measure, end - window, end)
            if len(found) < FEWEST_SAMPLES:
                known = f"only {len(found)} samples" if found else "no such series"
                gaps.append(f"{measure.key} is left out: {known}; it comes from {measure.source}")
                continue
            samples.setdefault(measure.part, {})[measure.name] = found
            share = min(seen / window, 1.0) * 100
            if share < COVERAGE_PERCENT:
                gaps.append(f"{measure.key} covers {share:.0f} % of the window; a longer history decides better")
        if not samples:
            raise PrometheusError(
                f"{self.host} knows nothing of this stack in the given window:\n"
                + "\n".join(f"  {gap}" for gap in gaps)
                + "\n  Is it this stack's Prometheus, and does it keep samples for that long?"
            )
        return Measured(samples, tuple(gaps))

    def _samples(self, measure: Measure, start: datetime, end: datetime) -> tuple[list[float], timedelta]:
        """Every sample of every series, and the time that samples stand for."""
        step = max(STEP, (end - start) / MOST_POINTS)
        points = [
            (float(time), float(text)) for series in self._range(measure, start, end, step) for time, text in series
        ]
        usable = [(time, value) for time, value in points if math.isfinite(value)]
        return [max(value, 0.0) for _, value in usable], len({time for time, _ in usable}) * step

    def _range(
        self, measure: Measure, start: datetime, end: datetime, step: timedelta
    ) -> list[list[tuple[float, str]]]:
        import requests  # noqa: PLC0415 - see above
        from prometheus_api_client.exceptions import PrometheusApiClientException  # noqa: PLC0415 - see above

        try:
            answer = self._client.custom_query_range(
                measure.query, start, end, f"{math.ceil(step.total_seconds())}", timeout=TIMEOUT_SECONDS
            )
            return [series["values"] for series in answer]
        except PrometheusApiClientException as error:
            raise PrometheusError(self._refusal(str(error))) from error
        except requests.exceptions.JSONDecodeError as error:
            raise PrometheusError(
                f"{self.host} does not answer as Prometheus does; is the address complete?"
            ) from error
        except requests.exceptions.RequestException as error:
            raise PrometheusError(self._unreachable(error)) from error
        except (KeyError, TypeError, ValueError) as error:
            raise PrometheusError(f"{self.host} does not answer as Prometheus does: {one_line(repr(error))}") from error

    @cached_property
    def _client(self) -> PrometheusConnect:
        import requests  # noqa: PLC0415 - see above
        from prometheus_api_client.prometheus_connect import PrometheusConnect  # noqa: PLC0415 - see above
        from urllib3.util.retry import Retry  # noqa: PLC0415 - see above

        session = requests.Session()
        retry = Retry(total=ATTEMPTS_MORE, backoff_factor=0.5, status_forcelist=OVERLOADED, raise_on_status=False)
        session.auth = _bearer(self.token)
        return PrometheusConnect(url=self.url, session=session, retry=retry)

    def _refusal(self, text: str) -> str:
        """What a status other than 200 means; the library keeps it in its message."""
        match = re.search(r"HTTP Status Code (\d+)", text)
        status = int(match[1]) if match else 0
        if status == UNAUTHORISED:
            given = "refuses the token of" if self.token else "wants a token; put it into"
            return f"{self.host} {given} {TOKEN} (401)"
        if status == FORBIDDEN:
            return f"{self.host} lets this token not read metrics (403)" if self.token else f"{self.host} refuses (403)"
        if status == MISSING:
            return f"there is no Prometheus API at {self.url} (404); is a path missing, such as /prometheus?"
        said = re.search(r'"error":"((?:[^"\\]|\\.)*)"', text)
        return f"{self.host} answers {status}: {one_line(said[1]) if said else 'no reason given'}"

    def _unreachable(self, error: requests.exceptions.RequestException) -> str:
        import requests  # noqa: PLC0415 - see above

        if isinstance(error, requests.exceptions.SSLError):
            return (
                f"the certificate of {self.host} is not trusted; for an authority of your own, "
                "let REQUESTS_CA_BUNDLE name its file"
            )
        if isinstance(error, requests.exceptions.Timeout):
            return f"{self.host} did not answer within {TIMEOUT_SECONDS} s"
        reason = next((known for known in _REASONS if known.lower() in str(error).lower()), type(error).__name__)
        return f"{self.host} cannot be reached: {reason}; in a cluster, kubectl port-forward makes it reachable"


_REASONS = ("Connection refused", "Name or service not known", "No route to host", "Network is unreachable")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bearer(token: str) -> Callable[[Any], Any]:
    """Adds the token to a request; it is the session's `auth`, so that no password of a .netrc file takes its place.

    The requests library drops the header when a redirect leads to another host.
    """

    def authorise(request: Any) -> Any:  # noqa: ANN401 - a prepared request; the library is imported late
        if token:
            request.headers["Authorization"] = f"Bearer {token}"
        return request

    return authorise
