"""The labels that every object carries (Kubernetes documentation, "Recommended Labels")."""

from __future__ import annotations

PART_OF = "bailbondpro"


def standard_labels(name: str, component: str) -> dict[str, str]:
    """The recommended labels of one object.

    Args:
        name: the application's name, such as "bailbondpro".
        component: its role in the architecture, such as "app" or "gateway".
    """
    return {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/part-of": PART_OF,
        "app.kubernetes.io/managed-by": "pulumi",
    }
