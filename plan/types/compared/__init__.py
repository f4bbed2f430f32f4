"""More rows of `plan.types.weaker`: pods, programs that others run, the zone's settings, and what is made anew."""

from __future__ import annotations

from plan.types.compared.balancers import BALANCERS_COMPARED
from plan.types.compared.certificates import CERTIFICATES_COMPARED
from plan.types.compared.configured import CONFIGURED
from plan.types.compared.data import DATA_COMPARED
from plan.types.compared.edge import EDGE_COMPARED
from plan.types.compared.made import MADE
from plan.types.compared.nodes import NODES_COMPARED
from plan.types.compared.parameters import PARAMETERS_COMPARED
from plan.types.compared.pods import PODS_COMPARED
from plan.types.compared.reached import REACHED
from plan.types.compared.scaling import SCALING_COMPARED
from plan.types.compared.shapes import SHAPES_COMPARED

COMPARED = (
    *PODS_COMPARED,
    *DATA_COMPARED,
    *SHAPES_COMPARED,
    *CONFIGURED,
    *PARAMETERS_COMPARED,
    *BALANCERS_COMPARED,
    *NODES_COMPARED,
    *EDGE_COMPARED,
    *MADE,
    *SCALING_COMPARED,
    *REACHED,
    *CERTIFICATES_COMPARED,
)

__all__ = ["COMPARED"]
