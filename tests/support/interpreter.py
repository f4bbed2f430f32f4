"""An interpreter for BBP_PYTHON whose environments are made at once and whose pip needs no network."""

from __future__ import annotations

import sys
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# Stands in for `python -m venv`: an environment whose interpreter is this one and whose pip only writes down its
# arguments, so that the script's own decisions are what is tested.
FAKE_PIP = """
import os, sys, time
settings = {key: value for key, value in os.environ.items() if key.startswith("PIP_")}
with open(os.environ["FAKE_PIP_LOG"], "a") as log:
    log.write(" ".join(sys.argv[1:]) + " | " + str(settings) + "\\n")
for number in range(25):
    print("Collecting package-%d" % number)
if os.environ.get("FAKE_PIP_FAILS"):
    print("ERROR: no such host", flush=True)
    sys.exit(2)
if os.environ.get("FAKE_PIP_WAITS_FOR"):
    open(os.environ["FAKE_PIP_WAITS_FOR"] + ".started", "w").close()
    while not os.path.exists(os.environ["FAKE_PIP_WAITS_FOR"]):
        time.sleep(0.01)
"""


def stand_in(folder: Path) -> Path:
    """Writes the interpreter to `folder` and returns its path; `pip.log`, `venvs.log` and `seen.log` beside it
    tell what it did and which variables the command would have seen.
    """
    modules = folder / "modules"
    (modules / "pip").mkdir(parents=True)
    (modules / "pip" / "__init__.py").write_text("")
    (modules / "pip" / "__main__.py").write_text(FAKE_PIP)
    wrapper = folder / "python"
    wrapper.write_text(
        textwrap.dedent(f"""\
        #!{sys.executable}
        import os, sys
        arguments = sys.argv[1:]
        while arguments and arguments[0] in ("-I", "-E", "-s", "-P"):
            arguments.pop(0)
        os.environ["PYTHONPATH"] = {str(modules)!r}
        os.environ["FAKE_PIP_LOG"] = {str(folder / "pip.log")!r}
        if arguments[:2] == ["-m", "venv"]:
            target = os.path.join(arguments[2], "bin")
            os.makedirs(target)
            os.symlink({str(wrapper)!r}, os.path.join(target, "python"))
            with open({str(folder / "venvs.log")!r}, "a") as log:
                log.write(arguments[2] + "\\n")
            sys.exit(0)
        if arguments[:2] == ["-m", "ops"]:
            with open({str(folder / "seen.log")!r}, "w") as log:
                log.write("\\n".join(os.environ))
            print("ops", *arguments[2:], sep="|")
            sys.exit(0)
        if arguments and arguments[0].endswith("bootstrap.py"):
            import runpy
            sys.argv = arguments
            sys.executable = {str(wrapper)!r}
            runpy.run_path(arguments[0], run_name="__main__")
            sys.exit(0)
        os.execv({sys.executable!r}, [{sys.executable!r}, *arguments])
        """)
    )
    wrapper.chmod(0o755)
    return wrapper
