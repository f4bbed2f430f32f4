"""`./bbp report` and `./bbp diagram` as people run them: on the real engine, from the configuration to the files."""

from __future__ import annotations

import pytest

from tests.support.cli import Cli, Ran
from tests.support.picture import boxes_of, parsed


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cli, Ran]:
    cli = Cli(tmp_path_factory.mktemp("report"))
    return cli, cli.run("report", "dev", "--out", str(cli.sandbox / "out"), "--json")


def test_the_report_of_dev_is_written_with_its_journey(made: tuple[Cli, Ran]) -> None:
    cli, ran = made
    assert ran.code == 0, ran.err
    assert ran.document["ok"] is True
    assert [step["to"] for step in ran.document["journey"]["steps"]] == ["optimization"]
    assert ran.document["files"] == [str(cli.sandbox / "out" / name) for name in ("index.html", "report.md")]
    assert "rehearsing the journey optimization" in ran.err


def test_the_page_says_what_the_json_says(made: tuple[Cli, Ran]) -> None:
    cli, ran = made
    text = (cli.sandbox / "out" / "index.html").read_text()
    for verdict in ran.document["verdicts"]:
        assert verdict["question"] in text
    assert f"{ran.document['total_usd']:,.2f}" in text
    assert (cli.sandbox / "out" / "report.md").read_text().startswith("## BailBondPro platform: dev")


def test_a_wrong_configuration_is_reported_and_nothing_is_written(made: tuple[Cli, Ran]) -> None:
    cli, _ = made
    wrong = cli.sandbox / "wrong.yaml"
    wrong.write_text("config:\n  bailbondpro:environment: dev\n  bailbondpro:phase: nowhere\n")
    ran = cli.run("report", "dev", "--config", str(wrong), "--out", str(cli.sandbox / "none"))
    assert ran.code == 1
    assert "Traceback" not in ran.err
    assert not (cli.sandbox / "none").exists()


def test_the_picture_of_an_engines_preview_is_the_same_each_time(made: tuple[Cli, Ran]) -> None:
    cli, _ = made
    files = [cli.sandbox / name for name in ("one.svg", "two.svg")]
    for path in files:
        ran = cli.run_anew("diagram", "dev", "--out", str(path))
        assert ran.code == 0, ran.err
    first, second = (path.read_bytes() for path in files)
    assert first == second
    parsed(first.decode())
    assert {"Load balancer (NLB)", "Gateway (nginx)", "Application"} <= set(boxes_of(first.decode()))
