"""A folder that cannot be made is refused before minutes are spent on what would go into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import typer

from ops.options import a_folder_to_make

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("below", ["out", "out/more"])
def test_a_folder_below_a_file_is_refused(below: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", "utf-8")
    with pytest.raises(typer.BadParameter, match="is a file"):
        a_folder_to_make(file / below)


def test_a_folder_that_is_not_there_yet_may_be_made_and_is_not(tmp_path: Path) -> None:
    wanted = tmp_path / "review" / "of-prod"
    assert a_folder_to_make(wanted) == wanted
    assert not wanted.parent.exists()
