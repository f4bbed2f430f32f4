"""Whether the images that pods run are where the nodes will pull them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from ops.answers.preflight import reads
from ops.answers.preflight.model import Answer, Permission, Question, met, not_asked, not_met
from ops.answers.preflight.subject import text
from plan import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.preflight.model import Clouds
    from ops.answers.preflight.subject import Subject

AREA = "images"
ECR = re.compile(
    r"^(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/"
    r"(?P<repository>[a-z0-9._/-]+?)(?::(?P<tag>[\w.-]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?$"
)
ABSENT = ("ImageNotFoundException", "RepositoryNotFoundException")


def questions(subject: Subject) -> Iterator[Question]:
    """One for each image of Amazon ECR, and one for all others."""
    found = sorted({image for item in subject.resources.values() for image in _images(item.inputs)})
    for image in found:
        if (parts := ECR.match(image)) is None:
            continue
        arn = f"arn:{subject.partition}:ecr:{parts['region']}:{parts['account']}:repository/{parts['repository']}"
        yield Question(
            area=AREA,
            name=image,
            why="pods wait for an image that is not there until the update gives up",
            needs=(Permission(reads.IMAGES, arn),),
            ask=partial(_image, parts),
        )
    others = [image for image in found if not ECR.match(image)]
    charts = [text(item, "name") or item.name for item in subject.of(tokens.RELEASE)]
    if others or charts:
        what = [*others, *(f"those of the chart {name}" for name in sorted(charts))]
        yield Question(
            area=AREA,
            name=f"{len(others)} images of other registries and those of {len(charts)} charts",
            why="pods wait for an image that is not there until the update gives up",
            ask=lambda _: not_asked(f"only ECR is asked: {', '.join(what)}", "docker manifest inspect IMAGE"),
        )


def _images(value: object) -> Iterator[str]:
    """The images of containers anywhere in a resource's inputs."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in {"containers", "initContainers"} and isinstance(inner, Sequence):
                yield from (str(item["image"]) for item in inner if isinstance(item, Mapping) and item.get("image"))
            yield from _images(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _images(inner)


def _image(parts: re.Match[str], clouds: Clouds) -> Answer:
    wanted = {"imageDigest": parts["digest"]} if parts["digest"] else {"imageTag": parts["tag"] or "latest"}
    found = clouds.aws.look(
        reads.IMAGES,
        parts["region"],
        missing=ABSENT,
        registryId=parts["account"],
        repositoryName=parts["repository"],
        imageIds=[wanted],
    )
    if found is not None and found["imageDetails"]:
        pushed = found["imageDetails"][0].get("imagePushedAt", "at an unknown time")
        return met(f"pushed {pushed}; whether it is of the nodes' architecture is not asked")
    return not_met(
        f"{next(iter(wanted.values()))} is not in the repository {parts['repository']} of {parts['account']}",
        "push it (README, Run it for real, Image), or set bailbondpro:app.image to one that is there",
    )
