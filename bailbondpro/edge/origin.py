"""What the application is expected to answer, and the addresses that it builds: the origin's half of the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from bailbondpro.edge.cache_classes import class_conditions
from bailbondpro.edge.exchange import Exchange, Response, normalise_path
from bailbondpro.edge.policy import FILE_TYPES
from bailbondpro.edge.rewrites import OTHER_SOURCES, TRANSFORMED_EXTENSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bailbondpro.edge.exchange import Request
    from bailbondpro.edge.policy import EdgePolicy

ImageFormat = Literal["auto", "webp", "avif", "jpeg", "png"]
ClassName = Literal["images", "css", "js", "html", "api"]

_CONTENT_TYPES: Mapping[str, str] = {
    "html": "text/html; charset=utf-8",
    "api": "application/json",
}
_IMAGE_TYPES: Mapping[str, str] = {
    "jpg": "image/jpeg",
    "svg": "image/svg+xml",
    "ico": "image/x-icon",
}
MAX_DIMENSION = 12_000
"""Pixels; the longest side that a transformation makes (Cloudflare docs, Images, Limits)."""


def cache_class(policy: EdgePolicy, request: Request) -> ClassName | None:
    """The class whose rule matches a request, or None where the edge caches nothing."""
    when = class_conditions(policy)
    exchange = Exchange(request)
    classes: tuple[tuple[ClassName, bool], ...] = (
        ("images", when.images.holds(exchange)),
        ("css", when.css.holds(exchange)),
        ("js", when.js.holds(exchange)),
        ("html", when.html.holds(exchange)),
        ("api", when.api.holds(exchange)),
    )
    return next((name for name, holds in classes if holds), None)


def guide_headers(policy: EdgePolicy, name: ClassName) -> dict[str, str]:
    """The headers that the guide's application sends with a class (scaling guide, CDN Configuration)."""
    lifetime = dict(policy.cache_classes.by_name())[name]
    return {
        "Cache-Control": (
            f"public, max-age={lifetime.max_age}, stale-while-revalidate={lifetime.stale_while_revalidate}"
        ),
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }


def expected_response(policy: EdgePolicy, request: Request) -> Response:
    """What a well-behaved application answers: the guide's headers for a class, private otherwise."""
    name = cache_class(policy, request)
    if name is None:
        return Response.of(200, {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "private, no-store"})
    extension = request.extension
    kind = _CONTENT_TYPES.get(name) or FILE_TYPES.get(extension) or _IMAGE_TYPES.get(extension, f"image/{extension}")
    return Response.of(200, {"Content-Type": kind, **guide_headers(policy, name)})


def image_url(
    policy: EdgePolicy,
    path: str,
    *,
    width: int | None = None,
    height: int | None = None,
    quality: int | None = None,
    image_format: ImageFormat = "auto",
) -> str:
    """The address of a rendition of an image as the guide writes it; the edge makes a transformation of it.

    Args:
        policy: names the host and the renditions that may be made.
        path: the image's path on the images host.
        width: pixels; one of the policy's widths.
        height: pixels; one of the policy's heights.
        quality: percent; one of the policy's qualities.
        image_format: `png` leaves the format as it is, since a transformation cannot ask for it.

    Raises:
        ValueError: with everything that the policy does not allow.
    """
    base = f"https://{policy.hosts.images}"
    source = quote(normalise_path(path), safe="/%~-._")
    problems = _rendition_problems(policy, width, height, quality)
    wanted = {"w": width, "h": height, "q": quality}
    asked = [f"{name}={value}" for name, value in wanted.items() if value is not None]
    if asked or image_format not in {"auto", "png"}:
        asked.append(f"f={image_format}")
        if source.rsplit(".", 1)[-1].lower() not in TRANSFORMED_EXTENSIONS:
            problems.append(f"only {', '.join(TRANSFORMED_EXTENSIONS)} can be transformed")
        odd = next((part for part in OTHER_SOURCES if part in source.lower()), None)
        if odd is not None:
            problems.append(f"{odd!r} cannot be the source of a rendition, or a part of one: it may be another address")
    if problems:
        raise ValueError(f"{path}: " + "; ".join(problems))
    return f"{base}{source}" + (f"?{'&'.join(asked)}" if asked else "")


def _rendition_problems(policy: EdgePolicy, width: int | None, height: int | None, quality: int | None) -> list[str]:
    images = policy.images
    checks = (
        (width is None or width in images.widths, f"width {width} is none of {', '.join(map(str, images.widths))}"),
        (
            height is None or height in images.heights,
            f"height {height} is none of {', '.join(map(str, images.heights)) or 'the listed: there is none'}",
        ),
        (
            quality is None or quality in images.qualities,
            f"quality {quality} is none of {', '.join(map(str, images.qualities))}",
        ),
        (
            width is not None or (height, quality) == (None, None),
            "height and quality need a width: the edge refuses what names none",
        ),
        (
            images.enabled or (width, height, quality) == (None, None, None),
            "image transformations are switched off",
        ),
    )
    return [problem for holds, problem in checks if not holds]
