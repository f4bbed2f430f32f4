"""A server certificate inside the cluster, signed by an authority of the stack's own that signs nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi
import pulumi_tls as tls

from .certificate import bundle
from .generations import CertificateEnd, Generations, of_generation, renewal_hours

if TYPE_CHECKING:
    from collections.abc import Sequence

AUTHORITY_HOURS = 20 * 365 * 24
"""Twenty years: clients trust it by file, so that replacing it restarts them all."""
CERTIFICATE_HOURS = 5 * 365 * 24


@dataclass(frozen=True, kw_only=True)
class PrivateCertificateArgs:
    """Whom the certificate names.

    Attributes:
        common_name: for people who look at it.
        dns_names: what clients may call the server.
        generations: which generations of keys exist. Of two, the server shows the older one and clients trust both:
            the next deployment, which retires the older one, changes the server before its clients.
        protect: refuse to delete or replace the keys of the newest generation.
    """

    common_name: str
    dns_names: tuple[pulumi.Input[str], ...]
    generations: Generations = field(default_factory=Generations)
    protect: bool = False


@dataclass(frozen=True, kw_only=True)
class _Generation:
    """An authority and its one certificate."""

    authority: tls.SelfSignedCert
    key: tls.PrivateKey
    certificate: tls.LocallySignedCert
    ends: tuple[CertificateEnd, ...]


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
    """What clients have to trust; several certificates while two generations take turns."""
    ends: tuple[CertificateEnd, ...]
    """When each certificate ends."""

    def __init__(self, name: str, args: PrivateCertificateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:private_certificate:PrivateCertificate", name, None, opts)
        made = self._made(name, args)
        shown = made[-1]
        self.certificate_pem = shown.certificate.cert_pem
        self.private_key_pem = pulumi.Output.secret(shown.key.private_key_pem)
        self.authority_pem = bundle([one.authority.cert_pem for one in made])
        self.ends = tuple(end for one in made for end in one.ends)
        self.register_outputs({"certificatePem": self.certificate_pem, "authorityPem": self.authority_pem})

    def _made(self, name: str, args: PrivateCertificateArgs) -> Sequence[_Generation]:
        """Every generation, the newest first."""
        return [
            _generation(
                of_generation(name, number),
                args,
                pulumi.ResourceOptions(parent=self, protect=args.protect and number == args.generations.newest),
                pulumi.ResourceOptions(parent=self),
            )
            for number in args.generations.valid
        ]


def _generation(
    name: str, args: PrivateCertificateArgs, kept: pulumi.ResourceOptions, child: pulumi.ResourceOptions
) -> _Generation:
    authority_key = tls.PrivateKey(f"{name}-authority-key", algorithm="ECDSA", ecdsa_curve="P256", opts=kept)
    authority = tls.SelfSignedCert(
        f"{name}-authority",
        private_key_pem=authority_key.private_key_pem,
        is_ca_certificate=True,
        subject=tls.SelfSignedCertSubjectArgs(common_name=f"{args.common_name} authority"),
        validity_period_hours=AUTHORITY_HOURS,
        early_renewal_hours=renewal_hours(AUTHORITY_HOURS),
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
        early_renewal_hours=renewal_hours(CERTIFICATE_HOURS),
        allowed_uses=["digital_signature", "server_auth"],
        opts=child,
    )
    return _Generation(
        authority=authority,
        key=key,
        certificate=certificate,
        ends=(
            CertificateEnd(name=f"{name}-authority", ends=authority.validity_end_time, validity_hours=AUTHORITY_HOURS),
            CertificateEnd(
                name=f"{name}-certificate", ends=certificate.validity_end_time, validity_hours=CERTIFICATE_HOURS
            ),
        ),
    )
