"""What a gateway's TLS certificate must offer, and one that needs no authority."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pulumi
import pulumi_tls as tls

RSA_BITS = 2048
VALIDITY_HOURS = 10 * 365 * 24
"""Ten years: a self-signed certificate is trusted by nobody anyway, it only encrypts."""


class GatewayCertificate(Protocol):
    """A certificate with its key, and the authority of the clients that may connect."""

    certificate_pem: pulumi.Output[str]
    private_key_pem: pulumi.Output[str]
    client_ca_pem: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class SelfSignedCertificateArgs:
    """Whom the certificate names.

    Attributes:
        domain: the apex; the certificate also covers one level below it.
    """

    domain: str


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

    def __init__(self, name: str, args: SelfSignedCertificateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:certificate:SelfSignedCertificate", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        key = tls.PrivateKey(f"{name}-key", algorithm="RSA", rsa_bits=RSA_BITS, opts=child)
        certificate = tls.SelfSignedCert(
            f"{name}-certificate",
            private_key_pem=key.private_key_pem,
            dns_names=[args.domain, f"*.{args.domain}"],
            subject=tls.SelfSignedCertSubjectArgs(common_name=args.domain),
            validity_period_hours=VALIDITY_HOURS,
            allowed_uses=["digital_signature", "key_encipherment", "server_auth"],
            opts=child,
        )
        self.certificate_pem = certificate.cert_pem
        self.private_key_pem = pulumi.Output.secret(key.private_key_pem)
        self.client_ca_pem = certificate.cert_pem
        self.register_outputs({"certificatePem": self.certificate_pem})
