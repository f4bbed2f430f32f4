"""A headless browser, driven through a pipe with the Chrome DevTools Protocol; it reaches no network."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from select import select
from typing import TYPE_CHECKING, Any

from tests.support.programs import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 60.0
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--no-zygote",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--no-first-run",
    "--no-pings",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
"""No sandbox, because it opens only our own pages, in containers that forbid namespaces."""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""
AS_3_AND_4 = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for place, end in zip((3, 4), ends): os.dup2(end, place)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""A DevTools pipe is file descriptors 3 and 4 of the browser (Chromium documentation, remote-debugging-pipe)."""


@dataclass
class Tab:
    """One page of the browser.

    Attributes:
        events: everything that it has told, in order.
    """

    reading: int
    writing: int
    session: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    _number: int = 0
    _left: bytes = b""

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """Ask for something and wait for the answer."""
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writing, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                result: dict[str, Any] = answer["result"]
                return result

    def _read(self) -> dict[str, Any]:
        deadline = time.monotonic() + SECONDS
        while b"\0" not in self._left:
            ready, _, _ = select([self.reading], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"the browser said nothing for {SECONDS:.0f} s"
            chunk = os.read(self.reading, 1 << 20)
            assert chunk, "the browser ended"
            self._left += chunk
        line, self._left = self._left.split(b"\0", 1)
        message: dict[str, Any] = json.loads(line)
        if "method" in message:
            self.events.append(message)
        return message

    def open(self, path: Path) -> None:
        """Open a file and wait until all of it is there."""
        self.visit(path.as_uri())

    def visit(self, url: str) -> None:
        """Open an address and wait until all of it is there."""
        self.events.clear()
        self.call("Page.navigate", url=url)
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self._read()

    def evaluate(self, script: str) -> Any:  # noqa: ANN401 - whatever the page answers
        """The value of a JavaScript expression on the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def resize(self, width: int, height: int, *, mobile: bool = False, scale: float = 1) -> None:
        """Show the page on a screen of this size in CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=mobile
        )

    def colours(self, scheme: str) -> None:
        """Prefer `light` or `dark`."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self) -> bytes:
        """What the screen shows, as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    @property
    def requests(self) -> list[str]:
        """Every address that was asked for."""
        return [event["params"]["request"]["url"] for event in self._of("Network.requestWillBeSent")]

    @property
    def complaints(self) -> list[str]:
        """Errors and warnings of the page, from its scripts, the console and the browser itself."""
        found = [str(event["params"]) for event in self._of("Runtime.exceptionThrown")]
        found += [str(event["params"]) for event in self._of("Runtime.consoleAPICalled")]
        return found + [str(event["params"]["entry"]) for event in self._of("Log.entryAdded")]

    def _of(self, method: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["method"] == method]


@contextmanager
def browsing(*further: str, names: str = "") -> Iterator[Tab]:
    """A browser with one empty page, for as long as the block runs.

    Args:
        further: flags.
        names: where names lead, as `--host-resolver-rules` has them; all others lead nowhere.
    """
    resolved = f"--host-resolver-rules={f'{names}, ' if names else ''}MAP * ~NOTFOUND"
    root = chromium()
    program = root / "usr/lib/chromium/browser"
    to_browser, from_us = os.pipe()
    to_us, from_browser = os.pipe()
    with tempfile.TemporaryDirectory(prefix="bbp-browser-", ignore_cleanup_errors=True) as profile:
        fonts = Path(profile) / "fonts.conf"
        fonts.write_text(FONTS.format(fonts=root / "usr/share/fonts", cache=Path(profile) / "fonts"))
        options = (
            *FLAGS,
            resolved,
            *further,
            f"--browser-subprocess-path={program}",
            f"--user-data-dir={profile}/user",
        )
        process = subprocess.Popen(
            [sys.executable, "-c", AS_3_AND_4, str(to_browser), str(from_browser), program, *options, "about:blank"],
            pass_fds=(to_browser, from_browser),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "HOME": profile, "LANG": "C.UTF-8", "FONTCONFIG_FILE": str(fonts)},
        )
        os.close(to_browser)
        os.close(from_browser)
        try:
            yield _first_page(Tab(reading=to_us, writing=from_us))
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
            os.close(to_us)
            os.close(from_us)


def _first_page(tab: Tab) -> Tab:
    target = tab.call("Target.createTarget", url="about:blank")["targetId"]
    tab.session = tab.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Log", "Network"):
        tab.call(f"{domain}.enable")
    return tab
