"""Reads a stack file (`Pulumi.<stack>.yaml`) or Pulumi's own configuration map into the raw form `load` takes."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from infra.problems import NAMESPACE, ConfigError, Problem, nearest, shown
from infra.settings.reading.credentials import plain_credentials
from infra.settings.reading.defaults import Tree

PROVIDER_NAMESPACES = ("aws", "cloudflare", "pulumi", "random", "tls")
"""Whose keys may stand beside the platform's: `aws:region` here, all others read by the engine and the providers."""
_NOT_READ = {
    "aws:profile": "remove it, and set AWS_PROFILE where the command runs: the AWS CLI and the provider both read it",
    "aws:allowedAccountIds": "write bailbondpro:aws.allowedAccountIds",
    "aws:defaultTags": "remove it: the platform tags everything itself",
    "kubernetes:": "remove it: the platform reaches the cluster that it makes",
    "aws:": "remove it, and give the provider its environment variables (AWS_PROFILE, AWS_ROLE_ARN, ...)",
}
"""Keys of providers that the platform configures itself, so that Pulumi would drop them in silence; and what to do."""
_FILE_KEYS = ("config", "encryptedkey", "encryptionsalt", "environment", "secretsprovider")
_MAX_BYTES, _MAX_NODES, _MAX_DEPTH = 1_000_000, 20_000, 32
_REGION_KEY = "aws:region"


@dataclass(frozen=True, kw_only=True)
class StackSource:
    """A stack file as read.

    Attributes:
        raw: Its values, as `load` takes them.
        lines: The line of every key, by key path (`bailbondpro:postgres.replicas`), counted from 1.
        problems: What is wrong with the file but lets the rest of it be read: unknown or doubled keys.
        written: Numbers by key path as the file writes them, where reading loses something: `1.30`, `012345678901`.
    """

    raw: Mapping[str, object]
    lines: Mapping[str, int]
    problems: tuple[Problem, ...]
    written: Mapping[str, str]

    def as_written(self, problem: Problem) -> Problem:
        """A problem about such a number, with the number as the file writes it: 1.30 is version "1.30", not "1.3"."""
        text = self.written.get(problem.path)
        if text is None:
            return problem
        return replace(problem, value=text, fix=problem.fix.replace(f'"{problem.value}"', f'"{text}"'))


class _CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core types, as Pulumi's own reader has them: `on`, `03:00` and dates stay texts."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own class attribute


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+.0123456789",
    ),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_first))


class _Reader:
    """Walks one YAML document, collecting values, lines and problems."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.lines: dict[str, int] = {}
        self.written: dict[str, str] = {}
        self._nodes = 0

    def value(self, node: yaml.Node, at: str, depth: int = 0) -> object:
        """The plain value of a node; problems are collected under the key path `at`."""
        self._nodes += 1
        if depth > _MAX_DEPTH or self._nodes > _MAX_NODES:
            allowed = f"at most {_MAX_DEPTH} levels and {_MAX_NODES} values, aliases included"
            raise ConfigError([self.problem("yaml-size", at, allowed, "write the values without aliases", "more")])
        if isinstance(node, yaml.MappingNode):
            return {
                key: self.value(item, f"{at}.{key}" if at else key, depth + 1) for key, item in self.pairs(node, at)
            }
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, f"{at}[{index}]", depth + 1) for index, item in enumerate(node.value)]
        return self._scalar(node, at)

    def pairs(self, node: yaml.MappingNode, at: str) -> list[tuple[str, yaml.Node]]:
        """Keys and values of a mapping; a key that is written twice is a problem."""
        found: dict[str, yaml.Node] = {}
        for key_node, value_node in node.value:
            key = _encodable(str(key_node.value))
            line = key_node.start_mark.line + 1
            path = f"{at}.{key}" if at else key
            if key in found:
                fix = f"remove line {line} or line {self.lines[path]}"
                both = f"{_brief(found[key], key)} and {_brief(value_node, key)}"
                self.problems.append(self.problem("duplicate-key", path, "every key once", fix, both))
            self.lines[path] = line
            found[key] = value_node
        return list(found.items())

    def _scalar(self, node: yaml.Node, at: str) -> object:
        kind = node.tag.rsplit(":", 1)[-1]
        text = _encodable(str(node.value))
        if text != node.value:
            fix = "write the characters themselves instead of a half of a pair (\\ud800 to \\udfff)"
            self.problems.append(self.problem("yaml", at, "a text of whole characters", fix, shown(text, at)))
        if "\0" in text:
            fix = "remove it, or encode the value, for example as base64"
            allowed = "a text without the character NUL, which ends a text in every process (POSIX, environ)"
            self.problems.append(self.problem("yaml", at, allowed, fix, shown(text, at)))
        try:
            if kind == "bool":
                return text.lower() == "true"
            if kind in {"int", "float"}:
                return self._number(text, at, kind)
        except ValueError:
            self.problems.append(self.problem("yaml", at, "a plain value", "write it in quotes", shown(text, at)))
        return None if kind == "null" else text

    def _number(self, text: str, at: str, kind: str) -> int | float:
        based = text.lower().startswith(("0x", "0o"))
        number = float(text) if kind == "float" else int(text, 0) if based else int(text)
        if str(number) != text:
            self.written[at] = text
        return number

    def problem(self, rule: str, at: str, allowed: str, fix: str, value: str = "") -> Problem:
        """A problem of the file itself."""
        return Problem(path=at or str(self.path), rule=rule, value=value or self.path.name, allowed=allowed, fix=fix)


def read_stack_file(path: Path) -> Mapping[str, object]:
    """The raw values of a stack file, as `load` takes them.

    Raises:
        ConfigError: The file is missing, unreadable, not YAML, not a stack file, or has unknown or doubled keys.
    """
    source = read_stack_source(path)
    if source.problems:
        raise ConfigError(source.problems)
    return source.raw


def read_stack_source(path: Path) -> StackSource:
    """As `read_stack_file`, with the lines of the keys, and problems that let the rest be read as values.

    Raises:
        ConfigError: The file is missing, unreadable, not YAML or not a stack file.
    """
    reader = _Reader(path)
    root = _composed(path, reader)
    raw: Tree = {}
    pairs = dict(reader.pairs(root, ""))
    for key, node in pairs.items():
        if key not in _FILE_KEYS:
            reader.problems.append(_unknown_file_key(reader, key, _brief(node, key)))
    config = pairs.get("config")
    if isinstance(config, yaml.MappingNode):
        for key, item in reader.pairs(config, ""):
            _take(raw, key, reader.value(item, key), reader)
    elif config is not None and config.value:
        allowed = "an object of configuration keys"
        reader.problems.append(reader.problem("type", "config", allowed, "write an object", _brief(config)))
    return StackSource(raw=raw, lines=reader.lines, problems=tuple(reader.problems), written=reader.written)


def read_config_map(config: Mapping[str, str], encrypted: Collection[str] = ()) -> Mapping[str, object]:
    """The raw values out of Pulumi's configuration map, in which every value is a text and objects are JSON.

    Args:
        config: Full keys (`bailbondpro:postgres`) and their texts, as `pulumi.runtime.get_config_env` has them.
        encrypted: Those of the keys whose values are encrypted in the stack file; here they can be read.

    Raises:
        ConfigError: A key of an unknown namespace, or a provider's credential that is not encrypted.
    """
    reader, raw = _Reader(Path("configuration")), Tree()
    for key, text in config.items():
        try:
            value = json.loads(text) if text[:1] in {"{", "["} or text in {"true", "false", "null"} else text
        except ValueError:
            value = text
        _take(raw, key, value, reader, encrypted=key in encrypted)
    if reader.problems:
        raise ConfigError(reader.problems)
    return raw


def _take(raw: Tree, key: str, value: object, reader: _Reader, *, encrypted: bool = False) -> None:
    namespace, _, name = key.rpartition(":")
    unread = next((fix for start, fix in _NOT_READ.items() if key.startswith(start)), None)
    if key == _REGION_KEY:
        raw["region"] = value
    elif key == f"{NAMESPACE}:region":
        allowed = f"the region in {_REGION_KEY} alone, which the provider reads, too"
        reader.problems.append(
            reader.problem("one-region", key, allowed, f"write {_REGION_KEY} instead", shown(value, name))
        )
    elif namespace == NAMESPACE:
        raw[name] = value
    elif namespace not in (*PROVIDER_NAMESPACES, "kubernetes"):
        reader.problems.append(_unknown_namespace(reader, key, value))
    elif not encrypted and (plain := tuple(plain_credentials(key, value))):
        reader.problems += plain
    elif unread is not None:
        allowed = f"{_REGION_KEY} alone: the platform configures this provider itself and nobody would read the key"
        reader.problems.append(reader.problem("unread-key", key, allowed, unread, shown(value, name)))


def _unknown_namespace(reader: _Reader, key: str, value: object) -> Problem:
    namespace, _, name = key.rpartition(":")
    close = nearest(namespace, (NAMESPACE, *PROVIDER_NAMESPACES)) if namespace else [NAMESPACE]
    fix = f"did you mean `{close[0]}:{name}`?" if close else "remove it"
    allowed = f"keys of {NAMESPACE} and of the providers ({', '.join(PROVIDER_NAMESPACES)})"
    return reader.problem("unknown-namespace", key, allowed, fix, shown(value, name))


def _unknown_file_key(reader: _Reader, key: str, value: str) -> Problem:
    if ":" in key:
        allowed = "configuration keys below `config:`"
        return reader.problem("unknown-key", key, allowed, "indent it below `config:`", value)
    close = nearest(key, _FILE_KEYS)
    fix = f"did you mean `{close[0]}`?" if close else "remove it"
    return reader.problem("unknown-key", key, f"one of {', '.join(_FILE_KEYS)}", fix, value)


def _brief(node: yaml.Node, key: str = "") -> str:
    """A node in a few words: a single value as it stands, anything larger by its kind."""
    if isinstance(node, yaml.MappingNode):
        return "an object"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return shown(_encodable(str(node.value)), key)


def _encodable(text: str) -> str:
    """The text with a question mark for every half of a surrogate pair: YAML can escape one, UTF-8 cannot hold it."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _composed(path: Path, reader: _Reader) -> yaml.MappingNode:
    """The document's root, or a `ConfigError` that says what the file is instead."""
    text = _text(path, reader)
    try:
        root = yaml.compose(text, Loader=_CoreLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the file"
        found = f"{error.problem or error.context or 'broken YAML'} at {where}"
        raise ConfigError([reader.problem("yaml", "", "a YAML document", f"repair {where}", found)]) from error
    except (yaml.YAMLError, RecursionError) as error:
        fix = "remove unprintable characters and deep nesting"
        raise ConfigError([reader.problem("yaml", "", "a YAML document", fix)]) from error
    if isinstance(root, yaml.MappingNode):
        return root
    kind = "a list" if isinstance(root, yaml.SequenceNode) else "a single value"
    found = "an empty file" if root is None else kind
    raise ConfigError([reader.problem("yaml", "", "a mapping with the key config", "start with `config:`", found)])


def _text(path: Path, reader: _Reader) -> str:
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            fix = "write it to a file: a check and a rehearsal read it more than once"
            raise ConfigError([reader.problem("file", "", "a regular file", fix, "a pipe or a device")])
        data = path.read_bytes()
    except FileNotFoundError:
        near = sorted(file.name for file in path.parent.glob("Pulumi.*.yaml")) if path.parent.is_dir() else []
        fix = f"name one that exists: {', '.join(near)}" if near else "name a file that exists"
        problem = reader.problem("file", "", "a stack file", fix, "no such file")
    except IsADirectoryError:
        problem = reader.problem(
            "file", "", "a stack file", f"name a file in it, for example {path}/Pulumi.dev.yaml", "a directory"
        )
    except OSError as error:
        fix = "give yourself read permission" if isinstance(error, PermissionError) else "name a file that can be read"
        problem = reader.problem("file", "", "a readable stack file", fix, str(error.strerror))
    else:
        if len(data) > _MAX_BYTES:
            problem = reader.problem(
                "file", "", f"at most {_MAX_BYTES} bytes", "name a stack file", f"{len(data)} bytes"
            )
        else:
            try:
                return data.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                problem = reader.problem(
                    "file", "", "UTF-8 text", "save it as UTF-8", f"a byte {error.start} that is not"
                )
    raise ConfigError([problem])
