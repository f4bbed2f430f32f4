"""Amazon ECR: repositories, and the policies of their images."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation
from sandbox.model.checks import On
from sandbox.model.names import Named, Unique
from sandbox.model.references import Reference, Target
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Returned, Row, Service, by_name
from sandbox.model.sources import Sources
from sandbox.services.aws.arns import arn
from sandbox.services.aws.kms import KEY
from sandbox.services.aws.policies import Document, document
from sandbox.services.aws.returned import clusters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.outputs import Inputs
    from sandbox.model.place import Place


REPOSITORY = (Target("aws:ecr/repository:Repository", ("id", "name")),)


def _document(context: Context) -> Iterator[Violation]:
    value = context.inputs.get("policy")
    if isinstance(value, str):
        try:
            json.loads(value)
        except ValueError as problem:
            yield Violation("policy", f"not valid JSON: {problem} (InvalidParameterException)")


def _outputs(name: str, inputs: Inputs, _identity: str, place: Place) -> dict[str, Any]:
    repository = str(inputs.get("name") or name)
    return {
        "arn": arn("ecr", f"repository/{repository}", place),
        "registryId": place.account,
        "repositoryUrl": f"{place.account}.dkr.ecr.{place.region}.{place.dns_suffix}/{repository}",
    }


_repository = On("repository", source="Amazon ECR API Reference, CreateRepository")
_images = On("repository-lifecycle", source="Amazon ECR User Guide")
_REPOSITORY = Reference("repository", REPOSITORY, "RepositoryNotFoundException")
ECR = Service(
    "ecr",
    "Amazon ECR API Reference, Errors of PutLifecyclePolicy, SetRepositoryPolicy",
    (
        Row(
            token="aws:ecr/lifecyclePolicy:LifecyclePolicy",
            name=NONE,
            replaced=Replaced(("policy", "repository"), deleted_first=True),
            references=(_REPOSITORY,),
            unique=(),
            values=(_images.custom("document", _document),),
            sources=Sources(doubts={"time": "images expire within 24 hours of a policy; nothing is deleted here"}),
            returned=Returned(values=clusters.LIFECYCLE_POLICY),
        ),
        Row(
            token="aws:ecr/repository:Repository",
            name=Named(),
            id=by_name,
            outputs=_outputs,
            replaced=Replaced(("encryptionConfigurations", "name")),
            references=(Reference("encryptionConfigurations[*].kmsKey", KEY, "KmsException: the key does not exist"),),
            unique=(Unique(("name",), "RepositoryAlreadyExistsException"),),
            values=(
                _repository.matches(
                    "name",
                    r"(?=.{2,256}$)[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*",
                    "2 to 256 lower-case letters and digits, separated by . _ - or /",
                    "InvalidParameterException",
                ),
                _repository.one_of(
                    "imageTagMutability", ("MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION")
                ),
                _repository.one_of("encryptionConfigurations[*].encryptionType", ("AES256", "KMS", "KMS_DSSE")),
            ),
            sources=Sources(
                outputs="Amazon ECR User Guide, Amazon ECR private registry; Service Authorization Reference",
            ),
            returned=Returned(values=clusters.REPOSITORY),
        ),
        Row(
            token="aws:ecr/repositoryPolicy:RepositoryPolicy",
            name=NONE,
            replaced=Replaced(("repository",)),
            references=(_REPOSITORY,),
            unique=(),
            values=(
                document(
                    "policy-repository",
                    Document("policy", principal=True, resource=False, error="InvalidParameterException"),
                ),
            ),
            returned=Returned(values=clusters.REPOSITORY_POLICY),
        ),
    ),
    sources=Sources(time="Amazon ECR API Reference: no operation takes a window or restarts anything"),
)
