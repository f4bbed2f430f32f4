"""Amazon Resource Names, taken apart, and the accounts and hosted zones that AWS publishes for everybody."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from sandbox.invokes.aws.regions import region_named
from sandbox.invokes.errors import LookUpError
from sandbox.model.outputs import short_hash
from sandbox.protocol.wire import Secret
from sandbox.services.aws.hosted_zones import published_zone

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.invokes.answers import Asked

_FIELDS = 6
_BILLING = "386209384616"
"""Who writes cost and usage reports (AWS Cost and Usage Reports User Guide, bucket policy)."""
_CLOUDFRONT_LOGS = {
    "aws": "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0",
    "aws-cn": "a52cb28745c0c06e84ec548334e44bfa7fc2a85c54af20cd59e4969344b7af56",
}
"""Who delivers the logs of distributions (Amazon CloudFront Developer Guide, standard logging)."""
_EXPIRES = "2026-01-01T12:00:00Z"
"""Twelve hours (Amazon ECR API reference, GetAuthorizationToken) after a fixed moment: a rehearsal repeats itself."""
_ASSUMED = re.compile(r"assumed-role/(?P<role>.+)/(?P<session>[^/]+)")


def parsed(asked: Asked) -> dict[str, Any]:
    """The parts of an ARN (AWS General Reference, Amazon Resource Names)."""
    text = str(asked.args["arn"])
    parts = text.split(":", _FIELDS - 1)
    if len(parts) < _FIELDS or parts[0] != "arn":
        raise LookUpError(f"arn: {text!r} is no ARN: arn:partition:service:region:account:resource")
    _, partition, service, region, account, resource = parts
    named = {"partition": partition, "service": service, "region": region, "resource": resource}
    if asked.token.endswith(":arnParse"):
        return {**named, "accountId": account}
    return {**named, "account": account, "arn": text, "id": text}


def billing(asked: Asked) -> dict[str, Any]:
    """The account that writes reports about costs."""
    return {"id": _BILLING, "arn": f"arn:{asked.place.partition}:iam::{_BILLING}:root"}


def cloudfront_logs(asked: Asked) -> dict[str, Any]:
    """The canonical user that delivers the logs of distributions."""
    return {"id": _CLOUDFRONT_LOGS.get(asked.place.partition, _CLOUDFRONT_LOGS["aws"]), "region": asked.place.region}


def _account(name: str) -> Callable[[Asked], dict[str, Any] | None]:
    """An account that a service publishes for each region; a region that has none is left to the seed file."""

    def answer(asked: Asked) -> dict[str, Any] | None:
        found = region_named(asked.place.region)
        if found is None or name not in found.facts:
            return None
        value = found.facts[name]
        arn = f"arn:{asked.place.partition}:iam::{value}:root"
        return {**asked.args, "id": value, "region": asked.place.region, "arn": arn}

    return answer


def _zone(kind: str) -> Callable[[Asked], dict[str, Any] | None]:
    """A hosted zone that a service publishes for each region; a region that has none is left to the seed file."""

    def answer(asked: Asked) -> dict[str, Any] | None:
        value = published_zone(kind, asked.place.region)
        return None if value is None else {**asked.args, "id": value, "region": asked.place.region}

    return answer


def balancer_zone(asked: Asked) -> dict[str, Any] | None:
    """The hosted zone of load balancers."""
    kind = asked.args.get("loadBalancerType") or "application"
    if kind not in {"application", "network"}:
        raise LookUpError(f"loadBalancerType: {kind!r} is none of: application, network")
    found = _zone(kind)(asked)
    return None if found is None else {**found, "loadBalancerType": kind}


def registry_token(asked: Asked) -> dict[str, Any]:
    """A password for the registry of images: made up, and the same in every run."""
    registry = str(asked.args.get("registryId") or asked.place.account)
    password = short_hash("registry", registry, asked.place.region, length=64)
    token = base64.b64encode(f"AWS:{password}".encode()).decode()
    host = f"https://{registry}.dkr.ecr.{asked.place.region}.{asked.place.dns_suffix}"
    public = ":ecrpublic" in f":{asked.token.partition(':')[2]}"
    return {
        "authorizationToken": Secret(token),
        "expiresAt": _EXPIRES,
        "id": asked.place.region,
        "password": Secret(password),
        "region": asked.place.region,
        "userName": "AWS",
        **({} if public else {"proxyEndpoint": host, "registryId": registry}),
    }


def cluster_token(asked: Asked) -> dict[str, Any]:
    """A token for a cluster's API: made up. Like the provider's, it asks no cluster whether it is there."""
    name = str(asked.args["name"])
    token = base64.urlsafe_b64encode(short_hash("eks", name, asked.place.region, length=64).encode()).decode()
    return {"id": name, "name": name, "region": asked.place.region, "token": Secret(f"k8s-aws-v1.{token.rstrip('=')}")}


def session_context(asked: Asked) -> dict[str, Any]:
    """The role behind a session: of an assumed role its name, of anybody else themselves."""
    text = str(asked.args["arn"])
    found = _ASSUMED.search(text)
    if found is None:
        return {"arn": text, "id": text, "issuerArn": text, "issuerId": "", "issuerName": "", "sessionName": ""}
    account = f"{text}:::::".split(":", _FIELDS - 1)[4]
    name = found["role"].rsplit("/", 1)[-1]
    return {
        "arn": text,
        "id": text,
        "issuerArn": f"arn:{asked.place.partition}:iam::{account}:role/{found['role']}",
        "issuerId": f"AROA{short_hash('role', name, length=17).upper()}",
        "issuerName": name,
        "sessionName": found["session"],
    }


FUNCTIONS = {
    "aws:index/getArn:getArn": parsed,
    "aws:index/arnParse:arnParse": parsed,
    "aws:index/getBillingServiceAccount:getBillingServiceAccount": billing,
    "aws:cloudfront/getLogDeliveryCanonicalUserId:getLogDeliveryCanonicalUserId": cloudfront_logs,
    "aws:lb/getHostedZoneId:getHostedZoneId": balancer_zone,
    "aws:elb/getHostedZoneId:getHostedZoneId": _zone("application"),
    "aws:elb/getServiceAccount:getServiceAccount": _account("account_elb"),
    "aws:cloudtrail/getServiceAccount:getServiceAccount": _account("account_cloudtrail"),
    "aws:elasticbeanstalk/getHostedZone:getHostedZone": _zone("beanstalk"),
    "aws:apprunner/getHostedZoneId:getHostedZoneId": _zone("app-runner"),
    "aws:ecr/getAuthorizationToken:getAuthorizationToken": registry_token,
    "aws:ecr/getCredentials:getCredentials": registry_token,
    "aws:ecrpublic/getAuthorizationToken:getAuthorizationToken": registry_token,
    "aws:eks/getClusterAuth:getClusterAuth": cluster_token,
    "aws:iam/getSessionContext:getSessionContext": session_context,
}
