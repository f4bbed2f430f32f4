"""Certificates between the edge and the origin: what the origin shows, and what the edge shows to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.clock.certificates import until
from sandbox.model.base import Context, Violation, values_at
from sandbox.model.checks import On, flag, given
from sandbox.model.references import Reference, Target
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Returned, Row, schema_only
from sandbox.services.cloudflare import returned as cf
from sandbox.services.tls import pem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.outputs import Inputs
    from sandbox.model.place import Place

HOSTNAME_CERTIFICATE = (
    Target("cloudflare:index/authenticatedOriginPullsHostnameCertificate:AuthenticatedOriginPullsHostnameCertificate"),
)
VALIDITY = (7, 30, 90, 365, 730, 1095, 5475)
"""Days that Cloudflare Origin CA signs for."""


def _hosts(context: Context) -> Iterator[Violation]:
    for at, name in values_at(context.inputs, "hostnames[*]"):
        if isinstance(name, str) and re.fullmatch(r"(\*\.)?([a-z0-9_-]+\.)+[a-z0-9-]+", name) is None:
            yield Violation(at, f"{name!r} is no host name; one star may stand first")


def _outputs(_name: str, _inputs: Inputs, _identity: str, _place: Place) -> dict[str, Any]:
    return {"certificate": pem("CERTIFICATE"), "expiresOn": "2041-01-01T00:00:00Z"}


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


_origin = On("origin-ca", source="Cloudflare API, Create certificate")
_pulls = On(
    "host-pulls",
    source="terraform-provider-cloudflare 5.22.0, cloudflare_authenticated_origin_pulls, Create: config must contain "
    "exactly one hostname association",
)
_SILENT = "what the API refuses beside the schema was not looked up"
ROWS = (
    Row(
        token="cloudflare:index/originCaCertificate:OriginCaCertificate",
        name=NONE,
        outputs=_outputs,
        replaced=Replaced(("csr", "hostnames", "requestType", "requestedValidity")),
        references=(),
        unique=(),
        values=(
            _origin.one_of("requestType", ("origin-rsa", "origin-ecc", "keyless-certificate")),
            _origin.one_of("requestedValidity", VALIDITY),
            _origin.at_most("hostnames", 100),
            _origin.custom("hosts", _hosts),
        ),
        timing=until(
            "expiresOn", "Cloudflare API, Create certificate: requested_validity", "requestedValidity", VALIDITY[-1]
        ),
        returned=Returned(values=cf.ORIGIN_CERTIFICATE),
    ),
    Row(
        token="cloudflare:index/authenticatedOriginPulls:AuthenticatedOriginPulls",
        name=NONE,
        replaced=Replaced(("zoneId",)),
        references=(Reference("configs[*].certId", HOSTNAME_CERTIFICATE, "certificate not found"),),
        unique=(),
        values=(_pulls.custom("count", _pull),),
    ),
    schema_only(HOSTNAME_CERTIFICATE[0].token, _SILENT, Replaced(("certificate", "privateKey", "zoneId"))),
    schema_only(
        "cloudflare:index/authenticatedOriginPullsCertificate:AuthenticatedOriginPullsCertificate",
        _SILENT,
        Replaced(("certificate", "zoneId")),
    ),
    schema_only(
        "cloudflare:index/authenticatedOriginPullsSettings:AuthenticatedOriginPullsSettings",
        _SILENT,
        Replaced(("zoneId",)),
    ),
)
