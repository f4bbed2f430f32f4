"""Values that Cloudflare gives back in another form than they were sent.

Read in terraform-provider-cloudflare 5.22.0 and the threads of that repository, which are named by their numbers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.model.returned import Kind, Shows, Value, any_order, filled, hidden, late, same_text
from sandbox.model.rows import Alike, Returned
from sandbox.protocol.wire import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.model.outputs import Inputs


def _thread(*numbers: int) -> str:
    return f"terraform-provider-cloudflare {', '.join(map(str, numbers))}"


def _code(name: str) -> str:
    return f"terraform-provider-cloudflare, internal/services/{name}"


def sorted_by(key: str) -> Callable[[Any, Inputs], Any]:
    """Objects in the alphabetical order of one of their properties, or texts where no property is named."""

    def form(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
        if not isinstance(value, list):
            return value
        texts = [item.get(key) if key and isinstance(item, dict) else item for item in value]
        if not all(isinstance(text, str) for text in texts):
            return value
        return [value[at] for at in sorted(range(len(value)), key=lambda at: str(texts[at]))]

    return form


def in_order(path: str, key: str, source: str, *, replaces: bool = False) -> Value:
    """A list that comes back sorted, and that the provider compares in order."""
    back = f"sorted by `{key}`" if key else "sorted"
    return Value(
        path,
        Kind.ORDER,
        "in another order",
        f"{back}: replaced each time" if replaces else back,
        source,
        Shows.AFTER_REFRESH,
        sorted_by(key),
    )


def _small(value: Any, inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    return value.lower() if isinstance(value, str) and inputs.get("type") == "CNAME" else value


def _undotted(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    return value.removesuffix(".") if isinstance(value, str) else value


_PIECE = 255
"""Bytes of one string of a TXT record (RFC 1035, 3.3.14)."""


def _pieces(value: Any, inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    whole = re.fullmatch(r'"([^"]*)"', value) if isinstance(value, str) and inputs.get("type") == "TXT" else None
    if whole is None or len(whole[1]) <= _PIECE:
        return value
    return " ".join(f'"{whole[1][at : at + _PIECE]}"' for at in range(0, len(whole[1]), _PIECE))


def _no_tags(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    return value or None


_DNS = f"{_code('dns_record/custom.go')}, ModifyPlan"
RECORD = (
    same_text("name", "a name with a final dot", "without it", _DNS, _undotted, kept=True),
    Value(
        "name",
        Kind.FORM,
        "`www`, `@`",
        "the whole name, `www.example.com`",
        _DNS,
    ),
    same_text("content", "a CNAME's target with capital letters", "small letters", _DNS, _small, kept=True),
    Value(
        "content",
        Kind.FORM,
        "a TXT of more than 255 characters in one string",
        "strings of 255 characters",
        _thread(6238),
        Shows.AFTER_REFRESH,
        _pieces,
    ),
    Value(
        "content",
        Kind.FORM,
        "a TXT without quotes",
        "as it was sent, with a warning in the dashboard",
        _thread(6354, 5351, 4650),
    ),
    Value("tags", Kind.DROPPED, "an empty list", "nothing", _DNS, same=_no_tags),
    Value(
        "ttl",
        Kind.FORM,
        "another number than 1, with `proxied`",
        "1: refused here",
        "Cloudflare DNS documentation, Time to Live",
        Shows.AFTER_REFRESH,
    ),
    Value("settings", Kind.DROPPED, "an empty object", "`false` for each setting of a CNAME", _DNS, same=_no_tags),
)


def _plain(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    if isinstance(value, (bool, Unknown)):
        return value
    return f"{value:g}" if isinstance(value, (int, float)) else value


ZONE_SETTING = (
    same_text(
        "value",
        "`14400` or `14400.0`",
        "a number of the type that the API chooses",
        f"{_code('zone_setting/schema.go')}, NormalizeDynamicPlanModifier; commit 468f59a",
        _plain,
        kept=True,
    ),
    Value(
        "value",
        Kind.HIDDEN,
        "nothing: the setting is deleted in the program",
        "the setting keeps its value at Cloudflare",
        "Cloudflare API, Edit zone setting: there is no deletion",
        elsewhere=True,
    ),
)
RULESET = (
    Value(
        "rules[*].id",
        Kind.FORM,
        "rules without `ref`",
        "ids, refs, versions and times anew with every change, unknown in its preview",
        f"{_code('ruleset/resource.go')}, ModifyPlan; {_thread(5390, 5378)}",
    ),
    filled("rules[*].enabled", True, _code("ruleset/schema.go")),  # noqa: FBT003 - the default itself
)
POOL = (
    in_order("origins", "name", _thread(6140, 7028, 7179)),
    filled("enabled", True, _code("load_balancer_pool/schema.go")),  # noqa: FBT003 - the default itself
    filled("minimumOrigins", 1, _code("load_balancer_pool/schema.go")),
    filled("description", "", _code("load_balancer_pool/schema.go")),
    filled("notificationEmail", "", _code("load_balancer_pool/schema.go")),
    filled("origins[*].enabled", True, _code("load_balancer_pool/schema.go")),  # noqa: FBT003 - the default itself
    filled("origins[*].weight", 1, _code("load_balancer_pool/schema.go")),
    Value(
        "loadShedding",
        Kind.DEFAULT,
        "nothing",
        "an object of zeros, which older providers showed",
        "terraform-provider-cloudflare, commit 3fc31ee",
    ),
)
MONITOR = (
    filled("type", "http", _code("load_balancer_monitor/schema.go")),
    filled("interval", 60, _code("load_balancer_monitor/schema.go")),
    filled("retries", 2, _code("load_balancer_monitor/schema.go")),
    filled("timeout", 5, _code("load_balancer_monitor/schema.go")),
    filled("allowInsecure", False, _code("load_balancer_monitor/schema.go")),  # noqa: FBT003 - the default itself
    filled("followRedirects", False, _code("load_balancer_monitor/schema.go")),  # noqa: FBT003 - the default itself
    filled("description", "", _code("load_balancer_monitor/schema.go")),
)
BALANCER = (
    filled("enabled", True, _code("load_balancer/schema.go")),  # noqa: FBT003 - the default itself
    filled("proxied", False, _code("load_balancer/schema.go")),  # noqa: FBT003 - the default itself
    filled("sessionAffinity", "none", _code("load_balancer/schema.go")),
    filled("steeringPolicy", "", _code("load_balancer/schema.go")),
    Value(
        "rules",
        Kind.DEFAULT,
        "nothing",
        "empty maps of pools and objects of defaults, which older providers showed",
        "terraform-provider-cloudflare, commits 3d06582, 248c746",
    ),
)
ORIGIN_CERTIFICATE = (
    in_order("hostnames", "", _thread(5392, 6239), replaces=True),
    filled("requestedValidity", 5475, _code("origin_ca_certificate/schema.go")),
)
NOTIFICATION = (
    *any_order(_thread(6316), "mechanisms.emails", "mechanisms.pagerduties", "mechanisms.webhooks"),
    filled("enabled", True, _code("notification_policy/schema.go")),  # noqa: FBT003 - the default itself
    Value(
        "filters.newHealths",
        Kind.ORDER,
        "in another order",
        "sorted (unverified; the provider compares it in order)",
        _code("notification_policy/schema.go"),
        Shows.AFTER_REFRESH,
    ),
)
HOSTNAME_CERTIFICATE = (
    hidden("privateKey", "Cloudflare API, Upload a hostname certificate"),
    Value(
        "certificate",
        Kind.FORM,
        "PEM with other spaces at its end",
        "PEM with one line feed at its end",
        "terraform-provider-cloudflare, commit 9fa8e39",
        same=lambda value, _inputs: value.strip() if isinstance(value, str) else value,
    ),
    late("status", "a new certificate", "pending_deployment, then active", "Cloudflare API, hostname certificates"),
)
ALIKE = (
    Alike(
        "cloudflare:index/authenticatedOriginPullsHostnameCertificate:AuthenticatedOriginPullsHostnameCertificate",
        returned=Returned(values=HOSTNAME_CERTIFICATE),
    ),
)
"""Types that the schema alone describes."""
