"""Rehearsing sides: each with its own tools, head on the state of base, and nothing twice. The tools here are fakes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import yaml

from ops.answers.gate import GateError, gate
from ops.answers.review.before import objections
from ops.answers.review.commits import Commit, Repository
from ops.answers.review.error import ReviewError
from ops.answers.review.kept import kept_directory
from ops.answers.review.removed import urn_of_stack
from ops.answers.review.review import ReviewOptions, review
from ops.answers.review.runs import Ran, Runner
from ops.answers.review.step import Step
from ops.views.review import commented, document
from ops.views.review.verdicts import verdicts_of
from plan.preview import read_preview
from tests.support.git import Git, repository

if TYPE_CHECKING:
    from pathlib import Path

TOOL = """
import json, os, pathlib, sys
words = sys.argv[1:]
if words[0] == "gate":
    print((pathlib.Path(__file__).parents[1] / "policies" / "answer.json").read_text())
    raise SystemExit(2)
stack = words[1]
home = pathlib.Path(os.environ["BBP_SANDBOX_DIR"]) / stack
home.mkdir(parents=True, exist_ok=True)
state = home / "cloud.jsonl"
there = state.read_text() if state.exists() else ""
root = pathlib.Path(__file__).parents[1]
here = (root / f"Pulumi.{stack}.yaml").read_text().strip()
sys.stderr.write(f"preview of {here} on {there or 'nothing'}\\n")
if words[0] == "check":
    print(f"Pulumi.{stack}.yaml: wrong" if "wrong" in here else "fine")
    raise SystemExit(int("wrong" in here))
if "broken" in here:
    sys.stderr.write(f"error: {root}/Pulumi.dev.yaml: broken\\n  fix: mend it\\n")
    raise SystemExit(1)
state.write_text(there + here + ";")
pathlib.Path(words[words.index("--plan-out") + 1]).write_text(json.dumps({"steps": []}))
print(json.dumps({"saw": there, "fresh": "--fresh" in words, "long": "x" * 1_000_000}))
"""
FILES = {
    "Pulumi.yaml": "name: x\n",
    "Pulumi.dev.yaml": "base\n",
    "infra/__main__.py": "",
    "ops/__main__.py": TOOL,
    "ops/__init__.py": "",
    "ops/commands/rehearse.py": "",
    "requirements.lock": "same\n",
}


@dataclass
class Bench:
    """A repository with a change, and the runner of one review."""

    git: Git
    scratch: Path
    engine: str = "3.259.0"

    def side(self, ref: str) -> Commit:
        return Repository(self.git.root, self.scratch).compared(ref, ref).head

    def rehearsed(self, ref: str, on: Ran | None = None) -> Ran:
        runner = Runner(Repository(self.git.root, self.scratch), self.engine)
        return runner.rehearsed(self.side(ref), "dev", on.kept if on is not None else None)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("BBP_CACHE_DIR", str(tmp_path / "cache"))
    git = repository(tmp_path / "checkout", FILES)
    git.run("checkout", "--quiet", "-b", "change")
    git.commit("change", **{"Pulumi.dev.yaml": "head\n"})
    (tmp_path / "scratch").mkdir()
    return Bench(git, tmp_path / "scratch")


def said(ran: Ran) -> dict[str, object]:
    assert ran.refused is None, ran.refused
    assert ran.kept is not None
    found = ran.kept.said()
    assert len(found.pop("long")) == 1_000_000, "longer than a pipe holds"
    return found


def test_head_is_rehearsed_on_what_base_left(bench: Bench) -> None:
    base = bench.rehearsed("main")
    assert said(base) == {"saw": "", "fresh": True}
    assert said(bench.rehearsed("change", base)) == {"saw": "base;", "fresh": False}


def test_the_state_of_base_is_copied_and_never_changed(bench: Bench) -> None:
    base = bench.rehearsed("main")
    bench.rehearsed("change", base)
    assert base.kept is not None
    assert (base.kept.sandbox / "dev" / "cloud.jsonl").read_text() == "base;"


def test_the_same_content_is_rehearsed_once(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    first = bench.rehearsed("main")
    bench.git.commit("documents", **{"README.md": "x"})
    capsys.readouterr()
    again = bench.rehearsed("main")
    assert again.kept is not None
    assert first.kept is not None
    assert (again.kept.key, again.kept.again) == (first.kept.key, True)
    assert "preview of" not in capsys.readouterr().err


def test_another_engine_another_lock_and_a_damaged_state_are_rehearsed_again(bench: Bench) -> None:
    first = bench.rehearsed("main")
    bench.engine = "3.260.0"
    second = bench.rehearsed("main")
    assert first.kept is not None
    assert second.kept is not None
    assert first.kept.key != second.kept.key
    (second.kept.sandbox / "dev" / "cloud.jsonl").write_text("ba")
    third = bench.rehearsed("main")
    assert third.kept is not None
    assert not third.kept.again
    assert (third.kept.sandbox / "dev" / "cloud.jsonl").read_text() == "base;"


def test_a_side_that_fails_is_refused_in_its_own_words_and_not_kept(bench: Bench) -> None:
    bench.git.commit("broken", **{"Pulumi.dev.yaml": "broken\n"})
    ran = bench.rehearsed("change")
    assert ran.refused is not None
    assert ran.refused.why == "Pulumi.dev.yaml: broken\n  fix: mend it"
    assert list(kept_directory().iterdir()) == []


def test_a_commit_from_before_this_layout_is_named_with_what_it_lacks(bench: Bench) -> None:
    bench.git.commit("no tools", **{"ops/__main__.py": None, "ops/commands/rehearse.py": None})
    ran = bench.rehearsed("change")
    assert ran.refused is not None
    assert "has no ops/__main__.py, no ops/commands/rehearse.py: it is from before this layout" in ran.refused.why
    assert "fix: a later commit" in ran.refused.why


def test_a_base_that_cannot_be_rehearsed_leaves_nothing_to_compare_with(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.answers.review.review.find_or_build", lambda _: type("Engine", (), {"version": "3.259.0"}))
    bench.git.run("checkout", "--quiet", "main")
    bench.git.commit("broken", **{"Pulumi.dev.yaml": "broken\n"})
    bench.git.run("checkout", "--quiet", "-b", "mended")
    bench.git.commit("mended", **{"Pulumi.dev.yaml": "head\n"})
    found = review(ReviewOptions("main", "mended", root=bench.git.root))
    assert [(step.state, step.refused.splitlines()[0]) for step in found.steps] == [
        ("unknown", "Pulumi.dev.yaml: broken")
    ]
    assert found.code == 1


def test_a_head_whose_stack_file_is_wrong_is_refused_before_anything_is_rehearsed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.answers.review.review.find_or_build", lambda _: type("Engine", (), {"version": "3.259.0"}))
    bench.git.commit("wrong", **{"Pulumi.dev.yaml": "wrong\n"})
    found = review(ReviewOptions("main", "change", root=bench.git.root))
    assert [(step.state, step.refused) for step in found.steps] == [("refused", "Pulumi.dev.yaml: wrong")]
    assert found.code == 1
    assert not kept_directory().exists()


ENGINE = type("Engine", (), {"version": "3.259.0"})
UNREADABLE = {
    "does not parse": (
        {"infra/phases.py": "A = 1\ndef x(:\n", "ops/__main__.py": "import infra.phases\n"},
        "the program failed: SyntaxError: invalid syntax (in infra/phases.py, line 2)",
    ),
    "imports what is not there": (
        {"infra/phases.py": "import nothing_of_this_name\n", "ops/__main__.py": "import infra.phases\n"},
        "the program failed: ModuleNotFoundError: No module named 'nothing_of_this_name' (in infra/phases.py, line 1)",
    ),
    "raises while it is checked": (
        {
            "infra/phases.py": "def f():\n    raise KeyError('b')\n",
            "ops/__main__.py": "import infra.phases as p\np.f()\n",
        },
        "the program failed: KeyError: 'b' (in infra/phases.py, line 2, in f)",
    ),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_head_that_cannot_run_is_named_by_its_mistake_with_file_and_line(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("ops.answers.review.review.find_or_build", lambda _: ENGINE)
    files, said = UNREADABLE[kind]
    bench.git.commit("broken", **{"infra/__init__.py": "", **files})
    found = review(ReviewOptions("main", "change", root=bench.git.root))
    (verdict,) = document(found).verdicts
    assert (verdict.answer, verdict.detail) == ("refused", said)
    assert not kept_directory().exists(), "nothing was rehearsed"
    assert "Traceback" not in commented(document(found))
    assert str(bench.git.root.parent) not in commented(document(found))


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        (
            "preview failed:\n  the program failed: KeyError: 'b'\n    in infra/stack.py, line 7, in make\n",
            "preview failed: the program failed: KeyError: 'b' (in infra/stack.py, line 7, in make)",
        ),
        ("Pulumi.dev.yaml: 1 problem\n\n  1. Pulumi.dev.yaml\n", "Pulumi.dev.yaml: 1 problem"),
        ("\n", "no reason was given"),
    ],
)
def test_what_is_refused_is_said_in_one_line_with_the_line_of_the_program(refused: str, said: str) -> None:
    step = Step("dev", "refused", refused=refused)
    assert next(iter(verdicts_of(step, named=False))).detail == said


def test_a_stack_file_that_is_wrong_is_named_without_the_folder_of_the_review(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.answers.review.review.find_or_build", lambda _: ENGINE)
    printed = 'import os\nprint(os.getcwd() + "/Pulumi.dev.yaml: no YAML, line 2")\nraise SystemExit(1)\n'
    bench.git.commit("broken", **{"ops/__main__.py": printed, "Pulumi.dev.yaml": "a: [b\n"})
    found = review(ReviewOptions("main", "change", root=bench.git.root))
    assert [step.refused for step in found.steps] == ["Pulumi.dev.yaml: no YAML, line 2"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("waivers: [", "neither YAML nor JSON"),
        ("waivers:\n- {rule: nothing}\n", r"entry 1: needs a text for urn, owner, reason, expires"),
        ("waivers: 7\n", "the file must hold `waivers:` with a list"),
    ],
)
def test_waivers_that_are_wrong_are_refused_before_anything_is_compared_or_rehearsed(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("nothing may be compared yet")

    monkeypatch.setattr("ops.answers.review.review.compared", refuse)
    waivers = tmp_path / "waivers.yaml"
    waivers.write_text(text, "utf-8")
    with pytest.raises(GateError, match=said):
        review(ReviewOptions("main", "change", root=bench.git.root, waivers=waivers))


def test_documents_alone_reach_no_stack_and_need_no_engine(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise AssertionError("no engine is needed")

    monkeypatch.setattr("ops.answers.review.review.find_or_build", refuse)
    bench.git.run("checkout", "--quiet", "main")
    bench.git.run("checkout", "--quiet", "-b", "words")
    bench.git.commit("words", **{"docs/x.md": "x", "tests/test_x.py": "x"})
    found = review(ReviewOptions("main", "words", root=bench.git.root))
    assert [step.state for step in found.steps] == ["untouched"]
    assert found.code == 0


def test_a_stack_file_that_is_deleted_is_said_and_nothing_is_rehearsed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.answers.review.review.find_or_build", lambda _: type("Engine", (), {"version": "3.259.0"}))
    bench.git.commit("gone", **{"Pulumi.dev.yaml": None})
    found = review(ReviewOptions("main", "change", root=bench.git.root))
    assert [step.state for step in found.steps] == ["removed"]


def test_a_stack_without_a_file_stops_until_somebody_answers_for_it(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.answers.review.review.find_or_build", lambda _: type("Engine", (), {"version": "3.259.0"}))
    bench.git.commit("renamed", **{"Pulumi.dev.yaml": None, "Pulumi.other.yaml": "base\n"})
    found = review(ReviewOptions("main", "change", "dev", bench.git.root))
    assert found.code == 2
    [(says, fix)] = found.steps[0].gate.stops
    assert says.startswith("stack-removed, dev: Pulumi.dev.yaml goes: no update is made of it any more")
    assert "Pulumi.other.yaml has its text, and is another stack, which is made from nothing" in says
    assert urn_of_stack("dev") in fix
    assert "The gate stops this" in commented(document(found))
    waivers = tmp_path / "waivers.yaml"
    expires = (datetime.now(UTC) + timedelta(days=30)).date()
    entry = {"rule": "stack-removed", "urn": urn_of_stack("dev"), "owner": "ada", "reason": "it was destroyed before"}
    waivers.write_text(yaml.safe_dump({"waivers": [{**entry, "expires": expires}]}), "utf-8")
    assert review(ReviewOptions("main", "change", "dev", bench.git.root, waivers)).code == 0


STOPPED = {
    "rule": "stateful-delete",
    "urn": "urn:pulumi:dev::x::aws:rds/instance:Instance::main",
    "says": "it would go",
}
UNJUDGED = {
    "rule": "unknown-type",
    "urn": "urn:pulumi:dev::x::a:b/c:D::new",
    "says": "nobody knows it",
    "judged": False,
}


def objected(bench: Bench, **files: str | None) -> tuple[tuple[str, str], ...]:
    """What base's gate, which stops a deletion and a type that it does not know, says of a change of these files."""
    answer = json.dumps({"findings": [{**one, "stops": True} for one in (STOPPED, UNJUDGED)]})
    bench.git.run("checkout", "--quiet", "main")
    bench.git.commit("the gate of base", **{"policies/answer.json": answer, "policies/rule.py": "strict"})
    bench.git.run("checkout", "--quiet", "-b", "loosened")
    bench.git.commit("loosened", **files)
    repository = Repository(bench.git.root, bench.scratch)
    plan = bench.scratch / "plan.json"
    plan.write_text("{}")
    both, options = repository.compared("main", "loosened"), ReviewOptions("main", "loosened", root=bench.git.root)
    return objections(Runner(repository, bench.engine), both, plan, gate(read_preview({"steps": []})), options)


def test_a_change_that_loosens_the_gate_is_judged_by_the_gate_of_base_as_well(bench: Bench) -> None:
    [(says, fix)] = objected(bench, **{"policies/rule.py": "loose"})
    assert says.endswith("and head's does not: stateful-delete, main: it would go")
    assert "in a change of its own" in fix


def test_a_change_that_leaves_the_gate_alone_is_judged_once(bench: Bench) -> None:
    assert objected(bench, **{"Pulumi.dev.yaml": "head\n"}) == ()


def test_a_base_whose_gate_cannot_be_asked_does_not_let_its_loosening_pass(bench: Bench) -> None:
    bench.git.run("checkout", "--quiet", "main")
    bench.git.commit("no tools", **{"ops/commands/rehearse.py": None})
    [(says, _)] = objected(bench, **{"policies/rule.py": "loose"})
    assert "base's own could not be asked" in says


def test_a_stack_that_nobody_has_is_refused_with_those_that_are_there(bench: Bench) -> None:
    with pytest.raises(ReviewError, match=r"--stack staging: neither base nor head has .*\n  known: dev, all"):
        review(ReviewOptions("main", "change", "staging", bench.git.root))
