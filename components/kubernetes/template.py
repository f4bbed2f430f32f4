"""Turns the typed pod model into the SDK's pod template, with the hardening that every pod of the platform has."""

from __future__ import annotations

import pulumi_kubernetes as k8s

from .labels import standard_labels
from .pods import (
    RUN_AS_ID,
    SPREAD,
    Container,
    EnvEntry,
    EnvVar,
    FileMount,
    Mount,
    Placement,
    PodTemplate,
    Probe,
    Resources,
)

core = k8s.core.v1


def pod_template(template: PodTemplate) -> k8s.core.v1.PodTemplateSpecArgs:
    """The pod template: restricted Pod Security profile, spread over zones and nodes, own service account."""
    selector = {"app": template.app}
    annotations = {annotation.key: annotation.value for annotation in template.annotations}
    return core.PodTemplateSpecArgs(
        metadata=k8s.meta.v1.ObjectMetaArgs(
            labels={**selector, **standard_labels(template.app, template.component)},
            annotations=annotations or None,
        ),
        spec=core.PodSpecArgs(
            automount_service_account_token=False,
            containers=[_container(container) for container in (template.container, *template.sidecars)],
            enable_service_links=False,
            node_selector=node_selector(template.placement),
            priority_class_name=template.priority_class,
            security_context=pod_security(),
            service_account_name=template.service_account,
            termination_grace_period_seconds=template.termination_grace_seconds,
            tolerations=tolerations(template.placement),
            topology_spread_constraints=_spread(selector),
            volumes=volumes(template.container.mounts),
        ),
    )


def pod_security() -> k8s.core.v1.PodSecurityContextArgs:
    """The pod's half of the restricted Pod Security profile."""
    return core.PodSecurityContextArgs(
        run_as_non_root=True,
        run_as_user=RUN_AS_ID,
        run_as_group=RUN_AS_ID,
        fs_group=RUN_AS_ID,
        seccomp_profile=core.SeccompProfileArgs(type="RuntimeDefault"),
    )


def container_security() -> k8s.core.v1.SecurityContextArgs:
    """The container's half, with a root file system that nothing can write to."""
    return core.SecurityContextArgs(
        allow_privilege_escalation=False,
        capabilities=core.CapabilitiesArgs(drop=["ALL"]),
        privileged=False,
        read_only_root_filesystem=True,
        run_as_non_root=True,
    )


def node_selector(place: Placement) -> dict[str, str] | None:
    """The label of the node pool, None for any node."""
    return {place.label_key: place.label_value} if place.label_key else None


def tolerations(place: Placement) -> list[k8s.core.v1.TolerationArgs] | None:
    """What lets pods onto the tainted nodes of their pool, None where nothing is tainted."""
    if not place.taint_key:
        return None
    return [
        core.TolerationArgs(key=place.taint_key, operator="Equal", value=place.taint_value, effect="NoSchedule")
        if place.taint_value
        else core.TolerationArgs(key=place.taint_key, operator="Exists")
    ]


def _spread(selector: dict[str, str]) -> list[k8s.core.v1.TopologySpreadConstraintArgs]:
    return [
        core.TopologySpreadConstraintArgs(
            max_skew=wish.max_skew,
            topology_key=wish.topology_key,
            when_unsatisfiable="DoNotSchedule" if wish.hard else "ScheduleAnyway",
            label_selector=k8s.meta.v1.LabelSelectorArgs(match_labels=selector),
            match_label_keys=["pod-template-hash"],
            node_affinity_policy="Honor",
            node_taints_policy="Honor",
        )
        for wish in SPREAD
    ]


def _container(container: Container) -> k8s.core.v1.ContainerArgs:
    return core.ContainerArgs(
        name=container.name,
        image=container.image,
        command=list(container.command) or None,
        ports=[
            core.ContainerPortArgs(name=port.name, container_port=port.number, protocol="TCP")
            for port in container.ports
        ],
        env=environment(container.env),
        resources=resource_requirements(container.resources),
        resize_policy=[
            core.ContainerResizePolicyArgs(resource_name="cpu", restart_policy="NotRequired"),
            # a heap limit is fixed when the process starts: only a restart follows a new memory size
            core.ContainerResizePolicyArgs(resource_name="memory", restart_policy="RestartContainer"),
        ],
        liveness_probe=_probe(container.liveness),
        readiness_probe=_probe(container.readiness),
        startup_probe=_probe(container.startup) if container.startup else None,
        lifecycle=core.LifecycleArgs(pre_stop=_pre_stop(container)),
        security_context=container_security(),
        volume_mounts=volume_mounts(container.mounts),
    )


def _pre_stop(container: Container) -> k8s.core.v1.LifecycleHandlerArgs:
    if container.pre_stop_command:
        return core.LifecycleHandlerArgs(exec_=core.ExecActionArgs(command=list(container.pre_stop_command)))
    return core.LifecycleHandlerArgs(sleep=core.SleepActionArgs(seconds=container.pre_stop_seconds))


def resource_requirements(resources: Resources) -> k8s.core.v1.ResourceRequirementsArgs:
    """Requests and limits of cpu, memory and ephemeral storage."""
    return core.ResourceRequirementsArgs(
        requests={
            "cpu": resources.cpu_request,
            "memory": resources.memory_request,
            "ephemeral-storage": resources.ephemeral_request,
        },
        limits={
            "cpu": resources.cpu_limit,
            "memory": resources.memory_limit,
            "ephemeral-storage": resources.ephemeral_limit,
        },
    )


def _probe(probe: Probe) -> k8s.core.v1.ProbeArgs:
    return core.ProbeArgs(
        http_get=core.HTTPGetActionArgs(path=probe.path, port=probe.port) if probe.path else None,
        tcp_socket=None if probe.path else core.TCPSocketActionArgs(port=probe.port),
        initial_delay_seconds=probe.initial_delay_seconds,
        period_seconds=probe.period_seconds,
        timeout_seconds=probe.timeout_seconds,
        failure_threshold=probe.failure_threshold,
    )


def environment(entries: tuple[EnvEntry, ...]) -> list[k8s.core.v1.EnvVarArgs] | None:
    """The variables of a container, None for none."""
    return [_env(entry) for entry in entries] or None


def _env(entry: EnvEntry) -> k8s.core.v1.EnvVarArgs:
    if isinstance(entry, EnvVar):
        return core.EnvVarArgs(name=entry.name, value=entry.value)
    return core.EnvVarArgs(
        name=entry.name,
        value_from=core.EnvVarSourceArgs(
            secret_key_ref=core.SecretKeySelectorArgs(name=entry.secret, key=entry.key),
        ),
    )


def volume_mounts(mounts: tuple[Mount, ...]) -> list[k8s.core.v1.VolumeMountArgs] | None:
    """Where a container finds its mounts, None for none."""
    return [
        core.VolumeMountArgs(name=mount.name, mount_path=mount.path, read_only=isinstance(mount, FileMount))
        for mount in mounts
    ] or None


def volumes(mounts: tuple[Mount, ...]) -> list[k8s.core.v1.VolumeArgs] | None:
    """What a pod mounts, None for nothing."""
    return [_volume(mount) for mount in mounts] or None


def _volume(mount: Mount) -> k8s.core.v1.VolumeArgs:
    if not isinstance(mount, FileMount):
        return core.VolumeArgs(name=mount.name, empty_dir=core.EmptyDirVolumeSourceArgs(size_limit=mount.size))
    if mount.kind == "secret":
        source = core.SecretVolumeSourceArgs(secret_name=mount.object_name, default_mode=0o440)
        return core.VolumeArgs(name=mount.name, secret=source)
    return core.VolumeArgs(
        name=mount.name, config_map=core.ConfigMapVolumeSourceArgs(name=mount.object_name, default_mode=0o444)
    )
