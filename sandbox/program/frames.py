"""Of a program's traceback, what its author needs: the message, and the lines of the program's own folder.

Read by the interpreter of other projects, too: nothing but the standard library is imported here.
"""

from __future__ import annotations

import asyncio
import re
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Function = Callable[..., Any]

BEGIN = "Traceback (most recent call last):"
OUTER = 4
"""How many callers of the line that failed are named."""
_FRAME = re.compile(r'^ +(?:\| )?File "(?P<file>.+)", line (?P<line>\d+)(?:, in (?P<function>.+))?$')
_MARKS = re.compile(r"^[\s~^]+$")
_INVOKE = re.compile(r"invoke of (\S+) failed: invocation of \1 returned an error: ")
_INSTALLED = ("site-packages", "dist-packages")


@dataclass(frozen=True)
class _Frame:
    file: str
    line: int
    function: str
    source: str


@contextmanager
def lines_kept(output: Any) -> Iterator[None]:  # noqa: ANN401 - the class `Output` of whatever SDK
    """Let an exception of a function that was given to `apply` keep the lines that it came from.

    A task hands out its exception with the traceback once; whoever awaits it again gets an exception from nowhere
    (Python 3.11, `Modules/_asynciomodule.c`: `future_get_result`), and the SDK awaits every output twice. The lines
    travel as a note.
    """
    original = output.apply

    def apply(self: Any, func: Function, *more: Any, **named: Any) -> Any:  # noqa: ANN401 - as above
        return original(self, _noting(func), *more, **named)

    output.apply = apply
    try:
        yield
    finally:
        output.apply = original


def _noting(func: Function) -> Function:
    def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the function takes
        try:
            given = func(*arguments, **named)
        except Exception as error:
            _note(error)
            raise
        return _awaited(given) if asyncio.iscoroutine(given) else given

    return call


async def _awaited(given: Any) -> Any:  # noqa: ANN401 - as above
    try:
        return await given
    except Exception as error:
        _note(error)
        raise


def _note(error: Exception) -> None:
    if hasattr(error, "add_note") and not any(BEGIN in note for note in getattr(error, "__notes__", ())):
        error.add_note(traceback.format_exc())


def folded(text: str, folder: Path, without: Path | None = None) -> str:
    """A text with a traceback in it, as one message.

    Args:
        text: what was said; without a traceback it stays as it is.
        folder: the program's own folder.
        without: a folder in it that is not the program's.
    """
    if BEGIN not in text:
        return text
    parts = text.split(BEGIN)[1:]
    said = _INVOKE.sub(r"\1: ", _message(parts[-1]))
    # The last exception is the one that ended the program; what led to it may alone have lines of the program.
    for part in reversed(parts):
        own = [frame for frame in _frames(part) if _is_own(frame, folder, without)]
        if own:
            return "\n".join((f"the program failed: {said}", *_lines(own)))
    return f"the program failed: {said}"


def _lines(own: list[_Frame]) -> list[str]:
    last = own[-1]
    within = f", in {last.function}" if last.function not in {"", "<module>"} else ""
    callers = [f"  called from {frame.file}, line {frame.line}" for frame in own[-2 : -2 - OUTER : -1]]
    source = [f"      {last.source}"] if last.source else []
    return [f"  in {last.file}, line {last.line}{within}", *source, *callers]


def _frames(part: str) -> list[_Frame]:
    found: list[_Frame] = []
    lines = part.splitlines()
    for number, line in enumerate(lines):
        match = _FRAME.match(line)
        if match is None:
            continue
        following = lines[number + 1] if number + 1 < len(lines) else ""
        is_source = following.startswith("    ") and _FRAME.match(following) is None and not _MARKS.match(following)
        source = following.strip() if is_source else ""
        found.append(_Frame(match["file"], int(match["line"]), match["function"] or "", source))
    return found


def _message(part: str) -> str:
    """The exception behind the last frame: its first line begins at the margin, further ones may be anything."""
    lines = part.rstrip().splitlines()
    begin = next((number for number, line in enumerate(lines) if line and not line[0].isspace()), None)
    if begin is None:
        return lines[-1].strip() if lines else "no reason was given"
    ends = (number for number, line in enumerate(lines) if number > begin and _leads_on(line))
    return "\n".join(lines[begin : next(ends, len(lines))]).strip()


def _leads_on(line: str) -> bool:
    """Whether a line is Python's own word between two exceptions."""
    return line.startswith(("During handling of the above", "The above exception was the direct cause"))


def _is_own(frame: _Frame, folder: Path, without: Path | None) -> bool:
    if frame.file.startswith("<"):  # a module that Python has within itself
        return False
    path = Path(frame.file)
    path = path if path.is_absolute() else folder / path
    own = folder in path.parents and not any(name in path.parts for name in _INSTALLED)
    return own and (without is None or without not in path.parents)
