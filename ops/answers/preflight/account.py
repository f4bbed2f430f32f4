"""The AWS account of the credentials at hand, through botocore: the one place that calls AWS, and it only reads.

botocore finds credentials, regions and endpoints as the AWS CLI does. It is imported when the first call is made.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ops.answers.preflight.error import PreflightError
from ops.answers.preflight.model import NotJudgedError
from ops.answers.preflight.reads import IDENTITY, READS
from ops.foreign import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from ops.answers.preflight.model import Read

CONNECT_SECONDS = 5
READ_SECONDS = 30
ATTEMPTS = 4
"""Of one call, botocore's standard mode: it waits between them, up to 20 s (botocore documentation, Retries)."""
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403"})
BUSY = frozenset(
    ("Throttling", "ThrottlingException", "ThrottledException", "RequestLimitExceeded", "TooManyRequestsException")
)
STALE = frozenset(
    (
        *("ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId"),
        *("UnrecognizedClientException", "AuthFailure", "SignatureDoesNotMatch", "InvalidSignatureException"),
    )
)
"""Codes for credentials that are not taken (Common Errors, in the API references)."""
_ASSUMED = re.compile(r"^arn:[\w-]+:sts::\d+:assumed-role/(?P<role>[^/]+)/")
LOG_IN = "log in again (`aws sso login`, or what gave the credentials); `aws sts get-caller-identity` must answer"


@dataclass(frozen=True)
class Identity:
    """Who asks.

    Attributes:
        account: the account's number.
        arn: the identity, as STS names it.
    """

    account: str
    arn: str

    @property
    def root(self) -> bool:
        """Whether it is the account's root user."""
        return self.arn.endswith(":root")

    @property
    def partition(self) -> str:
        """The partition that its account belongs to, such as `aws`."""
        return self.arn.split(":")[1]

    @property
    def role(self) -> str:
        """The name of the role that a session has assumed; empty for a user."""
        found = _ASSUMED.match(self.arn)
        return found["role"] if found else ""


def client_of(session: Any) -> Callable[[str, str], Any]:  # noqa: ANN401 - botocore has no types
    """Makes clients that give up after a known time."""
    from botocore.config import Config  # noqa: PLC0415 - only needed here

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        user_agent_extra="bailbondpro-preflight",
    )
    return lambda service, region: session.create_client(service, region_name=region, config=config)


def open_account(region: str) -> Account:
    """The account of the credentials that the AWS CLI would use.

    Args:
        region: where global questions are asked.
    """
    import botocore.session  # noqa: PLC0415 - only needed here

    return Account(client_of(botocore.session.get_session()), region)


@dataclass
class Account:
    """An account that is asked; no answer is fetched twice.

    Attributes:
        make: makes a client of a service in a region.
        region: where global questions are asked.
    """

    make: Callable[[str, str], Any] = field(repr=False)
    region: str
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict, init=False, repr=False)
    _told: dict[str, Mapping[str, Any] | None] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def identity(self) -> Identity:
        """Who asks.

        Raises:
            PreflightError: there are no credentials, they are not taken, or nobody answers.
        """
        try:
            found = self.read(IDENTITY)
            return Identity(str(found["Account"]), str(found["Arn"]))
        except NotJudgedError as error:
            raise PreflightError(f"nothing can be asked of AWS: {error.said}; {error.fix}") from error
        except KeyError as error:
            raise PreflightError(
                f"nothing can be asked of AWS: STS answers without {error}, so it is not AWS"
            ) from error

    def read(self, read: Read, region: str = "", **parameters: object) -> Mapping[str, Any]:
        """The whole answer of an operation, all its pages.

        Raises:
            NotJudgedError: there is none.
        """
        found = self.look(read, region, missing=(), **parameters)
        if found is None:
            raise NotJudgedError(f"{read.operation} found nothing", "ask again")
        return found

    def look(
        self, read: Read, region: str = "", *, missing: Collection[str], **parameters: object
    ) -> Mapping[str, Any] | None:
        """The whole answer; None where the service's error says that there is no such thing.

        Args:
            read: the operation.
            region: where; the account's for global services.
            missing: the service's codes for what is not there.
            parameters: the operation's parameters.

        Raises:
            NotJudgedError: there is no answer.
        """
        if read not in READS:
            raise AssertionError(f"{read.service} {read.operation} is no read that a preflight may make")
        where = region or self.region
        key = json.dumps(
            [read.service, read.operation, where, sorted(missing), parameters], sort_keys=True, default=str
        )
        if key not in self._told:
            self._told[key] = self._ask(read, where, missing, parameters)
        return self._told[key]

    def _ask(
        self, read: Read, region: str, missing: Collection[str], parameters: Mapping[str, object]
    ) -> Mapping[str, Any] | None:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - only needed here

        try:
            return self._call(read, region, parameters)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in missing:
                return None
            raise self._refused(read, code, error) from error
        except BotoCoreError as error:
            raise _failed(read, region, error) from error

    def _call(self, read: Read, region: str, parameters: Mapping[str, object]) -> Mapping[str, Any]:
        from botocore import xform_name  # noqa: PLC0415 - only needed here

        key = (read.service, region)
        if key not in self._clients:
            self._clients[key] = self.make(*key)
        client, method = self._clients[key], xform_name(read.operation)
        if client.can_paginate(method):
            pages: Mapping[str, Any] = client.get_paginator(method).paginate(**parameters).build_full_result()
            return pages
        answer: Mapping[str, Any] = getattr(client, method)(**parameters)
        return answer

    def _refused(self, read: Read, code: str, error: Exception) -> NotJudgedError:
        if code in DENIED:
            who = "" if read is IDENTITY else f" to {self.identity.arn}"
            action = read.action or f"{read.service}:{read.operation}"
            return NotJudgedError(f"access to {read.operation} is denied", f"allow {action}{who}")
        if code in BUSY:
            return NotJudgedError(f"{read.operation} is throttled, {ATTEMPTS} times", "ask again in a minute")
        if code in STALE:
            return NotJudgedError(f"the credentials are not valid or have expired ({code})", LOG_IN)
        return NotJudgedError(f"{read.operation} fails: {one_line(error)}", "read the message; ask again")


def _failed(read: Read, region: str, error: Exception) -> NotJudgedError:
    from botocore import exceptions as known  # noqa: PLC0415 - only needed here

    told = one_line(error)
    no_credentials = (known.NoCredentialsError, known.PartialCredentialsError, known.ProfileNotFound)
    if isinstance(error, no_credentials):
        return NotJudgedError(f"there are no credentials ({told})", LOG_IN)
    if isinstance(error, (known.CredentialRetrievalError, known.SSOError, known.LoginError, known.TokenRetrievalError)):
        return NotJudgedError(f"the credentials are not valid or have expired ({told})", LOG_IN)
    if isinstance(error, (known.HTTPClientError, known.ConnectionError)):
        fix = f"check the network, a proxy and that {region} exists; ask again"
        return NotJudgedError(f"{read.service} in {region} cannot be reached ({told})", fix)
    return NotJudgedError(f"{read.operation} gets no usable answer ({told})", "read the message; ask again")
