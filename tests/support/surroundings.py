"""What tests take from the machine, cut down to what finds programs and packages: all else is theirs alone.

A time zone, a locale, a proxy, a password file or a certificate in the home of whoever runs the tests would decide how
they end. What remains says where programs, caches and package registries are.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.cache import cache_directory

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT = frozenset(
    (
        *("CI", "PATH", "SHELL", "TERM", "TMPDIR", "USER", "LOGNAME", "PYENV_ROOT"),
        # Which certificates package registries are checked with, and the way to them.
        *(
            "SSL_CERT_DIR",
            "SSL_CERT_FILE",
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "NODE_EXTRA_CA_CERTS",
            "GIT_SSL_CAINFO",
        ),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"),
        # Where Go finds modules and keeps what it built; nothing that changes what it builds.
        *("GOPROXY", "GOSUMDB", "GONOSUMDB", "GONOPROXY", "GOPRIVATE", "GOINSECURE", "GOAUTH", "GOROOT"),
        *("GOPATH", "GOMODCACHE", "GOCACHE", "GOENV", "GOTMPDIR", "NETRC"),
    )
)
"""Variables that stay as the machine has them."""

KEPT_PREFIXES = ("BBP_", "PIP_", "PYTEST_", "npm_config_", "NPM_CONFIG_")
"""Families of such variables: the project's own, and where packages come from."""

LOCAL = "localhost,127.0.0.1,::1"
"""Never asked through a proxy: the servers of the tests."""


def pinned(home: Path, cache: Path) -> dict[str, str]:
    """Caches and configurations that stand in the home directory by default: they are shared, the home is not.

    Args:
        home: the home directory of whoever runs the tests.
        cache: the project's own cache.
    """
    files = {
        "GOPATH": home / "go",
        "GOCACHE": home / ".cache" / "go-build",
        "PIP_CACHE_DIR": home / ".cache" / "pip",
        "npm_config_cache": home / ".npm",
    }
    existing = {
        "GOENV": home / ".config" / "go" / "env",
        "NETRC": home / ".netrc",
        "PIP_CONFIG_FILE": home / ".config" / "pip" / "pip.conf",
        "NPM_CONFIG_USERCONFIG": home / ".npmrc",
        "GIT_CONFIG_GLOBAL": home / ".gitconfig",
        "PYENV_ROOT": home / ".pyenv",
    }
    files |= {name: path for name, path in existing.items() if path.exists()}
    return {"BBP_CACHE_DIR": str(cache), **{name: str(path) for name, path in files.items()}}


def isolated(machine: Mapping[str, str], home: Path, cache: Path, own_home: Path) -> dict[str, str]:
    """The environment of the tests, made from the machine's."""
    kept = {name: value for name, value in machine.items() if name in KEPT or name.startswith(KEPT_PREFIXES)}
    fixed = {
        "HOME": str(own_home),
        "BBP_DRILLS_DIR": str(own_home / "drills"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "NO_PROXY": LOCAL,
        "no_proxy": LOCAL,
    }
    return {**pinned(home, cache), **kept, **fixed}


def isolate() -> None:
    """Gives this process, and all that it starts, the environment of the tests; its home goes when it ends."""
    own_home = Path(tempfile.mkdtemp(prefix="bbp-home-"))
    atexit.register(shutil.rmtree, own_home, ignore_errors=True)
    wanted = isolated(os.environ, Path.home(), cache_directory(), own_home)
    os.environ.clear()
    os.environ.update(wanted)
    time.tzset()
    os.umask(0o022)
