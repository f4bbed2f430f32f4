"""A server certificate inside the cluster, signed by an authority of the stack's own that signs nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_tls as tls

AUTHORITY_HOURS = 20 * 365 * 24
"""Twenty years: clients trust it by file, so that replacing it restarts them all."""
CERTIFICATE_HOURS = 5 * 365 * 24
RENEWAL_HOURS = 2 * 365 * 24
"""Any deployment in the last two of its five years replaces the certificate."""


@dataclass(frozen=True, kw_only=True)
class PrivateCertificateArgs:
    """Whom the certificate names.

    Attributes:
        common_name: for people who look at it.
        dns_names: what clients may call the server.
        protect: refuse to delete or replace the keys.
    """

    common_name: str
    dns_names: tuple[pulumi.Input[str], ...]
    protect: bool = False


class PrivateCertificate(pulumi.ComponentResource):
    """An authority, and one server certificate of it; P-256 keys, whose handshakes cost the server little.

    Example:
        ```python
        names = ("pgbouncer.production.svc.cluster.local",)
        certificate = PrivateCertificate(
            "pooler-certificate", PrivateCertificateArgs(common_name="pgbouncer", dns_names=names)
        )
        pulumi.export("authority", certificate.authority_pem)
        ```
    """

    certificate_pem: pulumi.Output[str]
    private_key_pem: pulumi.Output[str]
    """Secret."""
    authority_pem: pulumi.Output[str]
    """What clients have to trust."""

    def __init__(self, name: str, args: PrivateCertificateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:private_certificate:PrivateCertificate", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        kept = pulumi.ResourceOptions(parent=self, protect=args.protect)
        authority_key = tls.PrivateKey(f"{name}-authority-key", algorithm="ECDSA", ecdsa_curve="P256", opts=kept)
        authority = tls.SelfSignedCert(
            f"{name}-authority",
            private_key_pem=authority_key.private_key_pem,
            is_ca_certificate=True,
            subject=tls.SelfSignedCertSubjectArgs(common_name=f"{args.common_name} authority"),
            validity_period_hours=AUTHORITY_HOURS,
            allowed_uses=["cert_signing", "digital_signature"],
            opts=child,
        )
        key = tls.PrivateKey(f"{name}-key", algorithm="ECDSA", ecdsa_curve="P256", opts=kept)
        request = tls.CertRequest(
            f"{name}-request",
            private_key_pem=key.private_key_pem,
            subject=tls.CertRequestSubjectArgs(common_name=args.common_name),
            dns_names=list(args.dns_names),
            opts=child,
        )
        certificate = tls.LocallySignedCert(
            f"{name}-certificate",
            cert_request_pem=request.cert_request_pem,
            ca_private_key_pem=authority_key.private_key_pem,
            ca_cert_pem=authority.cert_pem,
            validity_period_hours=CERTIFICATE_HOURS,
            early_renewal_hours=RENEWAL_HOURS,
            allowed_uses=["digital_signature", "server_auth"],
            opts=child,
        )
        self.certificate_pem = certificate.cert_pem
        self.private_key_pem = pulumi.Output.secret(key.private_key_pem)
        self.authority_pem = authority.cert_pem
        self.register_outputs({"certificatePem": self.certificate_pem, "authorityPem": self.authority_pem})
