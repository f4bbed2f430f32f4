"""`./bbp render nginx` and `./bbp render pgbouncer`: what is shipped, with reasons and without secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from components.gateway.guide import guide_config
from components.gateway.render import render
from infra.wiring.gateway import guide_gateway
from ops.answers.render.annotate import Note, annotated
from ops.answers.render.configs import HIDDEN, nginx_conf, pooler_config, pooler_files, with_passwords
from ops.cli import app
from tests.support.stack import COMBINATIONS, FILLED, recorded, settings

if TYPE_CHECKING:
    from pathlib import Path

WITH_POOLER = [
    (environment, phase)
    for environment, phase in COMBINATIONS
    if settings(environment, phase).postgres.pooler.enabled  # the first phase has none
]


def bbp(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["render", *arguments])


def without_comments(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.lstrip().startswith("#"))


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_nginx_is_rendered_as_the_stack_ships_it_plus_reasons(environment: str, phase: str) -> None:
    wanted = settings(environment, phase)
    text = nginx_conf(wanted)
    assert without_comments(text) == render(guide_config(guide_gateway(wanted)))
    assert text.count("# ") > 30


@pytest.mark.parametrize(("environment", "phase"), WITH_POOLER)
def test_pgbouncer_is_rendered_as_the_stack_ships_it_but_for_hosts_and_passwords(environment: str, phase: str) -> None:
    secret = recorded(environment, phase).one("kubernetes:core/v1:Secret", "pooler-config")
    shipped = secret.inputs["stringData"]
    files = pooler_files(pooler_config(settings(environment, phase)))
    assert masked(without_comments(files.ini)) == masked(shipped["pgbouncer.ini"])
    hidden = [re.sub('(?m)"[^"]*"$', "", text.strip()) for text in (files.users, shipped["userlist.txt"])]
    assert hidden[0] == hidden[1]


def masked(ini: str) -> str:
    return re.sub(r"host=([\w-]+)\.\S+", r"host=\1", re.sub(r"password='[^']*'", "password=...", ini))


def test_printed_configurations_hold_no_password() -> None:
    text = bbp("pgbouncer", "prod").stdout
    assert set(re.findall(r"password='([^']*)'", text)) == {HIDDEN}
    assert f'"bailbondpro" "{HIDDEN}"' in text


def test_passwords_are_written_to_files_that_only_their_owner_reads(tmp_path: Path) -> None:
    file = tmp_path / "pgbouncer.ini"
    file.write_text("an older file that everybody may read")
    file.chmod(0o644)
    ran = bbp("pgbouncer", "prod", "--with-secrets", str(file))
    assert ran.exit_code == 0
    assert ran.stdout == ""
    for written in (file, tmp_path / "userlist.txt"):
        assert written.stat().st_mode & 0o777 == 0o600
        assert HIDDEN not in written.read_text()


def test_replicas_share_the_readers_login_and_every_other_server_has_one_of_its_own() -> None:
    endpoints = with_passwords(pooler_config(settings("prod", "microservices", postgres=FILLED))).endpoints
    passwords = {endpoint.name: endpoint.password for endpoint in endpoints}
    assert passwords["replica_1"] == passwords["replica_3"]
    assert len(set(passwords.values())) == 6
    users = {endpoint.name.partition("_")[0]: endpoint.username for endpoint in endpoints}
    assert users == {
        "primary": "bailbondpro_application_a",
        "replica": "bailbondpro_reader_a",
        "shard": "bailbondpro_application_a",
    }
    assert min(map(len, passwords.values())) >= 40


def test_a_stack_without_a_pooler_says_so() -> None:
    ran = bbp("pgbouncer", "prod", "--phase", "optimization")
    assert ran.exit_code == 1
    assert "no pooler" in ran.stderr


def test_the_list_of_users_never_overwrites_the_configuration(tmp_path: Path) -> None:
    ran = bbp("pgbouncer", "prod", "--with-secrets", str(tmp_path / "userlist.txt"))
    assert ran.exit_code == 1
    assert not (tmp_path / "userlist.txt").exists()


def test_a_reason_is_given_once_unless_every_line_needs_it() -> None:
    notes = (Note("a ", "once"), Note("b;", "always", every=True))
    assert annotated("a 1;\n  a 2;\n  b;\nb;\n", notes) == "# once\na 1;\n  a 2;\n  # always\n  b;\n# always\nb;\n"
