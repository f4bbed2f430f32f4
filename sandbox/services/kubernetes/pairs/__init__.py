"""Rules about several objects of a cluster at once.

What is refused when it is sent stands in `STATE`. What is accepted and does nothing without its counterpart stands in
`SETTLED`: Kubernetes knows no order, so it is judged when an update has made everything, and names the later object.
"""

from __future__ import annotations

from sandbox.services.kubernetes.pairs import (
    access,
    classes,
    quotas,
    references,
    scaling,
    standards,
    traffic,
    versions,
)

STATE = (*quotas.STATE, *traffic.STATE, *versions.STATE)
SETTLED = (
    *access.SETTLED,
    *classes.SETTLED,
    *quotas.SETTLED,
    *references.SETTLED,
    *scaling.SETTLED,
    *standards.SETTLED,
    *traffic.SETTLED,
)
