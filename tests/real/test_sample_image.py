"""The Dockerfile of the sample application under hadolint, and what hadolint does not ask."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from components.kubernetes.pods import RUN_AS_ID
from tests.support import programs
from tests.support.sample import APPLICATION

if TYPE_CHECKING:
    from pathlib import Path

TEXT = (APPLICATION / "Dockerfile").read_text()
STRICT = ("--no-color", "--failure-threshold", "style", "--strict-labels", "--disable-ignore-pragma")


def lint(file: Path) -> subprocess.CompletedProcess[str]:
    command = [str(programs.hadolint()), "--config", "/dev/null", *STRICT, str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def instructions(name: str, text: str = TEXT) -> list[str]:
    """The arguments of each instruction of a name, continued lines joined."""
    return re.findall(rf"^{name} (.+)$", text.replace("\\\n", " "), re.MULTILINE)


def test_hadolint_has_nothing_to_say() -> None:
    done = lint(APPLICATION / "Dockerfile")
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ("USER 10001:10001", "USER root", "DL3002"),
        ("node:24.19.0-trixie-slim@${NODE_DIGEST}\n", "node\n", "DL3006"),
        ("COPY *.js ./", "ADD *.js ./", "DL3020"),
        ('CMD ["node", "server.js"]', "CMD node server.js", "DL3025"),
        ("WORKDIR /application", "WORKDIR application", "DL3000"),
    ],
)
def test_hadolint_finds_what_is_broken_on_purpose(right: str, wrong: str, rule: str, tmp_path: Path) -> None:
    broken = tmp_path / "Dockerfile"
    assert right in TEXT
    broken.write_text(TEXT.replace(right, wrong))
    done = lint(broken)
    assert done.returncode == 1
    assert rule in done.stdout


def test_the_image_runs_as_the_user_of_the_pods_and_starts_the_process_itself() -> None:
    assert instructions("USER") == [f"{RUN_AS_ID}:{RUN_AS_ID}"]
    assert instructions("CMD") == ['["node", "server.js"]']
    assert instructions("ENTRYPOINT") == []
    assert instructions("STOPSIGNAL") == ["SIGTERM"]


def test_every_base_image_is_pinned_to_one_digest_that_has_no_default() -> None:
    bases = [base.split(" AS ")[0] for base in instructions("FROM")]
    assert len(bases) == 2
    assert {re.sub(r".*@", "", base) for base in bases} == {"${NODE_DIGEST}"}
    assert instructions("ARG") == ["NODE_DIGEST"]


def test_the_images_node_is_the_one_that_the_tests_run() -> None:
    (version,) = {re.search(r"node:([\d.]+)-", base)[1] for base in instructions("FROM")}  # type: ignore[index]  # a match
    done = subprocess.run([programs.node(), "--version"], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == f"v{version}"


def test_the_health_check_runs_and_tells_a_process_that_answers_from_one_that_does_not() -> None:
    (check,) = re.findall(r"CMD (\[.+\])$", instructions("HEALTHCHECK")[0])
    words = [programs.node(), *json.loads(check)[1:]]
    nobody = subprocess.run(words, env={"PORT": "1"}, capture_output=True, check=False, timeout=60)
    assert nobody.returncode == 1
    serving = (
        "const server = require('http').createServer((_, answer) => answer.end('ok')).listen(0, '127.0.0.1', () => {"
        "const env = {PORT: String(server.address().port)};"
        "require('child_process').execFile(process.argv[1], process.argv.slice(2), {env},"
        "(error) => process.exit(error ? 1 : 0))})"
    )
    done = subprocess.run([programs.node(), "-e", serving, *words], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_image_holds_the_application_and_no_secret() -> None:
    kept = [line[1:] for line in (APPLICATION / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert kept == ["package.json", "package-lock.json", "schema.sql", "*.js"]
    assert not re.search(r"(?i)(password|secret|token|://)", "\n".join(instructions("(?:ENV|ARG|RUN|COPY)")))


def test_every_package_is_pinned_with_its_hash_and_brings_no_script() -> None:
    lock = json.loads((APPLICATION / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    wanted = json.loads((APPLICATION / "package.json").read_text())["dependencies"]
    assert wanted == lock["packages"][""]["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert all(packages[f"node_modules/{name}"]["version"] == version for name, version in wanted.items())
    assert [name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, entry in packages.items() if entry.get("hasInstallScript") or "resolved" in entry] == []
