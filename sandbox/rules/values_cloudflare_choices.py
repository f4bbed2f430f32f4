"""How many of something the Cloudflare provider takes: exactly one, one of several, not both.

Its schema calls the lists lists and the alternatives optional, so the SDK's types say nothing of it: the provider's
validators do, and some of its resources look only when they are created.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sandbox.model.base import Context, Rule, Violation, values_at
from sandbox.model.checks import On, flag, given, text

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROVIDER = "terraform-provider-cloudflare 5.22.0"


@dataclass(frozen=True)
class Choice:
    """Properties of one object of which a number must be given.

    Attributes:
        at: path of the object.
        names: the properties, in camelCase.
        needed: `one` for exactly one, `some` for one or more, `few` for at most one.
    """

    at: str
    names: tuple[str, ...]
    needed: Literal["one", "some", "few"]

    def violations(self, context: Context) -> Iterator[Violation]:
        """What is missing, and what is too much."""
        for at, found in values_at(context.inputs, self.at):
            if not isinstance(found, dict):
                continue
            chosen = [name for name in self.names if given(found, name)]
            listed = ", ".join(self.names)
            if not chosen and self.needed != "few":
                yield Violation(f"{at}.{self.names[0]}", f"one of {listed} is required")
            if len(chosen) > 1 and self.needed != "some":
                yield Violation(f"{at}.{chosen[1]}", f"not together with {chosen[0]}: give one of {listed}")


_RULE = "rules[*].actionParameters"
_QUERY = f"{_RULE}.cacheKey.customKey.queryString"
CHOICES: tuple[Choice, ...] = (
    Choice(_RULE, ("fromList", "fromValue"), "few"),
    Choice(_RULE, ("assetName", "content"), "few"),
    Choice(f"{_RULE}.fromValue.targetUrl", ("value", "expression"), "one"),
    Choice(f"{_RULE}.uri", ("path", "query"), "some"),
    Choice(f"{_RULE}.uri.path", ("value", "expression"), "one"),
    Choice(f"{_RULE}.uri.query", ("value", "expression"), "one"),
    Choice(f"{_RULE}.origin", ("host", "port"), "some"),
    Choice(_QUERY, ("include", "exclude"), "few"),
    Choice(f"{_QUERY}.include", ("list", "all"), "one"),
    Choice(f"{_QUERY}.exclude", ("list", "all"), "one"),
    Choice(f"{_RULE}.edgeTtl.statusCodeTtls[*]", ("statusCode", "statusCodeRange"), "one"),
    Choice(f"{_RULE}.edgeTtl.statusCodeTtls[*].statusCodeRange", ("from", "to"), "some"),
)
"""Alternatives in a ruleset's rules; `values_cloudflare_rulesets` has those of headers and cache tags."""


def _chosen(context: Context) -> Iterator[Violation]:
    for choice in CHOICES:
        yield from choice.violations(context)


def _pull(context: Context) -> Iterator[Violation]:
    """One association of a host name: the provider counts when it creates, and again when it updates."""
    configs = context.inputs.get("configs")
    if not isinstance(configs, list):
        return
    if len(configs) != 1:
        yield Violation("configs", f"{len(configs)} host names, exactly one is allowed: make one resource for each")
    for index, config in enumerate(configs):
        if isinstance(config, dict) and not given(config, "hostname"):
            yield Violation(f"configs[{index}].hostname", "required, it names the association")
        if isinstance(config, dict) and flag(config.get("enabled")) and not given(config, "certId"):
            yield Violation(f"configs[{index}].certId", "required, it names the certificate that is shown")


def _content_or_data(context: Context) -> Iterator[Violation]:
    if text(context.inputs, "content") and given(context.inputs, "data"):
        yield Violation("data", "not together with content: give one of content, data")


def _told(context: Context) -> Iterator[Violation]:
    mechanisms = context.inputs.get("mechanisms")
    if isinstance(mechanisms, dict) and not any(
        given(mechanisms, name) for name in ("emails", "pagerduties", "webhooks")
    ):
        yield Violation("mechanisms", "at least one e-mail address, PagerDuty service or webhook is required")


_on = On("one-of", "cloudflare:index/ruleset:Ruleset", f"{_PROVIDER}, cloudflare_ruleset, schema validators")
_pulls_on = On(
    "host-pulls",
    "cloudflare:index/authenticatedOriginPulls:AuthenticatedOriginPulls",
    f"{_PROVIDER}, cloudflare_authenticated_origin_pulls, Create: config must contain exactly one hostname association",
)
_record_on = On(
    "record-data", "cloudflare:index/dnsRecord:DnsRecord", f"{_PROVIDER}, cloudflare_dns_record, validators"
)
_policy_on = On(
    "notification",
    "cloudflare:index/notificationPolicy:NotificationPolicy",
    "Cloudflare API, Create a notification policy",
)
RULES: tuple[Rule, ...] = (
    _on.custom("choices", _chosen),
    _pulls_on.custom("count", _pull),
    _record_on.custom("content", _content_or_data),
    _policy_on.custom("mechanisms", _told),
)
