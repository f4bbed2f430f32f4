"""A tiny SDK as Pulumi generates them, for tests of packages that this project does not install."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_INIT = '''\
from .thing import *
REGISTRATION = dict(resource_modules="""
[{"pkg": "NAME", "mod": "index/thing", "fqn": "MODULE.thing", "classes": {"NAME:index/thing:Thing": "Thing"}},
 {"pkg": "NAME", "mod": "index", "fqn": "MODULE.thing", "classes": {"NAME:index:Composed": "Composed"}}]
""")
'''
_THING = """\
from typing import Any, Mapping, Optional, Sequence
import pulumi


@pulumi.output_type
class Endpoint(dict):
    @property
    @pulumi.getter
    def host(self) -> str:
        return pulumi.get(self, "host")

    @property
    @pulumi.getter
    def note(self) -> Optional[str]:
        return pulumi.get(self, "note")


@pulumi.input_type
class ThingArgs:
    def __init__(__self__, *, size: pulumi.Input[int], name: Optional[pulumi.Input[str]] = None):
        pulumi.set(__self__, "size", size)
        if name is not None:
            pulumi.set(__self__, "name", name)

    @property
    @pulumi.getter
    def size(self) -> pulumi.Input[int]:
        return pulumi.get(self, "size")

    @property
    @pulumi.getter
    def name(self) -> Optional[pulumi.Input[str]]:
        return pulumi.get(self, "name")


class Thing(pulumi.CustomResource):
    def __init__(__self__, resource_name, opts=None, size=None, name=None):
        props = {"size": size, "name": name, "endpoints": None, "readyAt": None, "remark": None}
        super().__init__("NAME:index/thing:Thing", resource_name, props, opts)

    @property
    @pulumi.getter
    def size(self) -> pulumi.Output[int]:
        return pulumi.get(self, "size")

    @property
    @pulumi.getter
    def name(self) -> pulumi.Output[str]:
        return pulumi.get(self, "name")

    @property
    @pulumi.getter
    def endpoints(self) -> pulumi.Output[Sequence[Endpoint]]:
        return pulumi.get(self, "endpoints")

    @property
    @pulumi.getter(name="readyAt")
    def ready_at(self) -> pulumi.Output[str]:
        return pulumi.get(self, "ready_at")

    @property
    @pulumi.getter
    def remark(self) -> pulumi.Output[Optional[str]]:
        return pulumi.get(self, "remark")


class Composed(pulumi.ComponentResource):
    def __init__(__self__, resource_name, opts=None):
        super().__init__("NAME:index:Composed", resource_name, {}, opts, remote=True)
"""


def installed(folder: Path, name: str = "lamp", version: str = "1.2.3", **plugin: Any) -> Path:  # noqa: ANN401 - JSON
    """Put an SDK of the package `name` into a folder of modules; returns the SDK's own folder.

    Args:
        folder: what stands on the path.
        name: the package.
        version: the version of its plugin.
        plugin: more of its `pulumi-plugin.json`.
    """
    module = f"pulumi_{name}"
    sdk = folder / module
    sdk.mkdir(parents=True)
    (sdk / "pulumi-plugin.json").write_text(
        json.dumps({"resource": True, "name": name, "version": version, **plugin}), encoding="utf-8"
    )
    for file, text in (("__init__.py", _INIT), ("thing.py", _THING)):
        (sdk / file).write_text(text.replace("NAME", name).replace("MODULE", module), encoding="utf-8")
    return sdk
