"""Every property that must not become weaker in silence, by type."""

from __future__ import annotations

from plan.types.compared import COMPARED
from plan.types.weaker_access import ACCESS_WEAKER
from plan.types.weaker_aws import AWS_WEAKER
from plan.types.weaker_clients import CLIENTS_WEAKER
from plan.types.weaker_edge import EDGE_WEAKER
from plan.types.weaker_logs import LOGS_WEAKER
from plan.types.weaker_model import Loses, Weaker
from plan.types.weaker_network import NETWORK_WEAKER
from plan.types.weaker_others import OTHERS_WEAKER
from plan.types.weaker_running import RUNNING_WEAKER
from plan.types.weaker_watch import WATCH_WEAKER

WEAKER = (
    *(*AWS_WEAKER, *ACCESS_WEAKER, *OTHERS_WEAKER, *EDGE_WEAKER, *NETWORK_WEAKER, *LOGS_WEAKER),
    *(*RUNNING_WEAKER, *CLIENTS_WEAKER, *WATCH_WEAKER, *COMPARED),
)
"""Of one type in the order in which they are told."""

__all__ = ["WEAKER", "Loses", "Weaker"]
