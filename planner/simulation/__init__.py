"""Traffic simulation: requests over time against a planned platform, with its own autoscalers, nodes and queues."""

from planner.simulation.assumptions import AssumptionError, Assumptions, override
from planner.simulation.engine import simulate
from planner.simulation.events.event import Event, EventError, parse_event
from planner.simulation.events.outcome import Outcome
from planner.simulation.gaps import Gap
from planner.simulation.limit import Limit, limit_of
from planner.simulation.model import RouteError
from planner.simulation.read_plan import platform_of
from planner.simulation.read_pods import SimulationError
from planner.simulation.result import Break, Sample, Simulation, Summary
from planner.simulation.scenarios import SCENARIOS, Scenario, ScenarioError, parse_scenario, scenario

__all__ = [
    "SCENARIOS",
    "AssumptionError",
    "Assumptions",
    "Break",
    "Event",
    "EventError",
    "Gap",
    "Limit",
    "Outcome",
    "RouteError",
    "Sample",
    "Scenario",
    "ScenarioError",
    "Simulation",
    "SimulationError",
    "Summary",
    "limit_of",
    "override",
    "parse_event",
    "parse_scenario",
    "platform_of",
    "scenario",
    "simulate",
]
