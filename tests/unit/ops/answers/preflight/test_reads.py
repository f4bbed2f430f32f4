"""A preflight reads and never writes; every call is one that AWS knows, and every failure is an answer for people."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import botocore.session
import pytest
from botocore import exceptions as known

from ops.answers.preflight import reads
from ops.answers.preflight.error import PreflightError
from ops.answers.preflight.model import NotJudgedError, Read
from ops.answers.preflight.reads import READS
from tests.support.aws_account import FREE, Error, RecordedAccount

SESSION = botocore.session.get_session()
ORDERED = sorted(READS, key=lambda read: (read.service, read.operation))
URL = "https://ec2.us-east-1.amazonaws.com/"


def failing(read: Read, answer: object) -> NotJudgedError:
    account = RecordedAccount({f"{read.service}:{read.operation}": answer}).account
    with pytest.raises(NotJudgedError) as caught:
        account.read(read, "us-east-1")
    return caught.value


@pytest.mark.parametrize("read", ORDERED, ids=lambda read: f"{read.service}:{read.operation}")
def test_every_operation_exists_and_only_reads(read: Read) -> None:
    model = SESSION.get_service_model(read.service)
    assert read.operation in model.operation_names
    assert re.match(r"(Get|List|Describe|Head|Simulate)[A-Z]", read.operation)


def test_every_action_is_one_that_iam_knows() -> None:
    text = files("cfnlint.data.AdditionalSpecs").joinpath("Policies.json").read_text("utf-8")
    policies: dict[str, Any] = json.loads(text)
    known_actions = {
        f"{service}:{action}".lower() for service, found in policies.items() for action in found.get("Actions", found)
    }
    assert [read.action for read in ORDERED if read.action and read.action.lower() not in known_actions] == []
    assert [read.operation for read in ORDERED if not read.action] == ["GetCallerIdentity"]


def test_an_operation_outside_of_the_table_is_never_called() -> None:
    account = RecordedAccount()
    with pytest.raises(AssertionError, match="no read"):
        account.account.read(Read("ec2", "TerminateInstances", "ec2:TerminateInstances"), InstanceIds=["i-1"])
    assert account.calls == []


def test_every_read_has_a_recorded_answer() -> None:
    assert {f"{read.service}:{read.operation}" for read in READS} == set(FREE)


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"])
def test_a_refused_call_names_the_permission_and_who_lacks_it(code: str) -> None:
    error = failing(reads.NETWORKS, Error(code, 403))
    assert "denied" in error.said
    assert error.fix.startswith("allow ec2:DescribeVpcs to arn:aws:sts::123456789012:assumed-role/bailbondpro-deploy")


@pytest.mark.parametrize("code", ["Throttling", "RequestLimitExceeded", "TooManyRequestsException"])
def test_a_throttled_call_says_to_ask_again(code: str) -> None:
    assert "throttled" in failing(reads.NETWORKS, Error(code)).said


@pytest.mark.parametrize(
    "error",
    [
        known.EndpointConnectionError(endpoint_url=URL),
        known.ConnectTimeoutError(endpoint_url=URL),
        known.ReadTimeoutError(endpoint_url=URL),
        known.ProxyConnectionError(proxy_url="http://proxy"),
        known.SSLError(endpoint_url=URL, error="certificate"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_unreachable_service_is_named(error: Exception) -> None:
    found = failing(reads.NETWORKS, error)
    assert "ec2 in us-east-1 cannot be reached" in found.said
    assert "network" in found.fix


def test_a_credential_that_ends_on_the_way_is_told_as_such() -> None:
    assert "expired" in failing(reads.NETWORKS, Error("RequestExpired")).said


def test_an_answer_that_no_parser_understands_is_no_answer() -> None:
    error = failing(reads.NETWORKS, known.ClientError({"Error": {"Code": "InternalError"}}, "DescribeVpcs"))
    assert "DescribeVpcs fails" in error.said


@pytest.mark.parametrize(
    "error",
    [
        known.NoCredentialsError(),
        known.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
        known.ProfileNotFound(profile="bail"),
        known.UnauthorizedSSOTokenError(),
        known.SSOTokenLoadError(error_msg="no token"),
        known.TokenRetrievalError(provider="sso", error_msg="expired"),
        known.CredentialRetrievalError(provider="process", error_msg="exit 1"),
        Error("ExpiredToken", 403),
        Error("InvalidClientTokenId", 403),
        Error("SignatureDoesNotMatch", 403),
    ],
    ids=lambda error: error.code if isinstance(error, Error) else type(error).__name__,
)
def test_without_usable_credentials_nothing_is_asked_and_one_sentence_says_what_to_do(error: object) -> None:
    account = RecordedAccount({"sts:GetCallerIdentity": error}).account
    with pytest.raises(PreflightError, match=r"nothing can be asked of AWS: .*credentials.*; log in again") as caught:
        _ = account.identity
    assert "\n" not in str(caught.value)


def test_an_answer_of_something_that_is_not_aws_ends_the_preflight() -> None:
    with pytest.raises(PreflightError, match="STS answers without 'Account'"):
        _ = RecordedAccount({"sts:GetCallerIdentity": {}}).account.identity


def test_an_answer_is_fetched_once() -> None:
    account = RecordedAccount()
    asking = account.account
    assert asking.read(reads.NETWORKS, "us-east-1") == asking.read(reads.NETWORKS, "us-east-1")
    asking.read(reads.NETWORKS, "eu-west-1")
    assert account.calls == [("ec2:DescribeVpcs", "us-east-1"), ("ec2:DescribeVpcs", "eu-west-1")]


def test_only_what_the_service_calls_missing_is_missing() -> None:
    account = RecordedAccount({"eks:DescribeCluster": Error("ResourceNotFoundException", 404)}).account
    assert account.look(reads.CLUSTER, missing=("ResourceNotFoundException",), name="a") is None
    with pytest.raises(NotJudgedError, match="DescribeCluster fails"):
        account.look(reads.CLUSTER, missing=("NotFoundException",), name="a")


@pytest.mark.parametrize(
    ("arn", "root", "role"),
    [
        ("arn:aws:iam::123456789012:root", True, ""),
        ("arn:aws:iam::123456789012:user/ada", False, ""),
        ("arn:aws-us-gov:sts::123456789012:assumed-role/deploy/session", False, "deploy"),
    ],
)
def test_an_identity_knows_what_it_is(arn: str, root: bool, role: str) -> None:
    answer = {"Account": "123456789012", "Arn": arn, "UserId": "x"}
    identity = RecordedAccount({"sts:GetCallerIdentity": answer}).account.identity
    assert (identity.root, identity.role) == (root, role)
