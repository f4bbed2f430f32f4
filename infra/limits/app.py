"""Limits of the application."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from components.app.runtime_env import PLATFORM_VARIABLES
from components.tuning.node import HEAP_PERCENT, SMALLEST_LIMIT_MIB, largest_old_space_mib, largest_thread_pool
from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from infra.settings.base import Resources
    from infra.settings.root import Settings

_PLATFORM_PREFIXES = ("DATABASE_",)


@rule(
    "prod-image-digest",
    source="Kubernetes documentation, images: a tag can move",
    areas=("app", "services", "environment"),
)
def prod_images_are_pinned(settings: Settings) -> Iterator[Finding]:
    """What production runs is decided by the configuration, not by the last push."""
    if not settings.environment.production:
        return
    images = [("app.image", settings.app.image)]
    images += [(f"services[{i}].image", service.image) for i, service in enumerate(settings.services) if service.image]
    for path, image in images:
        if "@sha256:" not in image:
            yield Finding(
                path=path,
                value=image,
                allowed="repository@sha256:<64 hex digits> in production",
                fix=f"set it to the digest that was tested, like `{_repository(image)}@sha256:...`",
            )


def _repository(image: str) -> str:
    """An image without its tag; a colon before the last part is a port."""
    folder, slash, name = image.rpartition("/")
    return f"{folder}{slash}{name.partition(':')[0]}"


_OWN_REPOSITORY = re.compile(r"/bailbondpro-(?P<stack>[a-z][a-z0-9-]*)/app(?=[:@]|$)")
"""The repository that a stack makes for itself, and that goes with it."""


@rule(
    "own-images-apart",
    source="Amazon ECR API Reference, DeleteRepository; User Guide, lifecycle policies",
    areas=("app", "services", "environment"),
)
def prod_runs_no_other_stacks_images(settings: Settings) -> Iterator[Finding]:
    """The repository of another stack is deleted with it, and its lifecycle counts that stack's images alone."""
    if not settings.environment.production:
        return
    images = [("app.image", settings.app.image)]
    images += [(f"services[{i}].image", service.image) for i, service in enumerate(settings.services) if service.image]
    for path, image in images:
        found = _OWN_REPOSITORY.search(image)
        if found and found["stack"] != settings.stack:
            yield Finding(
                path=path,
                value=image,
                allowed=f"in production no repository of another stack: {found['stack']} deletes it, and images in it",
                fix="push it to the bootstrap's repository, one for all stacks, and name that",
            )


@rule(
    "own-images-stay",
    source="Amazon ECR API Reference, DeleteRepository",
    areas=("app", "services", "storage"),
)
def images_in_use_are_not_deleted(settings: Settings) -> Iterator[Finding]:
    """A stack without its repository deletes it, or asks its nodes for images that nobody can push."""
    if settings.storage.image_repository:
        return
    images = [("app.image", settings.app.image)]
    images += [(f"services[{i}].image", service.image) for i, service in enumerate(settings.services) if service.image]
    for path, image in images:
        if f"/bailbondpro-{settings.stack}/app" in image:
            yield Finding(
                path=path,
                value=image,
                allowed="another repository's image while storage.imageRepository is false: this one is the stack's",
                fix="push it to the bootstrap's repository and name that, or set storage.imageRepository to true",
            )


@rule("third-party-images", source="Kubernetes documentation, images: a tag can move", areas=("gateway", "postgres"))
def third_party_images_have_a_version(settings: Settings) -> Iterator[Finding]:
    """`latest`, or no tag at all, changes without a change of ours."""
    images = {"gateway.image": settings.gateway.image, "postgres.pooler.image": settings.postgres.pooler.image}
    for path, image in images.items():
        name = image.rsplit("/", 1)[-1]
        if image.endswith(":latest") or not {":", "@"} & set(name):
            yield Finding(path=path, value=image, allowed="a version tag or a digest", fix="add the version's tag")


@rule(
    "requests-below-limits",
    source="Kubernetes documentation, resource management",
    areas=("app", "services", "gateway", "postgres"),
)
def requests_stay_below_limits(settings: Settings) -> Iterator[Finding]:
    """The API server refuses a request above its limit."""
    yield from _above_limit("app.resources", settings.app.resources)
    yield from _above_limit("gateway.resources", settings.gateway.resources)
    yield from _above_limit("postgres.pooler.resources", settings.postgres.pooler.resources)
    for index, service in enumerate(settings.services):
        yield from _above_limit(f"services[{index}].resources", service.resources)


def _above_limit(path: str, resources: Resources) -> Iterator[Finding]:
    pairs = {
        "cpuRequestMillicores": (resources.cpu_request_millicores, resources.cpu_limit_millicores),
        "memoryRequestMib": (resources.memory_request_mib, resources.memory_limit_mib),
    }
    for key, (request, limit) in pairs.items():
        if request > limit:
            fix = f"set it to {limit}, or raise the limit to {request}"
            yield Finding(path=f"{path}.{key}", value=request, allowed=f"at most its limit ({limit})", fix=fix)


@rule("node-heap", source="Node.js documentation; scaling guide, Performance Tuning", areas=("app", "services"))
def memory_holds_a_heap(settings: Settings) -> Iterator[Finding]:
    """Heap sizes are derived from the memory limit; below some size nothing useful is left."""
    limits = {"app": settings.app.resources.memory_limit_mib}
    limits |= {f"services[{i}]": service.resources.memory_limit_mib for i, service in enumerate(settings.services)}
    for path, limit in limits.items():
        if limit < SMALLEST_LIMIT_MIB:
            yield Finding(
                path=f"{path}.resources.memoryLimitMib",
                value=limit,
                allowed=f"at least {SMALLEST_LIMIT_MIB}: Node.js and its heap need it",
                fix=f"set it to {SMALLEST_LIMIT_MIB} or more",
            )
    yield from _old_space(settings)
    yield from _threads(settings, min(limits.values()))


def _threads(settings: Settings, limit: int) -> Iterator[Finding]:
    """Each thread of libuv lives beside the heap, in the application and in every service."""
    wanted = settings.app.uv_threadpool_size
    if limit >= SMALLEST_LIMIT_MIB and wanted > (most := largest_thread_pool(limit)):
        yield Finding(
            path="app.uvThreadpoolSize",
            value=wanted,
            allowed=f"at most {most}: what the smallest memoryLimitMib of application and services ({limit}) leaves "
            "beside the heap",
            fix=f"set it to {most} (guide: 16), or raise that limit",
        )


def _old_space(settings: Settings) -> Iterator[Finding]:
    """The guide's 4096 MiB under its own limit of 1 GiB end in an out-of-memory kill."""
    wanted, limit = settings.app.max_old_space_mib, settings.app.resources.memory_limit_mib
    if wanted is not None and limit >= SMALLEST_LIMIT_MIB and wanted > (most := largest_old_space_mib(limit)):
        yield Finding(
            path="app.maxOldSpaceMib",
            value=wanted,
            allowed=f"at most {most}: with three semi-spaces the heap must fit {HEAP_PERCENT} % of memoryLimitMib "
            f"({limit}), or the kernel kills the pod",
            fix="remove it to have it derived, or raise app.resources.memoryLimitMib",
        )


@rule("ports-distinct", source="Kubernetes documentation, container ports", areas=("app",))
def ports_are_distinct(settings: Settings) -> Iterator[Finding]:
    """Web and API listen on two ports of one pod."""
    if settings.app.port == settings.app.api_port:
        other = f"another port than app.port ({settings.app.port})"
        yield Finding(path="app.apiPort", value=settings.app.api_port, allowed=other, fix="set it to 4000")


@rule("platform-variables", source="scaling guide: DATABASE_*, REDIS_*, UV_THREADPOOL_SIZE", areas=("app", "services"))
def platform_variables_stay_ours(settings: Settings) -> Iterator[Finding]:
    """A second definition of a variable the platform sets would silently win or lose."""
    yield from _clashes("app.environment", settings.app.environment)
    for index, service in enumerate(settings.services):
        yield from _clashes(f"services[{index}].environment", service.environment)


def _clashes(path: str, variables: Mapping[str, str]) -> Iterator[Finding]:
    for name, value in variables.items():
        if name in PLATFORM_VARIABLES or name.startswith(_PLATFORM_PREFIXES):
            yield Finding(
                path=f"{path}.{name}",
                value=value,
                allowed="names the platform does not set itself",
                fix="remove it: the platform derives it from the other settings",
            )


@rule(
    "pods-stay",
    source="Kubernetes documentation, PodDisruptionBudget and rolling update",
    areas=("app", "autoscaling"),
)
def rollouts_and_drains_leave_pods(settings: Settings) -> Iterator[Finding]:
    """A budget of no pod blocks every drain, and with it every upgrade of nodes; one of all pods is an outage."""
    app, autoscaling = settings.app, settings.autoscaling
    pods = autoscaling.min_replicas if autoscaling.enabled else app.fixed_replicas
    if app.disruption_max_unavailable == 0:
        yield Finding(
            path="app.disruptionMaxUnavailable",
            value=0,
            allowed="at least 1: a budget of 0 blocks every drain, so that no node could ever be upgraded",
            fix="set it to 1",
        )
    taken = {"disruptionMaxUnavailable": app.disruption_max_unavailable, "maxUnavailable": app.max_unavailable}
    for key, number in taken.items():
        if 1 < pods <= number:
            yield Finding(
                path=f"app.{key}",
                value=number,
                allowed=f"fewer than the fewest pods ({pods}): one must go on serving",
                fix=f"set it to {1 if key.startswith('disruption') else 0}",
            )


@rule(
    "one-owner-of-replicas",
    source="Kubernetes documentation, HPA: remove spec.replicas from the manifest",
    areas=("app", "autoscaling"),
)
def replicas_have_one_owner(settings: Settings) -> Iterator[Finding]:
    """The guide writes replicas beside an autoscaler: every deployment would set its decision back."""
    if settings.autoscaling.enabled and settings.app.replicas is not None:
        yield Finding(
            path="app.replicas",
            value=settings.app.replicas,
            allowed="nothing while autoscaling.enabled is true: every deployment would undo the autoscaler's decision",
            fix="remove it (autoscaling.minReplicas is the fewest pods), or set autoscaling.enabled to false",
        )


RULES = (
    prod_images_are_pinned,
    prod_runs_no_other_stacks_images,
    images_in_use_are_not_deleted,
    third_party_images_have_a_version,
    requests_stay_below_limits,
    memory_holds_a_heap,
    ports_are_distinct,
    platform_variables_stay_ours,
    rollouts_and_drains_leave_pods,
    replicas_have_one_owner,
)
