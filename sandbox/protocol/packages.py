"""The provider packages of the installed Pulumi SDKs: names, versions, and which class stands behind a type token.

An SDK is any package that carries a `pulumi-plugin.json`, as every generated one does. It is found without being
imported, in the environment of the program that is rehearsed: this one, or the one that `use_environment` named.
"""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PLUGIN_FILE = "pulumi-plugin.json"
_PATHS = "import json, sys; print(json.dumps(sys.path))"
_SECONDS = 60


class UnusableEnvironmentError(Exception):
    """The program's interpreter cannot be asked for its packages; the message says why."""


@dataclass(frozen=True)
class Package:
    """One provider package: `aws` at the version whose plugin the SDK asks for.

    Attributes:
        name: the beginning of its type tokens.
        version: the version of its plugin.
        directory: the SDK's folder.
        plugin: the plugin that serves it: another one where a general plugin takes the package as its parameter.
    """

    name: str
    version: str
    directory: Path
    plugin: str = ""

    @property
    def serves(self) -> str:
        """The plugin that the engine asks for."""
        return self.plugin or self.name


@dataclass(frozen=True)
class Environment:
    """Where the program's SDKs are: `interpreter` is None for this process's own environment."""

    interpreter: Path | None
    paths: tuple[str, ...]


class _Chosen:
    """The environment in use; one program is rehearsed at a time."""

    environment: Environment | None = None


def environment() -> Environment:
    """The environment of the program that is rehearsed."""
    return _Chosen.environment or Environment(None, tuple(sys.path))


def use_environment(interpreter: Path | None) -> None:
    """Look for SDKs in the environment of another interpreter, or in this one again.

    Raises:
        UnusableEnvironmentError: the interpreter does not start.
    """
    _Chosen.environment = None if interpreter is None else _asked(interpreter)
    packages.cache_clear()
    _token_index.cache_clear()


def _asked(interpreter: Path) -> Environment | None:
    """Where an interpreter looks for modules; None for the environment of this process."""
    try:
        answer = subprocess.run(  # noqa: S603 - the interpreter that the program names, and a text of ours
            [str(interpreter), "-I", "-c", _PATHS], capture_output=True, text=True, check=True, timeout=_SECONDS
        )
        paths = tuple(json.loads(answer.stdout))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise UnusableEnvironmentError(f"{interpreter} does not say where its packages are: {error}") from error
    known = set(sys.path)
    return None if all(path in known for path in paths if "site-packages" in path) else Environment(interpreter, paths)


@cache
def packages() -> dict[str, Package]:
    """The provider packages by name, read from the installed wheels without importing them."""
    found: dict[str, Package] = {}
    for folder in environment().paths:
        for file in sorted(Path(folder or ".").glob(f"*/{PLUGIN_FILE}")):
            package = _package(file)
            if package is not None:
                found.setdefault(package.name, package)  # the first on the path wins, as with imports
    return found


def _package(file: Path) -> Package | None:
    """The package that a plugin file describes; None where it describes none."""
    try:
        plugin = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(plugin, dict) or plugin.get("resource") is False or not plugin.get("name"):
        return None
    parameter = plugin.get("parameterization")
    named = parameter if isinstance(parameter, dict) and parameter.get("name") else plugin
    # A package without a version of its own takes any: every SDK is older than it.
    version = str(named.get("version") or plugin.get("version") or "999.0.0").removeprefix("v")
    return Package(str(named["name"]), version, file.parent, "" if named is plugin else str(plugin["name"]))


def unknown_package(name: str) -> str:
    """Says that no SDK of a package is installed, and what to do about it."""
    known = ", ".join(sorted(packages())) or "none"
    return (
        f"no SDK of the package {name} is installed in the program's environment (found: {known})\n"
        f"  fix: install it there, for example with `pip install pulumi_{name.replace('-', '_')}`"
    )


@cache
def _token_index(package: str) -> dict[str, tuple[str, str]]:
    """Type token -> (module, class), from the registration table that every generated SDK carries as JSON text."""
    source = (packages()[package].directory / "__init__.py").read_text(encoding="utf-8")
    match = re.search(r'resource_modules="""(.*?)"""', source, re.DOTALL)
    if match is None:
        return {}  # functions only, or a package that was written by hand
    return {
        token: (entry["fqn"], name) for entry in json.loads(match.group(1)) for token, name in entry["classes"].items()
    }


def tokens(package: str) -> tuple[str, ...]:
    """Every resource type token of a package, sorted; none where it is not installed."""
    return tuple(sorted(_token_index(package))) if package in packages() else ()


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
