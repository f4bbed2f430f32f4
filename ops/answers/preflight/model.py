"""What is asked of a real account, and what came back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.answers.preflight.account import Account
    from ops.answers.preflight.zone import CloudflareApi

Verdict = Literal["met", "not met", "not judged", "not asked"]
"""`not judged`: it was asked, and no usable answer came. `not asked`: nobody here can ask it; never a green light."""
Cloud = Literal["aws", "cloudflare"]
FAILS: tuple[Verdict, ...] = ("not met", "not judged")


class NotJudgedError(Exception):
    """A question got no usable answer.

    Attributes:
        said: what came instead.
        fix: what makes it answerable.
    """

    def __init__(self, said: str, fix: str) -> None:
        self.said, self.fix = said, fix
        super().__init__(said)


@dataclass(frozen=True)
class Read:
    """One operation of AWS that reads.

    Attributes:
        service: botocore's name of the service.
        operation: the operation's name in the service model.
        action: the IAM action that allows it; empty where AWS asks for none.
    """

    service: str
    operation: str
    action: str


@dataclass(frozen=True)
class Permission:
    """What the asking identity must be allowed.

    Attributes:
        read: the operation.
        resource: ARN or pattern; `*` where IAM knows no narrower one, or the question counts all there is.
    """

    read: Read
    resource: str = "*"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is known after asking.

    Attributes:
        verdict: whether it holds.
        said: one sentence with what was seen.
        fix: the smallest thing to do; of what is met, what to do later.
    """

    verdict: Verdict
    said: str
    fix: str = ""


def met(said: str, later: str = "") -> Answer:
    """It holds."""
    return Answer(verdict="met", said=said, fix=later)


def not_met(said: str, fix: str) -> Answer:
    """It does not hold."""
    return Answer(verdict="not met", said=said, fix=fix)


def not_judged(said: str, fix: str) -> Answer:
    """No usable answer."""
    return Answer(verdict="not judged", said=said, fix=fix)


def not_asked(said: str, fix: str = "") -> Answer:
    """Nobody here can ask it."""
    return Answer(verdict="not asked", said=said, fix=fix)


@dataclass(frozen=True)
class Clouds:
    """Who is asked.

    Attributes:
        aws: the account of the credentials.
        cloudflare: Cloudflare with the token of the environment; None where there is no token.
    """

    aws: Account
    cloudflare: CloudflareApi | None

    @property
    def edge(self) -> CloudflareApi:
        """Cloudflare, where a token is known to be there."""
        if self.cloudflare is None:
            raise NotJudgedError("there is no token", "set CLOUDFLARE_API_TOKEN")
        return self.cloudflare


@dataclass(frozen=True, kw_only=True)
class Question:
    """One thing that a rehearsal cannot know.

    Attributes:
        area: what it is about; questions of one area are shown together.
        name: the question in a few words, unique.
        why: what happens to an update where it does not hold.
        needs: what the asking identity must be allowed.
        ask: asks.
        cloud: who is asked.
        first: whether nothing else of this cloud is worth asking where this does not hold.
    """

    area: str
    name: str
    why: str
    needs: tuple[Permission, ...] = ()
    ask: Callable[[Clouds], Answer] = field(repr=False)
    cloud: Cloud = "aws"
    first: bool = False


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A question with its answer."""

    area: str
    name: str
    why: str
    verdict: Verdict
    said: str
    fix: str
    reads: tuple[str, ...]
