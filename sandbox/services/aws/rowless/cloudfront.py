"""Amazon CloudFront: what the parts of a distribution demand of each other, and of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import block, flag, given, items
from sandbox.model.pairs import others, pair, texts
from sandbox.model.rows import Alike, Service, alone
from sandbox.protocol.wire import has_unknown
from sandbox.services.aws.pairs.buckets import bucket_of, closed_to_lists

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
_API, _GUIDE = "Amazon CloudFront API Reference", "Amazon CloudFront Developer Guide"


def _behaviors(inputs: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    ordered = [(f"orderedCacheBehaviors[{at}]", item) for at, item in enumerate(items(inputs, "orderedCacheBehaviors"))]
    return [("defaultCacheBehavior", block(inputs, "defaultCacheBehavior")), *ordered]


def _no_origin(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    if has_unknown([inputs.get("origins"), inputs.get("originGroups")]):
        return
    origins = [value for _, value in texts(inputs, "origins[*].originId")]
    every = {*origins, *(value for _, value in texts(inputs, "originGroups[*].originId"))}
    shown = ", ".join(sorted(every)) or "none"
    for at, behavior in _behaviors(inputs):
        target = behavior.get("targetOriginId")
        if isinstance(target, str) and target not in every:
            yield Violation(
                f"{at}.targetOriginId", f"{target!r} is the originId of no origin or origin group here: {shown}"
            )
    for at, member in texts(inputs, "originGroups[*].members[*].originId"):
        if member not in origins:
            yield Violation(at, f"{member!r} is the originId of no origin here: {', '.join(sorted(origins)) or 'none'}")


NO_ORIGIN = pair(
    "distribution-origin",
    _no_origin,
    refused="a cache behavior or an origin group of a distribution that leads to an origin which it does not have",
    says="NoSuchOrigin: One or more of your origins or origin groups do not exist",
    source=f"{_API}, DefaultCacheBehavior: TargetOriginId; CreateDistribution, Errors; aws/aws-sdk-ruby#225",
    at_once=True,
)


def _twice(context: Context) -> Iterator[Violation]:
    seen: dict[str, str] = {}
    for at, name in texts(context.inputs, "origins[*].originId", "originGroups[*].originId"):
        if name in seen:
            yield Violation(
                at, f"{name!r} is that of {seen[name].partition('.')[0]}; it must be unique in the distribution"
            )
        seen.setdefault(name, at)
    paths: dict[str, str] = {}
    for at, path in texts(context.inputs, "orderedCacheBehaviors[*].pathPattern"):
        if path in paths:
            yield Violation(
                at, f"{path!r} is that of {paths[path].partition('.')[0]}; it must be unique in the distribution"
            )
        paths.setdefault(path, at)


TWICE = pair(
    "distribution-unique",
    _twice,
    refused="two origins with one originId, or two cache behaviors with one path pattern",
    says="InvalidArgument: the id or the path pattern is not unique (words unverified)",
    source=f"{_API}, Origin: Id, a unique identifier for the origin; CacheBehavior: PathPattern",
    at_once=True,
)


def _certificate(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    viewer = block(inputs, "viewerCertificate")
    own = any(given(viewer, name) for name in ("acmCertificateArn", "iamCertificateId"))
    named = inputs.get("aliases")
    if (
        isinstance(named, list)
        and named
        and viewer
        and not own
        and flag(viewer.get("cloudfrontDefaultCertificate")) is True
    ):
        yield Violation(
            "viewerCertificate",
            f"the certificate of CloudFront does not cover {named[0] if known(named[0]) else 'an alias'}; "
            "give acmCertificateArn",
        )


CERTIFICATE = pair(
    "distribution-certificate",
    _certificate,
    refused="a distribution with names of its own and CloudFront's certificate",
    says="InvalidViewerCertificate: To add an alternate domain name (CNAME) to a CloudFront distribution, "
    "you must attach "
    "a trusted certificate that validates your authorization to use the domain name",
    source=f"{_GUIDE}, Requirements for using alternate domain names",
    at_once=True,
)


def _taken(context: Context) -> Iterator[Violation]:
    wanted = texts(context.inputs, "aliases[*]")
    for item in others(context, DISTRIBUTION) if wanted else ():
        names = {value.lower() for _, value in texts(item.inputs, "aliases[*]")}
        for at, alias in wanted:
            if alias.lower() in names:
                yield Violation(at, f"{alias} is a name of distribution {item.name}")


TAKEN = pair(
    "distribution-alias-taken",
    _taken,
    refused="a second distribution with the same name of its own",
    says="CNAMEAlreadyExists: One or more of the CNAMEs you provided are already associated with a different resource",
    source=f"{_API}, CreateDistribution, Errors",
)


def _policies(context: Context) -> Iterator[Violation]:
    for at, behavior in _behaviors(context.inputs):
        if given(behavior, "cachePolicyId") and given(behavior, "forwardedValues"):
            yield Violation(
                f"{at}.forwardedValues",
                "not together with cachePolicyId (InvalidArgument: The parameter ForwardedValues cannot be "
                "used when a cache "
                "policy is associated to the cache behavior.)",
            )
        allowed = {value for _, value in texts(behavior, "allowedMethods[*]")}
        if behavior and allowed and not has_unknown(behavior.get("allowedMethods")) and allowed not in _METHODS:
            yield Violation(
                f"{at}.allowedMethods",
                f"{', '.join(sorted(allowed))}: one of GET and HEAD; these and OPTIONS; all seven "
                "(InvalidArgument: The "
                "parameter AllowedMethods is invalid)",
            )


_SEVEN = {"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"}
_METHODS = ({"GET", "HEAD"}, {"GET", "HEAD", "OPTIONS"}, _SEVEN)
BEHAVIOR = pair(
    "distribution-behavior",
    _policies,
    refused="a cache behavior with a cache policy and forwarded values, or with a set of methods that there is not",
    says="InvalidArgument: The parameter ForwardedValues cannot be used when a cache policy is associated to the cache "
    "behavior",
    source=f"{_API}, CacheBehavior: CachePolicyId, ForwardedValues; AllowedMethods: Items",
    at_once=True,
)


def _logs(context: Context) -> Iterator[Violation]:
    host = block(context.inputs, "loggingConfig").get("bucket")
    name = host.partition(".s3.")[0] if isinstance(host, str) else ""
    bucket = bucket_of(context.cloud, name) if name and context.cloud is not None else None
    if bucket is None or context.cloud is None:
        return
    if reason := closed_to_lists(context.cloud, bucket):
        yield Violation("loggingConfig.bucket", f"{reason}; CloudFront delivers its logs by an access control list")


LOGS = pair(
    "distribution-log-bucket",
    _logs,
    refused="standard logs of a distribution to a bucket that takes no access control lists, as every new bucket",
    says="InvalidArgument: The S3 bucket that you specified for CloudFront logs does not enable ACL access",
    source=f"{_GUIDE}, Configure standard logging (legacy): bucket and file ownership; aws/aws-cdk#25291",
)
CLOUDFRONT = Service(
    "cloudfront",
    f"{_API}, CreateDistribution, Errors",
    (),
    (Alike(alone(DISTRIBUTION), values=(NO_ORIGIN, TWICE, CERTIFICATE, BEHAVIOR), state=(TAKEN, LOGS)),),
)
