"""Reads a rendered nginx configuration back, so that tests ask for directives and not for text."""

from __future__ import annotations

from plan.nginx import read_nginx


def words(config: str) -> list[tuple[str, ...]]:
    """Every directive of a rendered configuration, with the path of the blocks around it, as words."""
    return [("/".join(map(str, one.blocks)), one.name, *one.words) for one in read_nginx(config)]


def inside(config: str, path: str) -> dict[str, tuple[str, ...]]:
    """The directives directly inside the block whose path ends with `path`, by name (the last one wins)."""
    return {item[1]: item[2:] for item in words(config) if item[0].endswith(path)}


def blocks(config: str, path: str) -> list[tuple[str, ...]]:
    """The directives directly inside every block whose path ends with `path`, in order."""
    return [item[1:] for item in words(config) if item[0].endswith(path)]


def segment(path: str) -> str:
    """The name of the block that serves a path by whole segments."""
    return "location ~* ^" + "".join(f"/{part}(;[^/]*)?" for part in path.strip("/").split("/")) + "(/|$)"
