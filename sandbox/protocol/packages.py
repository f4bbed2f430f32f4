"""The provider packages of the installed Pulumi SDKs: names, versions, and which class stands behind a type token."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SDK_MODULES = ("pulumi_aws", "pulumi_kubernetes", "pulumi_cloudflare", "pulumi_random", "pulumi_tls")
"""The SDKs of this project; each wheel carries the version of the plugin it belongs to in `pulumi-plugin.json`."""


@dataclass(frozen=True)
class Package:
    """One provider package: `aws` at the version whose plugin the SDK asks for."""

    name: str
    version: str
    directory: Path


@cache
def packages() -> dict[str, Package]:
    """The provider packages by name, read from the installed wheels without importing them.

    Raises:
        RuntimeError: an SDK is not installed.
    """
    found = {}
    for module in SDK_MODULES:
        spec = importlib.util.find_spec(module)
        if spec is None or spec.origin is None:
            raise RuntimeError(f"{module} is not installed; run ./bbp once to complete .venv")
        directory = Path(spec.origin).parent
        plugin = json.loads((directory / "pulumi-plugin.json").read_text(encoding="utf-8"))
        found[plugin["name"]] = Package(plugin["name"], plugin["version"], directory)
    return found


@cache
def _token_index(package: str) -> dict[str, tuple[str, str]]:
    """Type token -> (module, class), from the registration table that every generated SDK carries as JSON text."""
    source = (packages()[package].directory / "__init__.py").read_text(encoding="utf-8")
    match = re.search(r'resource_modules="""(.*?)"""', source, re.DOTALL)
    if match is None:
        raise RuntimeError(f"the {package} SDK has no resource registration table")
    return {
        token: (entry["fqn"], name) for entry in json.loads(match.group(1)) for token, name in entry["classes"].items()
    }


def tokens(package: str) -> tuple[str, ...]:
    """Every resource type token of a package, sorted."""
    return tuple(sorted(_token_index(package)))


def resource_class(token: str) -> type[Any]:
    """The SDK class behind a type token.

    Raises:
        KeyError: no installed SDK registers this token.
    """
    package = token.split(":", 1)[0]
    if package not in packages():
        raise KeyError(token)
    module, name = _token_index(package)[token]
    found = getattr(importlib.import_module(module), name)
    if not isinstance(found, type):  # a submodule of the same name shadows the class until its package is complete
        found = getattr(found, name)
    if not isinstance(found, type):
        raise KeyError(token)
    return found


def class_source(cls: type[Any]) -> ast.ClassDef:
    """The syntax tree of a generated class: secrets and constants stand only in its code."""
    module = importlib.import_module(cls.__module__)
    if module.__file__ is None:
        raise RuntimeError(f"{cls.__module__} has no source file")
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == cls.__name__:
            return node
    raise RuntimeError(f"{cls.__name__} is not in {module.__file__}")
