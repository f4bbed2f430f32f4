"""The Pulumi engine: found on this machine, installed by the official installer, or built from the Go module proxy."""

from sandbox.engine.find import Attempt, Engine, EngineNotFoundError, find_or_build

__all__ = ["Attempt", "Engine", "EngineNotFoundError", "find_or_build"]
