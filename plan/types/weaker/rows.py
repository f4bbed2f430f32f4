"""Every property that must not become weaker in silence, by type."""

from __future__ import annotations

from plan.types.weaker.aws.access import ACCESS_WEAKER
from plan.types.weaker.aws.balancers import BALANCERS_WEAKER
from plan.types.weaker.aws.databases import DATABASES_WEAKER
from plan.types.weaker.aws.logs import LOGS_WEAKER
from plan.types.weaker.aws.nodes import NODES_WEAKER
from plan.types.weaker.aws.objects import STORED_WEAKER
from plan.types.weaker.aws.parameters import PARAMETERS_WEAKER
from plan.types.weaker.aws.protection import PROTECTION_WEAKER
from plan.types.weaker.certificates import CERTIFICATES_WEAKER
from plan.types.weaker.clients import CLIENTS_WEAKER
from plan.types.weaker.cloudflare.rules import EDGE_WEAKER
from plan.types.weaker.cloudflare.ways import EDGE_WAYS_WEAKER
from plan.types.weaker.cloudflare.zone import ZONE_WEAKER
from plan.types.weaker.configured import CONFIGURED
from plan.types.weaker.kubernetes.objects import OBJECTS_WEAKER
from plan.types.weaker.kubernetes.pods import PODS_WEAKER
from plan.types.weaker.kubernetes.scaling import SCALING_WEAKER
from plan.types.weaker.made import MADE
from plan.types.weaker.measured import MEASURED
from plan.types.weaker.network import NETWORK_WEAKER
from plan.types.weaker.reached import REACHED
from plan.types.weaker.running import RUNNING_WEAKER
from plan.types.weaker.shapes import SHAPES_WEAKER
from plan.types.weaker.watch import WATCH_WEAKER

WEAKER = (
    *(
        *PROTECTION_WEAKER,
        *ACCESS_WEAKER,
        *OBJECTS_WEAKER,
        *EDGE_WEAKER,
        *EDGE_WAYS_WEAKER,
        *NETWORK_WEAKER,
        *LOGS_WEAKER,
    ),
    *(*RUNNING_WEAKER, *CLIENTS_WEAKER, *WATCH_WEAKER, *PODS_WEAKER, *DATABASES_WEAKER, *SHAPES_WEAKER, *CONFIGURED),
    *(*PARAMETERS_WEAKER, *BALANCERS_WEAKER, *NODES_WEAKER, *ZONE_WEAKER, *MADE, *SCALING_WEAKER, *REACHED),
    *(*CERTIFICATES_WEAKER, *STORED_WEAKER, *MEASURED),
)
"""Of one type in the order in which they are told."""
