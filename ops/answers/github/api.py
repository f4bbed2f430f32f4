"""Calls of GitHub's REST API for one repository, with the token and addresses that a job of GitHub Actions has.

The API is GitHub's, version 2022-11-28 (GitHub REST API documentation). The token stands in no message.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import httpx

TOKEN, REPOSITORY, API = "GITHUB_TOKEN", "GITHUB_REPOSITORY", "GITHUB_API_URL"
PUBLIC_API = "https://api.github.com"
TIMEOUT = 30.0
"""Seconds for one call."""
MAX_ATTEMPTS = 4
MAX_WAIT = 60.0
"""Seconds; a longer wait that GitHub asks for is reported instead: the job would rather be started again."""
PAGE = 100
"""Entries of a page, the most that GitHub gives (REST API documentation, "Using pagination")."""
MAX_PAGES = 50
"""Pages that are read; more comments than that nobody writes on one pull request."""
TEMPORARY = (429, 500, 502, 503, 504)
_REPOSITORY = re.compile(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}")


class GithubError(Exception):
    """GitHub cannot be asked or refuses; the message says what to do."""


@dataclass
class Github:
    """One repository.

    Attributes:
        repository: owner and name.
        token: of the job.
        api: address of the REST API; another one in GitHub Enterprise Server.
        sleep: waits for seconds.
        transport: how requests are sent; by default over the network.
    """

    repository: str
    token: str = field(repr=False)
    api: str = PUBLIC_API
    sleep: Callable[[float], None] = time.sleep
    transport: httpx.BaseTransport | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Github:
        """The repository of a job.

        Raises:
            GithubError: a variable is missing or wrong; all of them are named.
        """
        wrong = []
        token, repository = environment.get(TOKEN, "").strip(), environment.get(REPOSITORY, "")
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            wrong.append(f"{TOKEN} is not set or no token; in a workflow: `{TOKEN}: ${{{{ github.token }}}}`")
        if not _REPOSITORY.fullmatch(repository):
            wrong.append(f"{REPOSITORY} must be owner/name; GitHub Actions sets it, elsewhere set it yourself")
        api = environment.get(API, "").rstrip("/") or PUBLIC_API
        if not api.startswith("https://"):
            wrong.append(f"{API} must begin with https://: the token goes there")
        if wrong:
            raise GithubError("; ".join(wrong))
        return cls(repository, token, api)

    def get(self, path: str, **query: str | int) -> Any:  # noqa: ANN401 - any JSON document
        """One document of the repository, for example of `issues/7`."""
        return self._json(self._asked("GET", path, params=query), path)

    def every(self, path: str, key: str = "", **query: str | int) -> Iterator[dict[str, Any]]:
        """All entries of a list, page by page.

        Args:
            path: of the list.
            key: where the list is in its document; by default the document is the list.
            query: further parameters.
        """
        for page in range(1, MAX_PAGES + 1):
            document = self.get(path, per_page=PAGE, page=page, **query)
            entries = document.get(key) if key and isinstance(document, dict) else document
            if not isinstance(entries, list):
                raise GithubError(f"{path}: GitHub's answer is no list; is {API} its REST API?")
            yield from (entry for entry in entries if isinstance(entry, dict))
            if len(entries) < PAGE:
                return

    def send(self, method: str, path: str, document: Mapping[str, object]) -> Any:  # noqa: ANN401 - as above
        """Writes a document; a call that creates something is sent again only where GitHub did not take it."""
        return self._json(self._asked(method, path, json=document), path)

    def download(self, path: str, most: int) -> bytes:
        """The bytes that an address leads to, at most so many.

        Raises:
            GithubError: there are more, or GitHub refuses.
        """
        import httpx  # noqa: PLC0415 - large, and only needed where GitHub is asked

        answer = self._asked("GET", path, stream=True, follow_redirects=True)
        try:
            content = bytearray()
            # What is announced may be wrong: what arrives is counted, and the rest stays where it is.
            for part in answer.iter_bytes():
                content += part
                if len(content) > most:
                    raise GithubError(f"{path}: more than {most} bytes, and no more are read")
        except httpx.HTTPError as error:
            raise GithubError(f"{path}: it ended in its middle: {self._safe(str(error))}") from None
        finally:
            answer.close()
        return bytes(content)

    @cached_property
    def _client(self) -> httpx.Client:
        import httpx  # noqa: PLC0415 - large, and only needed where GitHub is asked

        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self.token}",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        # httpx takes the Authorization header off where a redirect leaves the host, as for an artifact's storage.
        return httpx.Client(headers=headers, timeout=TIMEOUT, transport=self.transport)

    def _asked(
        self,
        method: str,
        path: str,
        *,
        stream: bool = False,
        follow_redirects: bool = False,
        **options: Any,  # noqa: ANN401 - httpx's own options
    ) -> httpx.Response:
        import httpx  # noqa: PLC0415 - as above

        url = f"{self.api}/repos/{self.repository}/{path}"
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                request = self._client.build_request(method, url, **options)
                answer = self._client.send(request, stream=stream, follow_redirects=follow_redirects)
                if stream and not answer.is_success:
                    answer.read()
            except httpx.HTTPError as error:
                # A request that wrote something may have arrived: only reading is tried again.
                if method != "GET" or attempt == MAX_ATTEMPTS:
                    raise GithubError(f"{method} {path}: no answer from {self.api}: {self._safe(str(error))}") from None
                self.sleep(2.0**attempt)
                continue
            if answer.is_success:
                return answer
            again = answer.status_code in TEMPORARY and (method == "GET" or answer.status_code == 429)  # noqa: PLR2004 - Too Many Requests
            limited = answer.status_code == 403 and answer.headers.get("x-ratelimit-remaining") == "0"  # noqa: PLR2004 - Forbidden
            wait = _wait(answer.headers, attempt)
            if not (again or limited) or attempt == MAX_ATTEMPTS or wait > MAX_WAIT:
                raise GithubError(f"{method} {path}: {self._refusal(answer)}")
            self.sleep(wait)
        raise AssertionError("every attempt returns, raises or goes on")

    def _refusal(self, answer: httpx.Response) -> str:
        status = answer.status_code
        try:
            document = answer.json()
        except ValueError:
            document = {}
        said = document.get("message") if isinstance(document, dict) else None
        text = f"HTTP {status}" + (f", {self._safe(str(said))}" if said else "")
        hints = {
            401: "the token is wrong or has ended",
            403: "the job's `permissions` do not allow it, or the rate limit is reached; a fork's token only reads",
            404: "it does not exist, or the token may not see it",
            410: "it is kept no longer",
        }
        return f"{text}; {hints[status]}" if status in hints else text

    def _safe(self, text: str) -> str:
        """One line of somebody else's text, without the token."""
        line = " ".join(text.replace(self.token, "***").split())
        return line.encode("unicode_escape").decode()[:300]

    def _json(self, answer: httpx.Response, path: str) -> Any:  # noqa: ANN401 - any JSON document
        if answer.status_code == 204:  # noqa: PLR2004 - No Content
            return None
        try:
            return answer.json()
        except ValueError:
            kind = answer.headers.get("content-type", "no type")
            raise GithubError(f"{path}: HTTP {answer.status_code} and no JSON but {self._safe(kind)}") from None


def _wait(headers: Mapping[str, str], attempt: int) -> float:
    """Seconds until the next attempt: what GitHub asks for, where it is a number."""
    try:
        asked = float(headers.get("retry-after", ""))
    except ValueError:
        return 2.0**attempt
    # NaN is neither: it fails the comparison.
    return asked if asked >= 0 else 2.0**attempt
