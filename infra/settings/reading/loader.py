"""From raw configuration to `Settings`: merge over the phase's defaults, validate, check limits, report everything."""

import json
from collections.abc import Iterator, Mapping

from pydantic import TypeAdapter, ValidationError

from bailbondpro.facts.instance_classes import instance_classes
from infra import limits
from infra.problems import HIDDEN, ConfigError, Problem, is_secret_key, is_secret_value, is_switch, key_path
from infra.settings.base import Area, DomainName, Environment, Phase, Region
from infra.settings.reading.defaults import Tree, defaults, merged
from infra.settings.reading.explain import area_of, explain, meaningful
from infra.settings.reading.stack_name import stack_name_problems
from infra.settings.root import Settings

_STAND_IN_REGION, _STAND_IN_DOMAIN = "us-east-1", "example.com"
_ALWAYS_WRITTEN = ("environment", "phase", "domain", "region")


def load(raw: Mapping[str, object], stack: str | None = None) -> Settings:
    """The settings of a stack.

    Args:
        raw: The stack file's values under camelCase keys without the namespace (`environment`, `phase`, `domain`,
            `postgres`, ...), and `region` from `aws:region`.
        stack: The stack's own name, which physical names are made of; None for a configuration that is only read, and
            that nothing is built from.

    Returns:
        Complete, valid settings: the phase's defaults with the file's values laid over them.

    Raises:
        ConfigError: With every problem of every key, and of every limit whose areas could be read.
    """
    base = _base(raw)
    filled = completed(Settings, merged(base, raw))
    for key in _ALWAYS_WRITTEN:
        if key not in raw:
            filled.pop(key, None)
    problems = [*stack_name_problems(stack), *_secrets(raw)] if stack is not None else list(_secrets(raw))
    settings, broken = _validated(filled, base, problems)
    settings = settings.of_stack(stack) if stack is not None else settings
    problems += limits.check(settings, broken)
    if problems:
        raise ConfigError(dict.fromkeys(problems))
    return settings


def completed(model: type[Area], given: Mapping[str, object]) -> Tree:
    """`given` with every partly written object filled up from the model's own defaults, at any depth.

    A stack file may write `app: {resources: {memoryLimitMib: 2048}}` and keeps the other three numbers.
    """
    result = dict(given)
    for name, field in model.model_fields.items():
        key, area = field.alias or name, area_of(field.annotation)
        value = result.get(key)
        if area is None or value is None:
            continue
        if isinstance(value, Mapping):
            default = field.get_default(call_default_factory=True, validated_data={})
            below = default.model_dump(mode="json", by_alias=True) if isinstance(default, Area) else {}
            result[key] = completed(area, merged(below, value))
        elif isinstance(value, list | tuple):
            result[key] = [completed(area, item) if isinstance(item, Mapping) else item for item in value]
    return (
        _with_replica_class(result) if "replicas" in model.model_fields and "shards" in model.model_fields else result
    )


def _with_replica_class(postgres: Tree) -> Tree:
    """Replicas are as large as the primary unless the file says otherwise."""
    known = instance_classes("rds")
    primary = postgres.get("instanceClass")
    return {"replicaInstanceClass": primary if primary in known else next(iter(known)), **postgres}


def _validated(filled: Tree, base: Tree, problems: list[Problem]) -> tuple[Settings, frozenset[str]]:
    """The settings, and the top-level keys that could not be read and are replaced by their defaults."""
    try:
        return Settings.model_validate_json(_json(filled)), frozenset()
    except ValidationError as error:
        errors = error.errors(include_url=False)
    problems += [explain(Settings, details) for details in meaningful(errors)]
    broken = frozenset(str(details["loc"][0]) for details in errors)
    readable = {key: value for key, value in filled.items() if key not in broken}
    stand_ins = {key: value for key, value in base.items() if key in broken}
    return Settings.model_validate_json(_json(completed(Settings, {**readable, **stand_ins}))), broken


def _json(tree: Tree) -> str:
    return json.dumps(tree, default=str)


def _base(raw: Mapping[str, object]) -> Tree:
    """The defaults for what the file says, or for stand-ins where it does not say it or says it wrongly."""
    environment, phase = str(Environment.spelled(raw.get("environment"))), str(raw.get("phase"))
    return defaults(
        Environment(environment) if environment in list(Environment) else Environment.DEVELOPMENT,
        Phase(phase) if phase in list(Phase) else Phase.OPTIMIZATION,
        _valid(TypeAdapter(Region), raw.get("region"), _STAND_IN_REGION),
        _valid(TypeAdapter(DomainName), raw.get("domain"), _STAND_IN_DOMAIN),
    )


def _valid(adapter: TypeAdapter[str], value: object, otherwise: str) -> str:
    try:
        return adapter.validate_python(value)
    except ValidationError:
        return otherwise


def _secrets(value: object, location: tuple[str | int, ...] = ()) -> Iterator[Problem]:
    """A problem for every secret in the configuration, encrypted or plain: none belongs there."""
    if isinstance(value, Mapping):
        if set(value) == {"secure"}:
            yield _secret(location)
            return
        for key, below in value.items():
            yield from _secrets(below, (*location, str(key)))
    elif isinstance(value, list | tuple):
        for index, below in enumerate(value):
            yield from _secrets(below, (*location, index))
    elif isinstance(value, str) and value and _is_secret(location, value):
        yield _secret(location)


def _is_secret(location: tuple[str | int, ...], value: str) -> bool:
    name = str(location[-1]) if location else ""
    return is_secret_value(value, name) or (is_secret_key(name) and not is_switch(value))


def _secret(location: tuple[str | int, ...]) -> Problem:
    return Problem(
        path=key_path(location),
        rule="no-secrets",
        value=HIDDEN,
        allowed="no secret, plain or encrypted: the platform makes its own and keeps them in Secrets Manager",
        fix="remove it, and revoke it if it was ever committed in plain text; a secret of the application goes into "
        "Secrets Manager under a name below `bailbondpro-<stack>/app/`, which the application's role may read",
    )
