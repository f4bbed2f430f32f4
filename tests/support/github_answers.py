"""A GitHub of a few lines that no socket leads to."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from ops.answers.github.api import Github

TOKEN = "ghs_" + "t" * 36


@dataclass
class Answers:
    """A GitHub that answers by method and path, and remembers what it was told."""

    documents: dict[tuple[str, str], Any] = field(default_factory=dict)
    told: list[tuple[str, str, Any]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    first: list[httpx.Response | Exception] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        path = request.url.path.removeprefix("/repos/acme/bailbondpro/")
        body = json.loads(request.content) if request.content else None
        self.told.append((request.method, path, body))
        if self.first:
            answer = self.first.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        found = self.documents.get((request.method, path))
        if found is None:
            return httpx.Response(404, json={"message": "Not Found"})
        if isinstance(found, bytes):
            return httpx.Response(200, content=found)
        if isinstance(found, list):
            page, per = int(request.url.params["page"]), int(request.url.params["per_page"])
            found = found[(page - 1) * per : page * per]
        return httpx.Response(201 if request.method == "POST" else 200, json=found)

    def github(self) -> Github:
        return Github("acme/bailbondpro", TOKEN, sleep=self.slept.append, transport=httpx.MockTransport(self))

    def written(self) -> list[tuple[str, str, Any]]:
        return [entry for entry in self.told if entry[0] != "GET"]
