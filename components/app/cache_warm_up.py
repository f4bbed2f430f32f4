"""Fills the cache before customers ask: after each release, and again before what it filled expires."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

import pulumi
import pulumi_kubernetes as k8s

from ..kubernetes.batch import BatchPod, job_spec
from ..kubernetes.children import child_options
from ..kubernetes.network_policies import Peer, TrafficRule, dns, network_policy
from ..kubernetes.objects import Identity, service_account
from ..kubernetes.pods import Annotation, Placement, Resources

APP = "bailbondpro-cache-warm-up"
ENTRY_LIFETIME_MINUTES = 60
"""How long a warmed entry lives (guide, Caching Strategies: warmupCache sets it for 3600 s)."""
REQUEST_SECONDS = 60
"""How long one warm set may take: the guide's longest proxy timeout (Load Balancing)."""
RETRIES = 5
RETRY_DELAY_SECONDS = 2
"""Between tries: a pod's network policies take a moment to be in force after it starts."""
START_DEADLINE_SECONDS = 120
"""How late a scheduled run may still start."""
WARM_UP_RESOURCES = Resources(
    cpu_request="10m",
    memory_request="16Mi",
    cpu_limit="100m",
    memory_limit="64Mi",
    ephemeral_request="16Mi",
    ephemeral_limit="64Mi",
)
"""A shell and one curl at a time, which throws the answers away; by judgement."""
_SCRIPT = f"""\
failed=0
for url in "$@"; do
  if curl -q --fail --silent --show-error --output /dev/null --max-time {REQUEST_SECONDS} \
--retry {RETRIES} --retry-delay {RETRY_DELAY_SECONDS} --retry-connrefused --user-agent {APP} "$url"; then
    echo "warmed $url"
  else
    echo "not warmed: $url" >&2
    failed=1
  fi
done
exit $failed
"""


def warm_up_command(urls: tuple[str, ...]) -> tuple[str, ...]:
    """Asks for every address once, the next one also after a failure, and fails in the end if any of them did.

    The guide's warmupCache goes on after a failed set, too (Caching Strategies). curl tries again after refused
    connections, timeouts and the statuses 408, 429 and 5xx that pass (its manual, --retry).
    """
    return ("sh", "-c", _SCRIPT, APP, *urls)


@dataclass(frozen=True, kw_only=True)
class CacheWarmUpArgs:
    """What is warmed, and when.

    Attributes:
        namespace: where all objects live.
        image: holds `sh` and `curl`, as the gateway's nginx images do.
        host: DNS name of the application's pods.
        port: the port that answers `paths`.
        paths: one for each warm set; a GET makes the application fill its cache.
        target_app: `app` label of the pods behind `host`.
        release: what tells one release of the application from the next, such as its image; a new value warms again.
        interval_minutes: minutes between runs, a divisor of 60.
        resources: requests and limits.
        placement: node pool.

    Raises:
        ValueError: nothing to warm, or runs that a schedule cannot space evenly.
    """

    namespace: pulumi.Input[str]
    image: pulumi.Input[str]
    host: str
    port: int
    paths: tuple[str, ...]
    target_app: str
    release: str
    interval_minutes: int = 30
    resources: Resources = WARM_UP_RESOURCES
    placement: Placement = field(default_factory=Placement)

    def __post_init__(self) -> None:
        if not self.paths:
            raise ValueError("a warm-up needs at least one path")
        if not 1 <= self.interval_minutes <= ENTRY_LIFETIME_MINUTES or ENTRY_LIFETIME_MINUTES % self.interval_minutes:
            raise ValueError(f"interval_minutes is a divisor of 60, not {self.interval_minutes}")

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses that are asked for."""
        return tuple(f"http://{self.host}:{self.port}{path}" for path in self.paths)

    @property
    def schedule(self) -> str:
        """In cron's notation, UTC."""
        return "0 * * * *" if self.interval_minutes == ENTRY_LIFETIME_MINUTES else f"*/{self.interval_minutes} * * * *"

    @property
    def deadline_seconds(self) -> int:
        """How long a run may take, its retries in new pods included: never into the next run."""
        return self.interval_minutes * 60 - 30


class CacheWarmUp(pulumi.ComponentResource):
    """A job for each release and a scheduled one, both of which only ask the application to fill its cache.

    The release's job is replaced when the release or what is warmed changes. An update does not wait for it: a cold
    cache is slow, not broken. Depend on the application's Deployment, so that the new pods are asked.

    Example:
        ```python
        args = CacheWarmUpArgs(
            namespace="production",
            image=image,
            host="bailbondpro-headless.production.svc.cluster.local",
            port=4000,
            paths=("/internal/cache/bond_types",),
            target_app="bailbondpro",
            release="bailbondpro:1.4.2",
        )
        CacheWarmUp("cache-warm-up", args)
        ```
    """

    schedule: str

    def __init__(self, name: str, args: CacheWarmUpArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:cache_warm_up:CacheWarmUp", name, None, opts)
        identity = Identity(
            name=name, namespace=args.namespace, app=APP, component="cache-warm-up", opts=child_options(self, opts)
        )
        account = service_account(identity, APP)
        policy = _policy(identity, args)
        pod = _pod(args, account.metadata.name)
        ready = identity.after(policy)
        _after_release(ready, args, pod)
        _periodic(ready, args, pod)
        self.schedule = args.schedule
        self.register_outputs({"schedule": self.schedule})


def _pod(args: CacheWarmUpArgs, account: pulumi.Input[str]) -> BatchPod:
    return BatchPod(
        app=APP,
        component="cache-warm-up",
        image=args.image,
        command=warm_up_command(args.urls),
        resources=args.resources,
        service_account=account,
        deadline_seconds=args.deadline_seconds,
        placement=args.placement,
    )


def _after_release(identity: Identity, args: CacheWarmUpArgs, pod: BatchPod) -> None:
    """A job whose pod carries the release: a job's pod never changes, so a new release is a new job."""
    release = Annotation(key="bailbondpro.com/release", value=_digest(args.release, *args.urls))
    k8s.batch.v1.Job(
        f"{identity.name}-job",
        metadata=identity.metadata(f"{APP}-release", skip_await=True),
        spec=job_spec(replace(pod, annotations=(release,))),
        opts=pulumi.ResourceOptions.merge(identity.opts, pulumi.ResourceOptions(delete_before_replace=True)),
    )


def _periodic(identity: Identity, args: CacheWarmUpArgs, pod: BatchPod) -> None:
    k8s.batch.v1.CronJob(
        f"{identity.name}-cron-job",
        metadata=identity.metadata(APP),
        spec=k8s.batch.v1.CronJobSpecArgs(
            schedule=args.schedule,
            time_zone="Etc/UTC",
            concurrency_policy="Forbid",
            starting_deadline_seconds=START_DEADLINE_SECONDS,
            successful_jobs_history_limit=1,
            failed_jobs_history_limit=3,
            job_template=k8s.batch.v1.JobTemplateSpecArgs(spec=job_spec(pod)),
        ),
        opts=identity.opts,
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _policy(identity: Identity, args: CacheWarmUpArgs) -> k8s.networking.v1.NetworkPolicy:
    """Nobody connects to these pods; they reach the application's port and nothing else."""
    return network_policy(
        f"{identity.name}-network-policy",
        namespace=args.namespace,
        app=APP,
        component="cache-warm-up",
        ingress=(),
        egress=(dns(), TrafficRule(peers=(Peer(app=args.target_app),), ports=(args.port,))),
        opts=identity.opts,
    )
