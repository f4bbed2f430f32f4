"""Keeps the package's copy of Cloudflare's address ranges current: the only part that asks the network for them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING

from components.network.cloudflare_ranges import CloudflareRanges, parse_ranges
from ops.foreign import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = Path(__file__).resolve().parents[2] / "components" / "network" / "data" / "cloudflare_ips.json"
SOURCES = {"ipv4": "https://www.cloudflare.com/ips-v4", "ipv6": "https://www.cloudflare.com/ips-v6"}
"""Where Cloudflare publishes the lists, one block a line (https://www.cloudflare.com/ips/)."""
TIMEOUT_SECONDS = 15
LARGEST_ANSWER = 65_536
FEWEST = {"ipv4": 5, "ipv6": 3}
"""Fewer blocks than these are a broken answer (an error page, a cut transfer) rather than a shrunk network (ours)."""


class RangesError(Exception):
    """The list could not be had or read; the message says why. The stored copy is untouched."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The published list against the stored copy.

    Attributes:
        stored: the copy of the package.
        published: blocks as published now.
        added: published and not stored: visitors through them are refused until the copy is refreshed.
        removed: stored and not published: whoever has them now is admitted until the copy is refreshed.
    """

    stored: CloudflareRanges
    published: CloudflareRanges
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether the stored copy is current."""
        return not (self.added or self.removed)


def download(url: str) -> str:
    """The text at an official address.

    Raises:
        RangesError: no answer in time, or none that can be a list.
    """
    request = urllib.request.Request(url, headers={"User-Agent": "bailbondpro-platform"})  # noqa: S310 - a constant https address
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - as above
            body: bytes = answer.read(LARGEST_ANSWER)
    except (urllib.error.URLError, HTTPException, TimeoutError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise RangesError(f"{url} gives no answer ({one_line(reason)}); the stored list is kept") from error
    return body.decode("utf-8", "replace")


def compare(today: str, fetch: Callable[[str], str] = download, file: Path = FILE) -> Comparison:
    """Hold the stored copy against the published list.

    Args:
        today: date of the comparison, YYYY-MM-DD.
        fetch: gives the text at an address.
        file: the stored copy.

    Raises:
        RangesError: the list could not be had or read, or the stored copy is broken.
    """
    try:
        stored = parse_ranges(file.read_text("utf-8"))
    except (OSError, ValueError, KeyError) as error:
        raise RangesError(f"{file} cannot be read: {error}") from error
    blocks = {family: _blocks(fetch(url), family, url) for family, url in SOURCES.items()}
    published = CloudflareRanges(
        ipv4=blocks["ipv4"],
        ipv6=blocks["ipv6"],
        source=" and ".join(SOURCES.values()),
        date=today,
        note="downloaded from the source itself on this date",
    )
    return Comparison(
        stored=stored,
        published=published,
        added=tuple(block for block in published.all if block not in stored.all),
        removed=tuple(block for block in stored.all if block not in published.all),
    )


def _blocks(text: str, family: str, url: str) -> tuple[str, ...]:
    version = 4 if family == "ipv4" else 6
    try:
        found = [ip_network(line.strip()) for line in text.splitlines() if line.strip()]
    except ValueError as error:
        raise RangesError(
            f"{url} answers something else than a list of ranges ({one_line(error)}); the stored list is kept"
        ) from error
    if len(found) < FEWEST[family] or any(block.version != version for block in found):
        raise RangesError(f"{url} answers {len(found)} blocks that are no list of {family}; the stored list is kept")
    if any(block.is_private or block.prefixlen == 0 for block in found):
        raise RangesError(f"{url} lists private addresses or everybody; the stored list is kept")
    return tuple(str(block) for block in sorted(found, key=lambda block: (int(block.network_address), block.prefixlen)))


def write(ranges: CloudflareRanges, file: Path = FILE) -> None:
    """Replace the stored copy, checked by the reader that the platform uses.

    Raises:
        RangesError: the blocks overlap or could be merged, so the reader would refuse them.
    """
    document = {
        "source": ranges.source,
        "date": ranges.date,
        "note": ranges.note,
        "ipv4": list(ranges.ipv4),
        "ipv6": list(ranges.ipv6),
    }
    text = json.dumps(document, indent=2) + "\n"
    try:
        parse_ranges(text)
    except ValueError as error:
        raise RangesError(f"the published list is not usable as it is ({error}); the stored list is kept") from error
    new = file.with_suffix(".new")
    new.write_text(text, "utf-8")
    new.replace(file)
