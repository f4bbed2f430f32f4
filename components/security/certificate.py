"""What a gateway's TLS certificate must offer, one that needs no authority, and several in one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pulumi
import pulumi_tls as tls

from .generations import CertificateEnd, of_generation, renewal_hours

if TYPE_CHECKING:
    from collections.abc import Sequence

RSA_BITS = 2048
VALIDITY_HOURS = 10 * 365 * 24
"""Ten years: a self-signed certificate is trusted by nobody anyway, it only encrypts."""


def bundle(pems: Sequence[pulumi.Output[str]]) -> pulumi.Output[str]:
    """Several certificates as one file: whoever reads it trusts each of them; one alone stays as it is."""
    if len(pems) == 1:
        return pems[0]
    return pulumi.Output.all(*pems).apply(lambda texts: "".join(f"{text.strip()}\n" for text in texts))


class GatewayCertificate(Protocol):
    """A certificate with its key, and the authority of the clients that may connect."""

    certificate_pem: pulumi.Output[str]
    private_key_pem: pulumi.Output[str]
    client_ca_pem: pulumi.Output[str]
    ends: tuple[CertificateEnd, ...]


@dataclass(frozen=True, kw_only=True)
class SelfSignedCertificateArgs:
    """Whom the certificate names.

    Attributes:
        domain: the apex; the certificate also covers one level below it.
        generation: rotation counter, from 1. Another number is another key and certificate; nobody verifies them.
    """

    domain: str
    generation: int = 1


class SelfSignedCertificate(pulumi.ComponentResource):
    """A certificate signed by its own key, for a gateway without a CDN in front: encryption without identity.

    Example:
        ```python
        certificate = SelfSignedCertificate("gateway-certificate", SelfSignedCertificateArgs(domain="dev.example.com"))
        pulumi.export("certificate", certificate.certificate_pem)
        ```
    """

    certificate_pem: pulumi.Output[str]
    private_key_pem: pulumi.Output[str]
    client_ca_pem: pulumi.Output[str]
    """The certificate itself: nobody has a client certificate of it."""
    ends: tuple[CertificateEnd, ...]
    """When it ends."""

    def __init__(self, name: str, args: SelfSignedCertificateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:certificate:SelfSignedCertificate", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        prefix = of_generation(name, args.generation)
        key = tls.PrivateKey(f"{prefix}-key", algorithm="RSA", rsa_bits=RSA_BITS, opts=child)
        certificate = tls.SelfSignedCert(
            f"{prefix}-certificate",
            private_key_pem=key.private_key_pem,
            dns_names=[args.domain, f"*.{args.domain}"],
            subject=tls.SelfSignedCertSubjectArgs(common_name=args.domain),
            validity_period_hours=VALIDITY_HOURS,
            early_renewal_hours=renewal_hours(VALIDITY_HOURS),
            allowed_uses=["digital_signature", "key_encipherment", "server_auth"],
            opts=child,
        )
        self.certificate_pem = certificate.cert_pem
        self.private_key_pem = pulumi.Output.secret(key.private_key_pem)
        self.client_ca_pem = certificate.cert_pem
        self.ends = (
            CertificateEnd(
                name=f"{prefix}-certificate", ends=certificate.validity_end_time, validity_hours=VALIDITY_HOURS
            ),
        )
        self.register_outputs({"certificatePem": self.certificate_pem})
