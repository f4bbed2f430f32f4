"""The fields of Cloudflare's rule language, typed: each renders to its name and reads its value from an exchange.

Names follow the Cloudflare docs (Ruleset Engine, Fields reference); only what this platform uses exists here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bailbondpro.edge.exchange import Exchange


def quoted(text: str) -> str:
    """A string literal of the rule language."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class Text(ABC):
    """Something that is one string."""

    @abstractmethod
    def render(self) -> str:
        """The text of the rule language."""

    @abstractmethod
    def value(self, exchange: Exchange) -> str:
        """The string of one exchange."""

    @abstractmethod
    def fields(self) -> frozenset[str]:
        """The names of the fields it reads."""


class Texts(ABC):
    """Something that is a list of strings."""

    @abstractmethod
    def render(self) -> str:
        """The text of the rule language, unpacked with `[*]`."""

    @abstractmethod
    def values(self, exchange: Exchange) -> tuple[str, ...]:
        """The strings of one exchange."""

    @abstractmethod
    def fields(self) -> frozenset[str]:
        """The names of the fields it reads."""


@dataclass(frozen=True)
class Field(Text):
    """A string field by its name in the rule language."""

    name: str
    read: Callable[[Exchange], str]

    def render(self) -> str:
        """The field's name."""
        return self.name

    def value(self, exchange: Exchange) -> str:
        """What the field holds."""
        return self.read(exchange)

    def fields(self) -> frozenset[str]:
        """Itself."""
        return frozenset({self.name})


@dataclass(frozen=True)
class Lower(Text):
    """A string in lower case."""

    of: Text

    def render(self) -> str:
        """`lower(...)`."""
        return f"lower({self.of.render()})"

    def value(self, exchange: Exchange) -> str:
        """The lower-case string."""
        return self.of.value(exchange).lower()

    def fields(self) -> frozenset[str]:
        """Those of what is lowered."""
        return self.of.fields()


@dataclass(frozen=True)
class Without(Text):
    """A string without some characters, wherever they stand in it.

    What is left is a form: a name of digits alone leaves nothing, whatever it was. (Cloudflare docs, Functions,
    remove_bytes: of no plan and in no phase ruled out; Cache Response Rules, Available settings, Functions, which lists
    it; read 2026-11-30.)
    """

    of: Text
    removed: str

    def render(self) -> str:
        """`remove_bytes(x, "...")`."""
        return f"remove_bytes({self.of.render()}, {quoted(self.removed)})"

    def value(self, exchange: Exchange) -> str:
        """What is left."""
        return _without(self.of.value(exchange), self.removed)

    def fields(self) -> frozenset[str]:
        """Those of what it is taken from."""
        return self.of.fields()


@dataclass(frozen=True)
class FieldList(Texts):
    """A list field by its name in the rule language."""

    name: str
    read: Callable[[Exchange], tuple[str, ...]]

    def render(self) -> str:
        """The field's name, unpacked."""
        return f"{self.name}[*]"

    def values(self, exchange: Exchange) -> tuple[str, ...]:
        """What the field holds."""
        return self.read(exchange)

    def fields(self) -> frozenset[str]:
        """Itself."""
        return frozenset({self.name})


@dataclass(frozen=True)
class ResponseHeader(Texts):
    """Every value of one response header; the name is in lower case."""

    name: str

    def render(self) -> str:
        """The map lookup, unpacked."""
        return f"http.response.headers[{quoted(self.name)}][*]"

    def values(self, exchange: Exchange) -> tuple[str, ...]:
        """The header's values, none when it is absent."""
        return exchange.answered.values(self.name)

    def fields(self) -> frozenset[str]:
        """The map of response headers."""
        return frozenset({"http.response.headers"})


@dataclass(frozen=True)
class LowerEach(Texts):
    """Every string of a list in lower case."""

    of: Texts

    def render(self) -> str:
        """`lower(...)` of the unpacked list, unpacked again."""
        return f"lower({self.of.render()})[*]"

    def values(self, exchange: Exchange) -> tuple[str, ...]:
        """The lower-case strings."""
        return tuple(value.lower() for value in self.of.values(exchange))

    def fields(self) -> frozenset[str]:
        """Those of what is lowered."""
        return self.of.fields()


@dataclass(frozen=True)
class WithoutEach(Texts):
    """Every string of a list without some characters (`Without`)."""

    of: Texts
    removed: str

    def render(self) -> str:
        """`remove_bytes(...)` of the unpacked list, unpacked again."""
        return f"remove_bytes({self.of.render()}, {quoted(self.removed)})[*]"

    def values(self, exchange: Exchange) -> tuple[str, ...]:
        """What is left of each."""
        return tuple(_without(value, self.removed) for value in self.of.values(exchange))

    def fields(self) -> frozenset[str]:
        """Those of the list."""
        return self.of.fields()


def _without(value: str, removed: str) -> str:
    return value.translate(dict.fromkeys(map(ord, removed)))


HOST = Field("http.host", lambda exchange: exchange.request.host)
PATH = Field("http.request.uri.path", lambda exchange: exchange.request.path)
EXTENSION = Field("http.request.uri.path.extension", lambda exchange: exchange.request.extension)
QUERY = Field("http.request.uri.query", lambda exchange: exchange.request.query)
METHOD = Field("http.request.method", lambda exchange: exchange.request.method)
COOKIE = Field("http.cookie", lambda exchange: exchange.request.cookie)
REQUEST_HEADER_NAMES = FieldList(
    "http.request.headers.names", lambda exchange: tuple(name for name, _ in exchange.request.headers)
)
PARAMETER_NAMES = FieldList("http.request.uri.args.names", lambda exchange: exchange.request.parameter_names)
"""Neither decoded nor in another case, each as often as it stands in the query, and of no plan above Free (Cloudflare
docs, Fields reference; read 2026-11-30)."""
RESPONSE_HEADER_NAMES = FieldList(
    "http.response.headers.names", lambda exchange: tuple(name for name, _ in exchange.answered.headers)
)

FIELDS: Mapping[str, Field] = {field.name: field for field in (HOST, PATH, EXTENSION, QUERY, METHOD, COOKIE)}
"""The string fields by name."""

FIELD_LISTS: Mapping[str, FieldList] = {
    field.name: field for field in (REQUEST_HEADER_NAMES, PARAMETER_NAMES, RESPONSE_HEADER_NAMES)
}
"""The list fields by name."""
