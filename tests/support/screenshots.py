"""Makes the pictures of a report that the documents show: `python -m tests.support.screenshots report docs/images`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.browser import browsing

SHOTS = (
    ("report-desktop.png", "light", (1280, 1560), 1.0, "summary"),
    ("report-dark.png", "dark", (1280, 1130), 1.0, "traffic"),
    ("report-phone.png", "dark", (390, 1130), 1.0, "limits"),
)
"""File, colour scheme, screen in CSS pixels, pixels for each of them, and the chapter at the top."""


def take(report: Path, folder: Path) -> None:
    """Open a report's page on every screen and write what it shows."""
    folder.mkdir(parents=True, exist_ok=True)
    with browsing() as tab:
        for name, scheme, (width, height), scale, chapter in SHOTS:
            tab.colours(scheme)
            tab.resize(width, height, mobile=width < height, scale=scale)
            tab.open((report / "index.html").resolve())
            # The summary stands below the title, which belongs on the picture, too.
            target = "body" if chapter == "summary" else f"#{chapter}"
            tab.evaluate(f"document.querySelector('{target}').scrollIntoView()")
            (folder / name).write_bytes(tab.picture())


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))
