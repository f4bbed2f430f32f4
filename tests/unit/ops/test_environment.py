"""An environment that was damaged after it was made."""

from __future__ import annotations

import sys
import types

import pytest

from ops import bootstrap
from ops.__main__ import main


def _raises(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    module = types.ModuleType("ops.cli")

    def run() -> None:
        raise error

    module.main = run  # type: ignore[attr-defined]  # a module of one function
    monkeypatch.setitem(sys.modules, "ops.cli", module)


@pytest.mark.parametrize(
    "error",
    [
        SyntaxError("'(' was never closed", (f"{sys.prefix}/lib/rich/console.py", 7, 1, "print(")),
        ImportError("file too short", path=f"{sys.prefix}/lib/grpc/cygrpc.so"),
    ],
)
def test_a_damaged_environment_is_named_with_the_way_to_make_it_anew(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    _raises(monkeypatch, error)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith(f"error: the environment {sys.prefix} is damaged")
    assert f"rm -r {sys.prefix}" in said


def test_a_defect_of_ours_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    _raises(monkeypatch, ImportError("cannot import name 'x' from 'ops.cli'", path="/checkout/ops/cli.py"))
    with pytest.raises(ImportError):
        main()


def test_a_place_that_cannot_be_written_is_named_without_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(["/proc/checkout", "requirements.lock"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("bbp: /proc/checkout/.venv.lock: ")
    assert "Errno" not in said
    assert "run it where it may write" in said
