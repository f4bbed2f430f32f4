"""AWS Systems Manager: parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import On, given, text
from sandbox.model.names import Named, Unique
from sandbox.model.references import Reference
from sandbox.model.replacement import Condition, Replaced, Situation
from sandbox.model.rows import Returned, Row, Service, by_name
from sandbox.model.sources import Sources
from sandbox.services.aws.arns import arn
from sandbox.services.aws.kms import KEY
from sandbox.services.aws.returned import identity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sandbox.model.outputs import Inputs
    from sandbox.model.place import Place
    from sandbox.protocol.diff import Change


STANDARD_LENGTH, ADVANCED_LENGTH = 4096, 8192


def _parameter(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    name, tier = text(inputs, "name"), text(inputs, "tier", "Standard")
    if name.lower().lstrip("/").startswith(("aws", "ssm")):
        yield Violation("name", f"{name!r} begins with a reserved prefix, aws or ssm (ValidationException)")
    if name.count("/") > 15:  # noqa: PLR2004 - the documented depth
        yield Violation("name", f"{name.count('/')} levels, at most 15 are allowed (HierarchyLevelLimitExceeded)")
    limit = ADVANCED_LENGTH if tier == "Advanced" else STANDARD_LENGTH
    for key in ("value", "insecureValue", "valueWo"):
        value = inputs.get(key)
        if isinstance(value, str) and tier != "Intelligent-Tiering" and len(value.encode()) > limit:
            yield Violation(
                key,
                f"{len(value.encode())} bytes, a parameter of tier {tier} holds at most {limit} (ValidationException)",
            )
    if given(inputs, "keyId") and inputs.get("type") not in (None, "SecureString") and known(inputs.get("type")):
        yield Violation("keyId", "only for parameters of type SecureString")
    if inputs.get("type") == "SecureString" and given(inputs, "insecureValue"):
        yield Violation("insecureValue", "not for parameters of type SecureString")


def _outputs(name: str, inputs: Inputs, _identity: str, place: Place) -> dict[str, Any]:
    return {"arn": arn("ssm", f"parameter/{str(inputs.get('name') or name).lstrip('/')}", place), "version": 1}


def _readable(item: Mapping[str, Any], path: str) -> bool:
    return path.endswith(".insecureValue") or (item.get("inputs") or {}).get("type") != "SecureString"


def _tier_lowered(_: Situation, change: Change) -> bool:
    return change.old == "Advanced" and (change.new or "Standard") == "Standard"


_on = On("parameter", source="AWS Systems Manager API Reference, PutParameter")
SSM = Service(
    "ssm",
    "AWS Systems Manager API Reference, Errors of PutParameter",
    (
        Row(
            token="aws:ssm/parameter:Parameter",
            name=Named(),
            id=by_name,
            outputs=_outputs,
            replaced=Replaced(
                ("name",),
                when={"tier": Condition(_tier_lowered, "tier Advanced becomes Standard", "SDK documentation")},
            ),
            references=(Reference("keyId", KEY, "InvalidKeyId"),),
            unique=(Unique(("name",), "ParameterAlreadyExists", unless="overwrite"),),
            values=(
                _on.matches("name", r"[a-zA-Z0-9_.\-/]{1,2048}", "letters, digits or _.-/", "ValidationException"),
                _on.one_of("type", ("String", "StringList", "SecureString")),
                _on.one_of("tier", ("Standard", "Advanced", "Intelligent-Tiering")),
                _on.one_of("dataType", ("text", "aws:ec2:image", "aws:ssm:integration")),
                _on.exclusive("value", "insecureValue", "valueWo", required=True, source="SDK documentation"),
                _on.custom("value", _parameter),
            ),
            counters=("version",),
            readable=_readable,
            returned=Returned(values=identity.PARAMETER),
        ),
    ),
    sources=Sources(
        time="AWS Systems Manager API Reference, PutParameter: no operation takes a window or restarts anything"
    ),
)
