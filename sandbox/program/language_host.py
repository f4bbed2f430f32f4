"""A Python language host for the plain Pulumi CLI, where the engine was built without one.

The official host is a Go program that comes with the official CLI only: its module is not among those of the Go module
proxy. What the engine needs of it to preview, update and destroy is little: run the program once with the addresses
that the engine listens on (Pulumi protocol, `LanguageRuntime`). A program runs in the virtual environment that its
`Pulumi.yaml` names, else in this project's; the host can neither make projects nor install packages.

Started by the engine as `pulumi-language-python`: prints its port, and ends with the engine.
"""

# ruff: noqa: ARG002, N802 - names and signatures of the methods are the protocol's
from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from concurrent import futures
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from sandbox.cache import write_atomically
from sandbox.program import language_program
from sandbox.program.environment import MAKE, interpreter
from sandbox.program.language_program import NO_SDK, REPORTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.protobuf import empty_pb2

MESSAGE_LIMIT = 400 * 1024 * 1024
"""Bytes per message; the engine and the SDKs use the same limit."""
DYNAMIC = "pulumi-resource-pulumi-python"
NAME = "pulumi-language-python"
"""What the engine starts, wherever it finds it on PATH."""


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs the program in a process of its own for every operation."""

    def __init__(self, engine: str) -> None:
        self.engine = engine

    def Handshake(
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        """The engine says where it listens."""
        self.engine = request.engine_address or self.engine
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """No version: this host belongs to the project."""
        return plugin_pb2.PluginInfo()

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """None: the simulated providers are running already, and nothing may be downloaded."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        """None that would be of interest: they stand in the lock file."""
        return language_pb2.GetProgramDependenciesResponse()

    def RuntimeOptionsPrompts(
        self, request: language_pb2.RuntimeOptionsRequest, context: grpc.ServicerContext
    ) -> language_pb2.RuntimeOptionsResponse:
        """Nothing to ask for."""
        return language_pb2.RuntimeOptionsResponse()

    def About(self, request: language_pb2.AboutRequest, context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        """Which interpreter runs the program."""
        return language_pb2.AboutResponse(executable=sys.executable, version=sys.version.partition(" ")[0])

    def InstallDependencies(
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Nothing: `./bbp` has made the environment from the lock file."""
        yield language_pb2.InstallDependenciesResponse(stdout=b"./bbp keeps this environment\n")

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        """Run the program to its end."""
        python = _interpreter(request.info)
        if not os.access(python, os.X_OK):
            return language_pb2.RunResponse(
                error=f"the virtual environment of the program has no {python}\n"
                f"  fix: make it and install what the program needs: {MAKE}"
            )
        told = {
            "monitor": request.monitor_address,
            "engine": self.engine,
            "project": request.project,
            "stack": request.stack,
            "organization": request.organization,
            "root_directory": request.info.root_directory or None,
            "dry_run": request.dryRun,
            "parallel": request.parallel,
            "config": dict(request.config),
            "secrets": list(request.configSecretKeys),
            "program": os.path.join(request.info.program_directory, request.info.entry_point or "."),  # noqa: PTH118 - the engine's texts
        }
        with subprocess.Popen(  # noqa: S603 - the program's interpreter and a file of ours
            [python, "-B", "-u", language_program.__file__],  # -B: nothing is written beside the program
            stdin=subprocess.PIPE,
            cwd=request.pwd or None,
            env={
                **os.environ,
                "PULUMI_CONFIG": json.dumps(told["config"]),
                "PULUMI_CONFIG_SECRET_KEYS": json.dumps(told["secrets"]),
            },
        ) as process:
            process.communicate(json.dumps(told).encode())
        if process.returncode == REPORTED:
            return language_pb2.RunResponse(bail=True)
        if process.returncode == NO_SDK:
            return language_pb2.RunResponse(
                error=f"{python} has no package pulumi\n"
                f"  fix: install what the program needs into this environment: {MAKE}"
            )
        return language_pb2.RunResponse(
            error=f"the program exited with code {process.returncode}" if process.returncode else ""
        )

    def RunPlugin(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Run a plugin that is a folder of Python, and pass on what it says, until the engine has enough of it."""
        python = _interpreter(request.info)
        if not os.access(python, os.X_OK):
            said = (
                f"the virtual environment of {request.info.program_directory} has no {python}\n  fix: make it: {MAKE}\n"
            )
            yield language_pb2.RunPluginResponse(stderr=said.encode())
            yield language_pb2.RunPluginResponse(exitcode=1)
            return
        command = [python, "-u", request.info.program_directory, *request.args]
        environment = dict(item.split("=", 1) for item in request.env)
        # Its first line is its port; what it says as errors goes where this host's own go.
        with subprocess.Popen(  # noqa: S603 - the plugin's interpreter and its folder
            command, cwd=request.pwd or None, env=environment, stdout=subprocess.PIPE
        ) as process:
            context.add_callback(process.terminate)
            for line in process.stdout or ():
                yield language_pb2.RunPluginResponse(stdout=line)
        yield language_pb2.RunPluginResponse(exitcode=process.returncode)


def _interpreter(info: language_pb2.ProgramInfo) -> str:
    """The Python of the virtual environment that the project names (option `virtualenv`), else this one."""
    named = dict(info.options).get("virtualenv")
    return str(Path(info.root_directory, str(named), "bin", "python")) if named else sys.executable


def placed(folder: Path) -> None:
    """Put a command into a folder that starts this host: with the folder on PATH, an engine without one finds it."""
    own = shlex.quote(sys.executable)
    write_atomically(folder / NAME, f'#!/bin/sh\nexec {own} -P -m sandbox.program.language_host "$@"\n', mode=0o700)


def dynamic_placed(folder: Path, prefix: Path) -> None:
    """Put the provider of dynamic resources beside it: the SDK's own, which runs what the program wrote.

    Args:
        folder: the folder on PATH.
        prefix: the virtual environment of the program, which has the SDK and what its providers import.
    """
    python = shlex.quote(str(interpreter(prefix)))
    write_atomically(folder / DYNAMIC, f'#!/bin/sh\nexec {python} -u -m pulumi.dynamic "$@"\n', mode=0o700)


def main(arguments: list[str]) -> None:
    """Serve until the engine ends this process, or is gone; the last argument is the engine's address."""
    addresses = [argument for argument in arguments if not argument.startswith("-")]
    limits = [("grpc.max_receive_message_length", MESSAGE_LIMIT), ("grpc.max_send_message_length", MESSAGE_LIMIT)]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4), options=limits)
    host = LanguageHost(addresses[-1] if addresses else "")
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    starter = os.getppid()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):  # how the engine ends its plugins
        signal.signal(number, lambda _number, _frame: stopped.set())
    while not stopped.wait(1.0) and os.getppid() == starter:
        pass  # an engine that was killed ends nobody
    server.stop(None)


if __name__ == "__main__":
    main(sys.argv[1:])
