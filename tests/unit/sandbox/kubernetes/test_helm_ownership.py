"""What Helm takes over, and what it refuses."""

from __future__ import annotations

import pytest

from ops.rehearsal.cluster import as_of_its_chart, refused_by_helm
from sandbox.kubernetes.helm_ownership import Owner, owned, refusal

KEDA = Owner("keda", "keda")


def definition(group: str) -> dict[str, object]:
    return {"kind": "CustomResourceDefinition", "metadata": {"name": f"x.{group}"}, "spec": {"group": group}}


def test_an_object_without_an_owner_is_refused_with_everything_that_it_lacks() -> None:
    told = refusal(definition("keda.sh"), KEDA) or ""
    assert told.startswith("CustomResourceDefinition x.keda.sh: label app.kubernetes.io/managed-by is None")
    assert "meta.helm.sh/release-name" in told
    assert "meta.helm.sh/release-namespace" in told


def test_an_owned_object_is_taken_over_by_its_own_release_alone() -> None:
    mine = owned(definition("keda.sh"), KEDA)
    assert refusal(mine, KEDA) is None
    assert "release-name is 'keda', must be 'other'" in (refusal(mine, Owner("other", "keda")) or "")
    assert "release-namespace is 'keda', must be 'b'" in (refusal(mine, Owner("keda", "b")) or "")


@pytest.mark.parametrize(
    ("group", "owner"),
    [
        ("keda.sh", KEDA),
        ("autoscaling.k8s.io", Owner("vertical-pod-autoscaler", "kube-system")),
        ("monitoring.coreos.com", Owner("kube-prometheus-stack", "monitoring")),
        ("elbv2.k8s.aws", Owner("aws-load-balancer-controller", "kube-system")),
    ],
)
def test_every_definition_that_a_rehearsal_installs_belongs_to_the_release_of_its_chart(
    group: str, owner: Owner
) -> None:
    assert refusal(as_of_its_chart(definition(group)), owner) is None


class Holds:
    """An API that holds these objects."""

    def __init__(self, *live: dict[str, object]) -> None:
        self.live = live

    def read(self, wanted: dict[str, object]) -> dict[str, object] | None:
        return next((item for item in self.live if item["metadata"] == wanted["metadata"]), None)


def test_definitions_that_helm_will_refuse_are_named_before_it_does() -> None:
    keda, rules = definition("keda.sh"), definition("monitoring.coreos.com")
    found = refused_by_helm(Holds(keda, rules), [keda, rules, definition("autoscaling.k8s.io")])  # type: ignore[arg-type]  # a double
    assert len(found) == 1, "Helm skips what stands in the folder crds of a chart"
    assert found[0].startswith("CustomResourceDefinition x.keda.sh: label")
