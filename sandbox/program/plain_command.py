"""The command `pulumi` of a sandbox's shell: the engine itself, kept in the rehearsal's own project."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from sandbox.cache import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.engine import Engine
    from sandbox.workspace import SandboxWorkspace

NAME = "pulumi"

# In the program's folder the CLI would write into the stack's file, for example its encryption salt: it is kept in the
# rehearsal's copy. Files that its user names stand where the user is.
_SCRIPT = """\
#!/bin/sh
# `pulumi` in a simulated cloud.
engine={engine}
project={project}
settings={settings}
source={source}
say() {{ printf 'sandbox: %s\\n' "$*" >&2; }}

command=
for word in "$@"; do
    case $word in -*) ;; *) command=$word; break ;; esac
done
case $command in
    new) say {no_new}; exit 1 ;;
    install) say {no_install}; exit 1 ;;
    login | logout) say {no_login}; exit 1 ;;
esac

# Relative names of files are the user's, who is elsewhere.
here=$PWD
count=$#
path=
while [ "$count" -gt 0 ]; do
    word=$1
    shift
    count=$((count - 1))
    case $word in
        --file=* | --plan=* | --save-plan=* | --out=* | --import-file=* | --event-log=* | --policy-pack=*)
            name=${{word%%=*}} value=${{word#*=}}
            case $value in /* | '') ;; *) value=$here/$value ;; esac
            word=$name=$value ;;
        --file | --plan | --save-plan | --out | --import-file | --event-log | --policy-pack) path=next ;;
        -f | -o) [ "$command" != import ] || path=next ;;
        *) if [ "$path" = now ]; then case $word in /* | -*) ;; *) word=$here/$word ;; esac; fi ;;
    esac
    [ "$path" = next ] && path=now || path=
    set -- "$@" "$word"
done

writes=
case $command in
    config) for word in "$@"; do case $word in set | set-all | rm | rm-all | cp | refresh) writes=yes ;; esac; done ;;
esac
[ -n "$writes" ] || exec "$engine" --cwd "$project" "$@"
"$engine" --cwd "$project" "$@"
code=$?
[ "$code" -ne 0 ] || say "kept in the rehearsal's copy, $settings; $source is as it was"
exit "$code"
"""


_NO_NEW = """pulumi new makes a project from a template of the network, in the folder where it is: not here
  fix: write Pulumi.yaml and __main__.py, and rehearse their folder: ./bbp rehearse --program DIR"""
_NO_INSTALL = """pulumi install asks the network, and writes into the program's folder: not here
  fix: outside of this shell, {make}"""
_NO_LOGIN = "this shell has one backend, {backend}, and no other"


def placed(folder: Path, engine: Engine, workspace: SandboxWorkspace, make: str) -> None:
    """Put the command into a folder that goes first on the shell's PATH.

    Args:
        folder: the folder.
        engine: the engine that the command runs.
        workspace: the rehearsal that it works in.
        make: how the program's environment is made.
    """
    texts = {
        "engine": str(engine.command),
        "project": str(workspace.project),
        "settings": str(workspace.project / f"Pulumi.{workspace.stack}.yaml"),
        "source": str(workspace.root / f"Pulumi.{workspace.stack}.yaml"),
        "no_new": _NO_NEW,
        "no_install": _NO_INSTALL.format(make=make),
        "no_login": _NO_LOGIN.format(backend=workspace.backend_url),
    }
    # Quoted, every one: a text with a backquote would be a command.
    quoted = {name: shlex.quote(text) for name, text in texts.items()}
    write_atomically(folder / NAME, _SCRIPT.format(**quoted), mode=0o700)
