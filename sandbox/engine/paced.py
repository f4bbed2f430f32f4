"""Gives programs that are built from Go's own standard library a clock that can run faster than the wall's.

The text of three files of the standard library is taken from the Go that builds, changed by exact replacements, and
handed to the build as an overlay (Go documentation, `go help build`, `-overlay`). Nothing of the library is kept here.
Only what package `time` tells programs changes; scheduler, collector and network poller go on with the machine's clock.

A program that was built so reads three variables when it starts, and without them its clock is the machine's:

- `BBP_CLOCK_PACE`: how many seconds pass for it in one second, at least 1;
- `BBP_CLOCK_EPOCH`: `<monotonic>:<unix>`, both in nanoseconds: when the machine's monotonic clock shows the first, the
  program's clock shows the second. Programs with the same epoch and pace agree on the time;
- `BBP_CLOCK_WAITS=real`: timers, tickers and sleeps last as long as without a pace; only the time that is read runs.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PREFIX = "BBP_CLOCK_"
PACE, EPOCH, WAITS = f"{PREFIX}PACE", f"{PREFIX}EPOCH", f"{PREFIX}WAITS"
REAL_WAITS = "real"

KNOWN_GO = "Go 1.26 and 1.27"
"""Whose text the replacements were made for."""


class OverlayError(Exception):
    """The standard library is not the one that is known; the message says which text is missing."""


@dataclass(frozen=True)
class Replacement:
    """A piece of text that stands in a file a known number of times, and what takes its place.

    Attributes:
        old: the text.
        new: what takes its place.
        times: how often the text stands there; another number is an error.
    """

    old: str
    new: str
    times: int = 1


_PACED = """
// What follows is no part of Go: the clock of programs can run faster than the machine's.

var paced, pacedWaits, pacedFrom, pacedUnix = readPace()

func readPace() (pace, waits float64, from, unix int64) {
	text, found := syscall.Getenv("BBP_CLOCK_PACE")
	if !found {
		return 1, 1, 0, 0
	}
	whole, fraction, scale, digits, point := int64(0), int64(0), int64(1), 0, false
	for _, c := range []byte(text) {
		switch {
		case c == '.' && !point:
			point = true
		case c < '0' || c > '9' || digits == 9:
			panic("BBP_CLOCK_PACE: a number of at least 1 is wanted")
		case point:
			fraction, scale, digits = fraction*10+int64(c-'0'), scale*10, digits+1
		default:
			whole, digits = whole*10+int64(c-'0'), digits+1
		}
	}
	pace = float64(whole) + float64(fraction)/float64(scale)
	if pace < 1 {
		panic("BBP_CLOCK_PACE: a number of at least 1 is wanted")
	}
	waits = pace
	if text, _ := syscall.Getenv("BBP_CLOCK_WAITS"); text == "real" {
		waits = 1
	}
	text, found = syscall.Getenv("BBP_CLOCK_EPOCH")
	if !found {
		s, ns, mono := runtimeNow()
		return pace, waits, mono, s*1e9 + int64(ns)
	}
	colons := 0
	for _, c := range []byte(text) {
		switch {
		case c == ':' && colons == 0:
			from, unix, colons = unix, 0, 1
		case c < '0' || c > '9' || unix > 900000000000000000:
			panic("BBP_CLOCK_EPOCH: two numbers of nanoseconds with a colon between them are wanted")
		default:
			unix = unix*10 + int64(c-'0')
		}
	}
	if colons == 0 || unix == 0 {
		panic("BBP_CLOCK_EPOCH: two numbers of nanoseconds with a colon between them are wanted")
	}
	return pace, waits, from, unix
}

// pacedNano is runtimeNano of the program's clock.
func pacedNano() int64 {
	if paced == 1 {
		return runtimeNano()
	}
	return pacedFrom + int64(float64(runtimeNano()-pacedFrom)*paced)
}

// pacedNow is runtimeNow of the program's clock.
func pacedNow() (sec int64, nsec int32, mono int64) {
	if paced == 1 {
		return runtimeNow()
	}
	mono = pacedNano()
	unix := pacedUnix + (mono - pacedFrom)
	return unix / 1e9, int32(unix % 1e9), mono
}

// pacedWait is how long the machine waits when the program waits for a duration.
func pacedWait(d int64) int64 {
	if pacedWaits == 1 || d <= 0 {
		return d
	}
	return max(1, int64(float64(d)/pacedWaits))
}

// pacedSpan is how long something of the machine's clock is on the program's.
func pacedSpan(d int64) int64 {
	if paced == 1 {
		return d
	}
	return int64(float64(d) * paced)
}
"""

REPLACEMENTS: dict[str, tuple[Replacement, ...]] = {
    "runtime/time.go": (
        # The body of time.Sleep lives in the runtime; it gets another name there, and Sleep a body that divides.
        Replacement("//go:linkname timeSleep time.Sleep\n", "//go:linkname timeSleep time.runtimeSleep\n"),
    ),
    "time/sleep.go": (
        Replacement(
            "\nfunc Sleep(d Duration)\n",
            "\nfunc Sleep(d Duration) { runtimeSleep(Duration(pacedWait(int64(d)))) }\n"
            "\nfunc runtimeSleep(d Duration)\n",
        ),
        Replacement("\tt := runtimeNano() + int64(d)\n", "\tt := runtimeNano() + pacedWait(int64(d))\n"),
        Replacement("Now().Add(Duration(-delta))", "Now().Add(Duration(-pacedSpan(delta)))"),
    ),
    "time/tick.go": (
        Replacement("newTimer(when(d), int64(d), ", "newTimer(when(d), pacedWait(int64(d)), "),
        Replacement("when(d), int64(d))\n", "when(d), pacedWait(int64(d)))\n"),
    ),
    "time/time.go": (
        Replacement('\t"math/bits"\n\t_ "unsafe"', '\t"math/bits"\n\t"syscall"\n\t_ "unsafe"'),
        Replacement("subMono(runtimeNano()-startNano, t.ext)", "subMono(pacedNano()-startNano, t.ext)"),
        Replacement("subMono(t.ext, runtimeNano()-startNano)", "subMono(t.ext, pacedNano()-startNano)"),
        Replacement("var startNano int64 = runtimeNano() - 1\n", "var startNano int64 = pacedNano() - 1\n" + _PACED),
        Replacement("sec, nsec, mono := runtimeNow()\n", "sec, nsec, mono := pacedNow()\n"),
    ),
}
"""What changes in each file below `GOROOT/src`."""

NAMED: dict[str, dict[str, int]] = {
    "runtimeNano()": {"time/sleep.go": 3, "time/time.go": 5},
    "runtimeNow()": {"time/time.go": 2, "time/zoneinfo_read.go": 1, "time/zoneinfo_plan9.go": 1},
    "newTimer(": {"time/sleep.go": 3, "time/tick.go": 1},
    "resetTimer(": {"time/sleep.go": 2, "time/tick.go": 1},
}
"""How often each file of package `time` names what its clock is made of.

One more place would go on with the machine's clock, and nobody would see it. The zones read the time to guess a zone.
"""


def digest() -> str:
    """Short text that is another one for every other clock."""
    return hashlib.sha256(json.dumps([_listed(), NAMED]).encode()).hexdigest()[:8]


def _listed() -> list[tuple[str, list[tuple[str, str, int]]]]:
    return [(name, [(item.old, item.new, item.times) for item in items]) for name, items in REPLACEMENTS.items()]


def changed(source: Path) -> dict[str, str]:
    """The changed files by their path below `GOROOT/src`.

    Args:
        source: `GOROOT/src` of the Go that builds.

    Raises:
        OverlayError: its text is not the known one.
    """
    wrong = list(_unknown(source))
    found = {}
    for name, replacements in REPLACEMENTS.items():
        text = _read(source / name)
        for item in replacements:
            if (seen := text.count(item.old)) != item.times:
                wrong.append(f"{source / name}: {item.old.strip()!r} stands there {seen} times, {item.times} expected")
            text = text.replace(item.old, item.new)
        found[name] = text
    if wrong:
        raise OverlayError(
            f"this Go's standard library is not the one that a faster clock was made for ({KNOWN_GO}):\n  "
            + "\n  ".join(wrong)
        )
    return found


def _unknown(source: Path) -> list[str]:
    """What differs from the places that are known to read the clock."""
    texts = {
        f"time/{path.name}": _read(path)
        for path in sorted((source / "time").glob("*.go"))
        if not path.name.endswith("_test.go")
    }
    wrong = []
    for word, known in NAMED.items():
        for name, text in texts.items():
            seen = text.count(word)
            if seen != known.get(name, 0):
                wrong.append(f"{source / name}: {word!r} stands there {seen} times, {known.get(name, 0)} expected")
    return wrong


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise OverlayError(f"{path} cannot be read: {error.strerror or error}") from error


def write(source: Path, folder: Path) -> Path:
    """Write the changed files and the overlay that names them into a folder; returns the overlay's path.

    Args:
        source: `GOROOT/src` of the Go that builds.
        folder: is there; lives as long as the build.

    Raises:
        OverlayError: the standard library's text is not the known one.
    """
    places = {}
    for name, text in changed(source).items():
        path = folder / name.replace("/", "-")
        path.write_text(text, encoding="utf-8")
        places[str(source / name)] = str(path)
    overlay = folder / "overlay.json"
    overlay.write_text(json.dumps({"Replace": places}), encoding="utf-8")
    return overlay
