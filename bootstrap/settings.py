"""The bootstrap's settings: typed, and refused all at once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import yaml
from pydantic import Field, ValidationError

from bailbondpro.facts.storage import MAX_IMAGES, MIN_IMAGES
from infra.problems import NAMESPACE, ConfigError, Problem
from infra.sample_values import EXAMPLE_ACCOUNTS
from infra.settings.base import AccountId, Area, Matching, Region, StackName
from infra.settings.reading.explain import explain, meaningful
from infra.settings.reading.stack_name import stack_name_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PROJECT = "bailbondpro-bootstrap"
"""The project's name and the namespace of its keys."""
EXAMPLE_OWNER = "acme/"
"""Owner of the repository in the checked-in file."""

Repository = Annotated[
    str, Matching(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}", "a GitHub repository: owner/name", "acme/bailbondpro")
]
ImagesName = Annotated[
    str,
    Matching(r"[a-z0-9]+([._/-][a-z0-9]+)*", "a repository's name: lower-case letters and digits", "bailbondpro"),
]


class GithubSettings(Area):
    """Who may take the roles."""

    repository: Repository = Field(description="Owner and name; forks have other owners.")
    existing_provider: bool = Field(
        default=False, description="Whether the account has GitHub's OIDC provider; IAM has one for an address."
    )


class StackSettings(Area):
    """One stack of the platform."""

    name: StackName = Field(description="As in Pulumi.<name>.yaml.")
    regions: tuple[Region, ...] = Field(
        default=(),
        description="Where it has resources: aws:region, postgres.backupRegion, storage.backups.copyRegion. Default: "
        "aws:region here.",
    )
    boundary: bool = Field(
        default=True,
        description="Whether its roles are bounded; its stack file then has aws.permissionsBoundaryArn.",
    )


class ImagesSettings(Area):
    """The repository of the application's images."""

    name: ImagesName = Field(default="bailbondpro", description="Name of the repository.")
    keep: int = Field(
        default=100, ge=MIN_IMAGES, le=MAX_IMAGES, description="Images kept, newest first; a running one is not spared."
    )


class Settings(Area):
    """Everything that the bootstrap is told."""

    region: Region = Field(description="Where state, keys and images are; `aws:region`.")
    account_id: AccountId = Field(description="The account.")
    github: GithubSettings = Field(description="Who may take the roles.")
    stacks: Annotated[tuple[StackSettings, ...], Field(min_length=1, max_length=20)] = Field(
        description="The platform's stacks in this account."
    )
    images: ImagesSettings = Field(default=ImagesSettings(), description="The repository of images.")
    protect: bool = Field(default=True, description="Whether state, keys and images refuse deletion.")

    def regions_of(self, stack: StackSettings) -> tuple[str, ...]:
        """Where a stack has resources."""
        return stack.regions or (self.region,)


def load(values: Mapping[str, str]) -> Settings:
    """Settings from the engine's configuration.

    Args:
        values: by full key, as texts: objects, lists and booleans as JSON.

    Raises:
        ConfigError: every problem at once.
    """
    own = {key.partition(":")[2]: value for key, value in values.items() if key.startswith(f"{PROJECT}:")}
    raw = {key: _parsed(key, value) for key, value in own.items()}
    if "aws:region" in values:
        raw["region"] = values["aws:region"]
    try:
        settings = Settings.model_validate_json(json.dumps(raw))
    except ValidationError as error:
        found = [explain(Settings, item) for item in meaningful(error.errors())]
        raise ConfigError(map(_renamed, found)) from None
    if problems := tuple(_misnamed(settings)):
        raise ConfigError(problems)
    return settings


def load_file(path: Path) -> Settings:
    """Settings from a stack file.

    Raises:
        ConfigError: every problem at once.
    """
    values = yaml.safe_load(path.read_text(encoding="utf-8")).get("config") or {}
    return load({key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()})


def sample_values(settings: Settings) -> tuple[Problem, ...]:
    """Values that are still the checked-in file's: a rehearsal takes them, an account must not."""
    found = []
    if settings.account_id in EXAMPLE_ACCOUNTS:
        found.append(
            Problem(
                path=f"{PROJECT}:accountId",
                rule="sample-value",
                value=settings.account_id,
                allowed="the account that is prepared",
                fix="write your own account's (`aws sts get-caller-identity`)",
            )
        )
    if settings.github.repository.startswith(EXAMPLE_OWNER):
        found.append(
            Problem(
                path=f"{PROJECT}:github.repository",
                rule="sample-value",
                value=settings.github.repository,
                allowed="the repository whose pipelines deploy: whoever owns this one could take the roles",
                fix="write its owner and name",
            )
        )
    return tuple(found)


def _parsed(key: str, value: str) -> object:
    """A value as the engine hands it over: texts as they are, everything else as JSON."""
    if key == "accountId":
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _renamed(problem: Problem) -> Problem:
    """The problem under this project's namespace."""
    texts = {name: getattr(problem, name).replace(f"{NAMESPACE}:", f"{PROJECT}:") for name in ("path", "fix")}
    return replace(problem, **texts)


def _misnamed(settings: Settings) -> Iterator[Problem]:
    """Names that no stack may have, and those that begin alike: resources are granted by the beginning of a name."""
    for index, stack in enumerate(settings.stacks):
        misnamed = stack_name_problems(stack.name)
        yield from (replace(problem, path=f"{PROJECT}:stacks[{index}].name") for problem in misnamed)
    names = [stack.name for stack in settings.stacks]
    images = settings.images.name
    if of := [name for name in names if images == f"{NAMESPACE}-{name}" or images.startswith(f"{NAMESPACE}-{name}-")]:
        yield Problem(
            path=f"{PROJECT}:images.name",
            rule="stacks-apart",
            value=images,
            allowed=f"a name that no stack's images have: `{NAMESPACE}-{of[0]}` and what follows is {of[0]}'s own",
            fix=f"leave it out, which is `{NAMESPACE}`, or give it another beginning",
        )
    for index, name in enumerate(names):
        others = [*names[:index], *names[index + 1 :]]
        twice = name in names[:index]
        longer = [other for other in others if other.startswith(f"{name}-")]
        if twice or longer:
            yield Problem(
                path=f"{PROJECT}:stacks[{index}].name",
                rule="stacks-apart",
                value=name,
                allowed="a name that no other stack's begins with and that is there once: roles are granted "
                f"`bailbondpro-{name}-*`" + (f", which {', '.join(longer)} would be, too" if longer else ""),
                fix="remove the second" if twice else "rename one of them, or keep them in two accounts",
            )
