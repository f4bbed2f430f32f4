"""Values of the checked-in stack files that stand for somebody's own: a rehearsal takes them, a real cloud must not.

They are valid, so no limit refuses them: that nobody pushed an image is found out by the nodes, half an hour after the
first update began.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from infra.problems import NAMESPACE, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from infra.settings import Settings

SIMULATED = "SIMULATED"
"""The program's global that a rehearsal sets before it runs it."""
PROVIDERS = "PULUMI_DEBUG_PROVIDERS"
"""The engine attaches to the providers named here instead of starting its own, and its programs inherit it."""

EXAMPLE_ACCOUNTS = ("123456789012", "111122223333", "444455556666", "000000000000")
"""AWS's own documentation uses the first three (IAM User Guide, examples of policies), simulators of AWS the last."""
_EXAMPLE_DIGESTS = (
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
)
"""The SHA-256 of the text "test", which the checked-in production file has in place of a digest; and of nothing."""
_REPEATED = re.compile(r"@sha256:([0-9a-f]{1,32})\1+$")
"""No image has a digest of some digits again and again."""
_DOCKER_HUB = re.compile(r"((index|registry-1)\.)?docker\.io/(library/)?[^/]+")
"""A name of one part on Docker Hub, with or without the folder that such names are in: Docker's own images, to which
nobody else pushes (Docker documentation, "Docker Official Images"). `bailbondpro` there is the unwritten example."""
_ECR = re.compile(r"\d{12}\.dkr[.-]ecr(-fips)?\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|on\.aws)")
"""A registry of Amazon ECR begins with its account (Amazon ECR User Guide, "Amazon ECR registries")."""
_OWN_MACHINE = re.compile(r"localhost|127(\.\d+){3}|0\.0\.0\.0|host\.docker\.internal")
"""Hosts that are the developer's own machine to the one who pushes, and each node's own to the one who pulls."""
_NOBODYS_HOST = re.compile(r"(.+\.)?(example(\.(com|net|org))?|test|invalid|localhost)")
"""Names that are nobody's for ever (RFC 2606)."""
_EXAMPLE_ID = re.compile(r"0{20}[0-9a-f]{12}")
"""Cloudflare's ids are random: twenty leading zeros are an example's."""
_PUSH = (
    "push one and write its address, like `<account>.dkr.ecr.<region>.amazonaws.com/bailbondpro@sha256:...` (README, "
    "Run it for real); for one of Docker Hub begin with `docker.io/`"
)
_EXAMPLE_RANGES = ("192.0.2.", "198.51.100.", "203.0.113.")
"""TEST-NET-1 to TEST-NET-3 (RFC 5737): nobody comes from there."""


def simulated(program: Mapping[str, object], environment: Mapping[str, str]) -> bool:
    """Whether what the program makes goes to the simulated cloud.

    Two ways, and both follow from who runs it rather than from what a stack file says: a rehearsal hands the program
    the global `SIMULATED`; the plain CLI in a rehearsal's shell has the simulated AWS in `PULUMI_DEBUG_PROVIDERS`, the
    very variable that keeps the engine from reaching any other.

    Args:
        program: the program's globals.
        environment: its environment variables.
    """
    attached = {pair.partition(":")[0] for pair in environment.get(PROVIDERS, "").split(",")}
    return program.get(SIMULATED) is True or "aws" in attached


def sample_values(settings: Settings) -> tuple[Problem, ...]:
    """Every value that is still an example's, with what belongs there; none for a configuration of somebody's own."""
    return tuple(
        Problem(path=f"{NAMESPACE}:{key}", rule="sample-value", value=value, allowed=allowed, fix=fix)
        for key, value, allowed, fix in (*_images(settings), *_accounts(settings), *_edge(settings), *_ranges(settings))
    )


def _images(settings: Settings) -> Iterator[tuple[str, str, str, str]]:
    images = {"app.image": settings.app.image}
    images |= {f"services[{i}].image": item.image for i, item in enumerate(settings.services) if item.image is not None}
    for key, image in images.items():
        if not _pushed(image):
            yield key, image, "an image that was pushed where nodes can pull it, with the registry's host first", _PUSH


def _pushed(image: str) -> bool:
    """Whether an image may be somebody's: in a registry that nodes reach, and with a digest that images have."""
    host = image.partition("/")[0].partition(":")[0]
    nobodys = _OWN_MACHINE.fullmatch(host) or _NOBODYS_HOST.fullmatch(host) or host.startswith(EXAMPLE_ACCOUNTS)
    nobodys = nobodys or _DOCKER_HUB.fullmatch(image) or (".dkr" in host and not _ECR.fullmatch(host))
    digest = any(digest in image for digest in _EXAMPLE_DIGESTS) or _REPEATED.search(image)
    return _has_registry(image) and not nobodys and not digest


def _has_registry(image: str) -> bool:
    """Whether an image's first part is a host: without one the nodes ask Docker Hub (Docker documentation, tags)."""
    host, slash, _ = image.partition("/")
    return bool(slash) and ("." in host or ":" in host)


def _accounts(settings: Settings) -> Iterator[tuple[str, str, str, str]]:
    fix = "write your own account's (`aws sts get-caller-identity`)"
    for index, account in enumerate(settings.aws.allowed_account_ids):
        if account in EXAMPLE_ACCOUNTS:
            yield f"aws.allowedAccountIds[{index}]", account, "the account that is deployed to", fix
    boundary = settings.aws.permissions_boundary_arn
    if boundary is not None and boundary.split(":")[4] in EXAMPLE_ACCOUNTS:
        yield (
            "aws.permissionsBoundaryArn",
            boundary,
            "a policy that exists",
            "write the one that the bootstrap printed, or remove the key",
        )
    cluster = settings.cluster
    lists = (
        ("adminPrincipalArns", cluster.admin_principal_arns),
        ("viewerPrincipalArns", cluster.viewer_principal_arns),
    )
    for key, index, arn in ((key, index, arn) for key, arns in lists for index, arn in enumerate(arns)):
        if arn.split(":")[4] in EXAMPLE_ACCOUNTS:
            yield f"cluster.{key}[{index}]", arn, "a role that exists: nobody else gets into the cluster", fix


def _edge(settings: Settings) -> Iterator[tuple[str, str, str, str]]:
    if not settings.cdn.enabled:
        return
    for key, value in (("zoneId", settings.cdn.zone_id), ("accountId", settings.cdn.account_id)):
        if value is not None and _EXAMPLE_ID.fullmatch(value):
            yield f"cdn.{key}", value, "the id on the zone's overview page", "copy it from there"


def _ranges(settings: Settings) -> Iterator[tuple[str, str, str, str]]:
    if not settings.cluster.endpoint_public_access:
        return
    for index, cidr in enumerate(settings.cluster.public_access_cidrs):
        if cidr.startswith(_EXAMPLE_RANGES):
            yield (
                f"cluster.publicAccessCidrs[{index}]",
                cidr,
                "the range that the pipeline and people come from: nobody comes from this one (RFC 5737)",
                "write the addresses that your pipeline leaves from",
            )
