"""The two sides of a review in git: which they are, and that the checkout is only read."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from ops.answers.review.commits import Compared, Repository
from ops.answers.review.error import ReviewError
from tests.support.git import Git, repository

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"Pulumi.yaml": "name: x\n", "Pulumi.dev.yaml": "config: {}\n", "infra/__main__.py": "print(1)\n"}


@pytest.fixture
def git(tmp_path: Path) -> Git:
    return repository(tmp_path / "checkout", FILES)


def compared(git: Git, base: str = "main", head: str | None = None, folder: str = "") -> Compared:
    scratch = git.root.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    return Repository(git.root / folder, scratch).compared(base, head)


def everything(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


def test_head_is_the_working_tree_with_everything_that_is_not_ignored(git: Git) -> None:
    git.commit("ignore", **{".gitignore": "ignored\n"})
    git.write("Pulumi.dev.yaml", "config: {a: b}\n")
    git.write("Pulumi.new.yaml", "config: {}\n")
    git.write("ignored", "x")
    both = compared(git)
    assert both.head.working
    assert both.head.stacks == ("dev", "new")
    assert "ignored" not in both.head.files
    assert both.base.files["Pulumi.dev.yaml"] != both.head.files["Pulumi.dev.yaml"]
    assert "2 files differ" in both.head.name
    assert any("--head HEAD leaves out" in note for note in both.notes)


def test_a_clean_tree_is_its_commit(git: Git) -> None:
    both = compared(git)
    assert not both.head.working
    assert both.head.tree == both.base.tree
    assert both.head.name.startswith("HEAD (")


def test_what_is_not_committed_is_no_part_of_a_named_head_and_that_is_said(git: Git) -> None:
    git.write("Pulumi.dev.yaml", "config: {a: b}\n")
    both = compared(git, head="HEAD")
    assert both.head.files == both.base.files
    assert "1 files here are not committed, and no part of HEAD: Pulumi.dev.yaml" in both.notes[0]


def test_base_is_where_head_left_it(git: Git) -> None:
    git.run("checkout", "--quiet", "-b", "change")
    git.commit("change", **{"Pulumi.dev.yaml": "config: {a: b}\n"})
    git.run("checkout", "--quiet", "main")
    git.commit("main goes on", **{"infra/__main__.py": "print(2)\n"})
    both = compared(git, head="change")
    assert {path for path, found in both.head.files.items() if both.base.files.get(path) != found} == {
        "Pulumi.dev.yaml"
    }
    assert "where main and head parted" in both.base.name
    assert "main has 1 commits that head does not have" in both.notes[0]


def test_an_older_head_goes_back_and_is_compared_with_base_itself(git: Git) -> None:
    first = git.run("rev-parse", "HEAD")
    git.commit("later", **{"Pulumi.dev.yaml": "config: {a: b}\n"})
    both = compared(git, head=first)
    assert "is older than main" in both.way_back
    assert both.base.files["Pulumi.dev.yaml"] != both.head.files["Pulumi.dev.yaml"]


def test_a_commit_that_reverts_another_one_is_a_way_back(git: Git) -> None:
    git.commit("later", **{"Pulumi.dev.yaml": "config: {a: b}\n"})
    git.run("checkout", "--quiet", "-b", "back")
    git.run("revert", "--no-edit", "HEAD")
    assert compared(git, head="back").way_back.startswith("it reverts ")


def test_a_detached_head_is_compared_like_any_other(git: Git) -> None:
    git.run("checkout", "--quiet", "--detach")
    git.commit("away", **{"Pulumi.dev.yaml": "config: {a: b}\n"})
    assert compared(git).head.name.startswith("HEAD (")


def test_an_unknown_name_is_refused_with_those_that_are_known(git: Git) -> None:
    with pytest.raises(ReviewError, match=r"--base mian: git knows no such commit.*\n  known: main\n  fix: `git fetch"):
        compared(git, base="mian")


def test_a_name_that_looks_like_an_option_is_a_name(git: Git) -> None:
    with pytest.raises(ReviewError, match="--base --upload-pack=x: git knows no such") as refused:
        compared(git, base="--upload-pack=x")
    assert "git fetch" not in str(refused.value)


def test_a_fix_to_copy_runs_nothing_that_a_name_holds(git: Git) -> None:
    with pytest.raises(ReviewError, match=r"`git fetch origin 'x;reboot'` and then"):
        compared(git, base="x;reboot")


@pytest.mark.parametrize(("base", "head", "option"), [("", None, "--base"), ("main", " ", "--head")])
def test_an_empty_name_is_refused_and_is_not_the_commit_one_stands_on(
    base: str, head: str | None, option: str, git: Git
) -> None:
    with pytest.raises(ReviewError, match=f"{option} is empty"):
        compared(git, base=base, head=head)


def test_a_folder_without_git_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(ReviewError, match="is in no git repository"):
        Repository(tmp_path, tmp_path / "scratch").compared("main", None)


def test_a_repository_without_a_commit_is_refused(tmp_path: Path) -> None:
    Git(tmp_path).run("init", "--quiet", "--initial-branch=main")
    with pytest.raises(ReviewError, match="git knows no such commit"):
        compared(Git(tmp_path))


def test_a_shallow_clone_without_the_common_commit_is_refused_with_the_fix(git: Git, tmp_path: Path) -> None:
    git.run("checkout", "--quiet", "-b", "change")
    git.commit("one", **{"Pulumi.dev.yaml": "config: {a: b}\n"})
    git.run("checkout", "--quiet", "main")
    git.commit("two", **{"infra/__main__.py": "print(2)\n"})
    git.run("clone", "--quiet", "--depth", "1", "--no-single-branch", f"file://{git.root}", str(tmp_path / "shallow"))
    with pytest.raises(ReviewError, match=r"this clone is shallow.*\n  fix: `git fetch --unshallow`"):
        compared(Git(tmp_path / "shallow"), base="origin/main", head="origin/change")


def test_branches_without_a_common_commit_are_refused(git: Git) -> None:
    git.run("checkout", "--quiet", "--orphan", "other")
    git.commit("alone")
    with pytest.raises(ReviewError, match="no commit in common"):
        compared(git, head="other")


def test_a_project_below_the_repositorys_folder_is_read_alone(tmp_path: Path) -> None:
    files = {f"platform/{path}": text for path, text in FILES.items()} | {"other/big": "x"}
    git = repository(tmp_path / "checkout", files)
    git.write("platform/Pulumi.dev.yaml", "config: {a: b}\n")
    both = compared(git, folder="platform")
    assert set(both.base.files) == set(FILES)
    target = tmp_path / "made"
    Repository(git.root / "platform", tmp_path / "scratch").folder(both.head, target)
    assert (target / "Pulumi.dev.yaml").read_text() == "config: {a: b}\n"
    assert not (target / "other").exists()


def test_nothing_in_the_checkout_or_its_repository_is_written(git: Git, tmp_path: Path) -> None:
    git.run("checkout", "--quiet", "-b", "change")
    git.commit("change", **{"Pulumi.dev.yaml": "config: {a: b}\n"})
    git.write("Pulumi.dev.yaml", "config: {c: d}\n")
    git.write("untracked", "x")
    before = everything(git.root)
    both = compared(git)
    made = Repository(git.root, tmp_path / "scratch")
    made.folder(both.base, tmp_path / "base")
    made.folder(both.head, tmp_path / "head")
    assert everything(git.root) == before
    assert (tmp_path / "base" / "Pulumi.dev.yaml").read_text() == FILES["Pulumi.dev.yaml"]
    assert (tmp_path / "head" / "Pulumi.dev.yaml").read_text() == "config: {c: d}\n"
    assert (tmp_path / "head" / "untracked").read_text() == "x"


def test_a_repository_of_another_user_is_refused_with_the_fix(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(git.root.parent), prepend=":")
    fake = git.root.parent / "git"
    fake.write_text("#!/bin/sh\necho 'fatal: detected dubious ownership in repository' >&2\nexit 128\n")
    fake.chmod(0o755)
    with pytest.raises(ReviewError, match=r"another user.*\n  fix: git config --global --add safe.directory"):
        compared(git)


def test_a_submodule_is_said_to_be_empty(git: Git, tmp_path: Path) -> None:
    other = repository(tmp_path / "other", {"x": "y"})
    git.run("submodule", "--quiet", "add", str(other.root), "modules/other")
    git.commit("a submodule")
    both = compared(git, base="HEAD~1", head="HEAD")
    assert both.notes == ("submodules are not fetched, and empty in this review: modules/other",)
    Repository(git.root, tmp_path / "scratch").folder(both.head, tmp_path / "made")
    assert not (tmp_path / "made" / "modules" / "other" / "x").exists()


def test_a_hooks_variables_do_not_lead_to_another_repository(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    assert compared(git).base.stacks == ("dev",)
