"""Files of users: what is wrong with one is a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops.answers.hpa import replay
from ops.inputs.documents import MAX_BYTES, DocumentError, read_document
from plan import PlanError, load_plan
from planner.hpa.traces import TraceError

if TYPE_CHECKING:
    from pathlib import Path

DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (DEEP, "is nested too deeply"),
        ("a: [", "is neither YAML nor JSON"),
        ("b: 1\nat: 2026-13-45", r"(?s)is neither YAML nor JSON: 2026-13-45 is no day: .* line 2"),
        ("expires: 2026-02-30", "2026-02-30 is no day: day is out of range for month"),
        ("a: 1\nb: 2\na: 3\n", "the key 'a' stands there twice, in lines 1 and 3"),
        ('{"a": 1, "b": [{"c": 1, "c": 2}]}', "the key 'c' stands there twice"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused_with_the_reason(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(content)
    with pytest.raises(DocumentError, match=message):
        read_document(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(b"a: \xff\xfe")
    with pytest.raises(DocumentError, match="is neither YAML nor JSON"):
        read_document(path)


def test_a_file_that_would_fill_the_memory_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "metrics.yaml"
    path.write_text("app:\n  cpu_millicores:\n" + "  - 123.4\n" * 1_000_000)
    assert path.stat().st_size > MAX_BYTES
    with pytest.raises(DocumentError, match=r"has 9\.5 MiB, at most 4 MiB are read; give fewer samples"):
        read_document(path)


def test_deep_plans_and_traces_are_refused_with_their_file(tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    for content in (DEEP, '{"steps": ' + DEEP + "}"):
        path.write_text(content)
        with pytest.raises(PlanError, match=r"deep\.json is no engine preview: it is nested too deeply"):
            load_plan(path)
        with pytest.raises(TraceError, match=r"deep\.json holds no runs: it is nested too deeply"):
            replay(path)
