"""Gateway pods behind the load balancer's stand-in, and the kubelet, the endpoints and the scheduler around them."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from components.network.load_balancer import HEALTH_INTERVAL_SECONDS, HEALTHY_AFTER, UNHEALTHY_AFTER
from tests.support import programs
from tests.support.constant_load import Load, Mix
from tests.support.live_nginx import PROXY, config_of, local_text, make_certificates
from tests.support.network_balancer import NetworkBalancer, Pace, Target
from tests.support.one_clock import OneClock
from tests.support.patient_pods import PatientPod
from tests.support.pods import Names, serving
from tests.support.servers import Server, free_port, hand_over, running, scratch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from components.gateway.model import GatewayConfig
    from infra.limits.chain import Chain

    NewApp = Callable[[str, Mapping[int, int]], "AppPod"]

MACHINE_SECONDS = 0.5
"""Added to what nginx measures by its own clock: a slow machine must not make a connection look idle."""


class AppPod(Protocol):
    """One pod of an application, as the kubelet and the DNS see it."""

    @property
    def address(self) -> str:
        """Where it listens."""

    @property
    def busy(self) -> int:
        """0 once it would end by itself."""

    async def start(self) -> None:
        """Listen."""

    def finish(self) -> None:
        """SIGTERM."""

    def kill(self) -> None:
        """SIGKILL."""


@dataclass(eq=False)
class GatewayPod:
    """One nginx process as the kubelet sees it."""

    server: Server
    target: Target
    stack: ExitStack
    killed: bool = False


class World:
    """Everything of one run."""

    def __init__(
        self, chain: Chain, factor: float, folder: Path, stack: ExitStack, *, cuts: bool, new_app: NewApp | None
    ) -> None:
        self.chain, self.factor, self.folder, self.stack = chain, factor, folder, stack
        self.new_app = new_app or self._patient
        self.clock = OneClock()
        self.names = Names()
        stack.enter_context(serving(self.names.server))
        pace = Pace(
            interval=HEALTH_INTERVAL_SECONDS / factor,
            healthy_after=HEALTHY_AFTER,
            unhealthy_after=UNHEALTHY_AFTER,
            forwards=chain.forwards,
            delay=chain.delay,
            cuts=cuts,
        )
        self.balancer = NetworkBalancer(pace, self.clock)
        self.gateways: list[GatewayPod] = []
        self.apps: list[AppPod] = []
        self.killed = 0
        self._pods = 0
        self._app_addresses = 0
        shipped = replace(config_of("prod", "horizontal"), verify_client=False)
        hosts = [member for group in shipped.upstreams for member in group.members]
        self.hosts = tuple({member.host for member in hosts})
        self.ports = {port: free_port("127.0.2.1") for port in sorted({member.port for member in hosts})}
        self.config = self._local(shipped)

    def _local(self, shipped: GatewayConfig) -> GatewayConfig:
        groups = tuple(
            replace(group, members=tuple(replace(member, port=self.ports[member.port]) for member in group.members))
            for group in shipped.upstreams
        )
        return replace(
            shipped,
            upstreams=groups,
            trusted_cidrs=(*shipped.trusted_cidrs, f"{PROXY}/32"),
            cluster_dns=f"127.0.0.1:{self.names.port}",
            status_port=None,
        )

    def _text(self, folder: Path, config: GatewayConfig) -> str:
        """The shipped text with its times as fast as everything else, and one pod's ports."""
        chain = self.chain
        text = local_text(config, folder)
        changes = {
            f"worker_shutdown_timeout {config.shutdown_seconds}s": _milliseconds(
                "worker_shutdown_timeout", chain.shutdown + MACHINE_SECONDS
            ),
            "keepalive_min_timeout 5s": _milliseconds("keepalive_min_timeout", chain.keep_alive + MACHINE_SECONDS),
            "keepalive_timeout 4s": _milliseconds("keepalive_timeout", chain.upstream_keep_alive),
            # nginx knows whole seconds here
            "valid=5s": f"valid={max(1, round(chain.resolver))}s",
        }
        for shipped, faster in changes.items():
            assert shipped in text, f"the shipped configuration has no longer {shipped!r}"
            text = text.replace(shipped, faster)
        return text

    def start_gateway(self) -> GatewayPod:
        """A new pod, registered as the controller does it as soon as it has an address."""
        self._pods += 1
        folder = self.folder / f"gateway-{self._pods}"
        folder.mkdir()
        (folder / "ssl").symlink_to("../ssl")
        config = replace(self.config, http_port=free_port(), https_port=free_port())
        file = folder / "nginx.conf"
        file.write_text(self._text(folder, config), encoding="utf-8")
        hand_over(folder)
        stack = self.stack.enter_context(ExitStack())
        command: list[str | Path] = [programs.nginx(), "-e", "stderr", "-p", folder, "-c", file, "-g", "daemon off;"]
        server = stack.enter_context(running(command, folder / "error.log"))
        target = self.balancer.register("127.0.0.1", config.https_port, config.http_port)
        pod = GatewayPod(server, target, stack)
        self.gateways.append(pod)
        return pod

    async def ready_gateway(self) -> GatewayPod:
        """A new pod, once its readiness gate is open: the load balancer's checks have passed."""
        pod = self.start_gateway()
        await self.until(lambda: pod.target.state == "healthy")
        return pod

    async def stop_gateway(self, pod: GatewayPod, chain: Chain | None = None) -> None:
        """What the kubelet and the controller do with a pod that is deleted."""
        chain = chain or self.chain
        self.gateways.remove(pod)
        self.balancer.deregister(pod.target)
        await self.clock.sleep(min(chain.pre_stop, chain.grace))
        if chain.grace > chain.pre_stop:
            pod.server.process.send_signal(signal.SIGQUIT)  # the stop signal of the images
            ended = asyncio.ensure_future(self.until(lambda: pod.server.process.poll() is not None))
            await asyncio.wait(
                [ended, asyncio.ensure_future(self.clock.sleep(chain.grace - chain.pre_stop + MACHINE_SECONDS))],
                return_when=asyncio.FIRST_COMPLETED,
            )
            ended.cancel()
        if pod.server.process.poll() is None:
            pod.killed = True
            self.killed += 1
            _kill(pod.server)
        pod.stack.close()

    def _patient(self, address: str, ports: Mapping[int, int]) -> AppPod:
        return PatientPod(address, tuple(ports.values()), self.clock, self.chain.app_keep_alive)

    async def start_app(self) -> AppPod:
        """A new application pod whose address is in the DNS when it is ready."""
        self._app_addresses += 1
        pod = self.new_app(f"127.0.2.{self._app_addresses}", self.ports)
        await pod.start()
        self.apps.append(pod)
        self._publish()
        return pod

    async def stop_app(self, pod: AppPod, chain: Chain | None = None) -> None:
        """What the kubelet and the cluster's DNS do with a pod that is deleted."""
        chain = chain or self.chain
        self.apps.remove(pod)

        async def forget() -> None:
            await self.clock.sleep(chain.dns)
            self._publish()

        forgotten = asyncio.ensure_future(forget())
        await self.clock.sleep(min(chain.app_pre_stop, chain.app_grace))
        left = chain.app_grace - chain.app_pre_stop
        if left > 0:
            pod.finish()
            ended = asyncio.ensure_future(self.until(lambda: not pod.busy))
            limit = asyncio.ensure_future(self.clock.sleep(left))
            await asyncio.wait([ended, limit], return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()
        self.killed += pod.busy > 0
        pod.kill()
        await forgotten

    def _publish(self) -> None:
        self.names.records = dict.fromkeys(self.hosts, tuple(pod.address for pod in self.apps))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Ask at every tick, for a minute of this clock at most."""
        end = self.clock.now + 60
        while not condition():
            assert self.clock.now < end, "waited a minute in vain"
            await self.clock.sleep(0.01)

    async def begin(self, gateways: int, apps: int, mix: Mix) -> Load:
        """A platform under load."""
        await self.balancer.start()
        for _ in range(apps):
            await self.start_app()
        await asyncio.gather(*(self.ready_gateway() for _ in range(gateways)))
        load = Load(self.balancer.port, str(self.folder / "ssl/ca.crt"), mix, self.clock)
        load.start()
        return load


@asynccontextmanager
async def world(
    chain: Chain, factor: float, *, cuts: bool = False, new_app: NewApp | None = None
) -> AsyncIterator[World]:
    """A platform of stand-ins around real gateways; everything ends with the block.

    Args:
        chain: its numbers.
        factor: how much faster than shipped the load balancer is.
        cuts: whether the load balancer cuts connections when its delay ends.
        new_app: makes a pod of the application at an address, for its ports by those of the cluster; patient ones
            without it.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(scratch())
        make_certificates(folder)
        made = World(chain, factor, folder, stack, cuts=cuts, new_app=new_app)
        try:
            yield made
        finally:
            await made.balancer.stop()
            for pod in made.apps:
                pod.kill()
            made.clock.stop()


def _milliseconds(name: str, seconds: float) -> str:
    return f"{name} {round(seconds * 1000)}ms"


def _kill(server: Server) -> None:
    """What the end of a container is: every process of it at once."""
    pid = server.process.pid
    workers = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    for worker in workers:
        with suppress(ProcessLookupError):
            os.kill(int(worker), signal.SIGKILL)
    server.kill()
