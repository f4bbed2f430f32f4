"""A release on the real engine: the warm-up's job is made anew, and nothing beside it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.engine import Bench

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

JOB = "kubernetes:batch/v1:Job"


def release(number: int) -> Callable[[], None]:
    def program() -> None:
        import pulumi
        import pulumi_kubernetes as k8s

        from components.app.cache_warm_up import CacheWarmUp, CacheWarmUpArgs
        from components.kubernetes.namespace import BATCH_PRIORITY

        namespace = k8s.core.v1.Namespace("namespace", metadata={"name": "acme"})
        ranked = k8s.scheduling.v1.PriorityClass("batch", metadata={"name": BATCH_PRIORITY}, value=100)
        args = CacheWarmUpArgs(
            namespace=namespace.metadata.name,
            image="nginx:1",
            host="app.acme.svc.cluster.local",
            port=4000,
            paths=("/internal/cache/bond_types",),
            target_app="app",
            release=f"app:{number}",
        )
        CacheWarmUp("cache-warm-up", args, pulumi.ResourceOptions(depends_on=[ranked]))

    return program


def test_a_release_replaces_the_job_and_nothing_else(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.up(release(1))
    first = bench.objects(JOB)
    assert {item.op for item in bench.preview(release(1)).resources} == {"same"}
    changed = {item.type: item.op for item in bench.preview(release(2)).resources if item.op != "same"}
    assert changed == {JOB: "replace"}
    bench.up(release(2))
    second = bench.objects(JOB)
    assert len(first) == len(second) == 1
    assert first[0].outputs != second[0].outputs
