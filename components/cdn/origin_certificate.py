"""The two certificates between Cloudflare and the origin: the gateway's own, and the one Cloudflare shows it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_cloudflare as cloudflare
import pulumi_tls as tls

from ..security.certificate import bundle
from ..security.generations import DAY_HOURS, CertificateEnd, of_generation
from .args import ClientCertificate, OriginCertificateArgs

__all__ = ["OriginCertificate", "OriginCertificateArgs"]

RSA_BITS = 2048
"""The guide's ciphers are ECDHE-RSA (scaling guide, Nginx Load Balancer Configuration), so the key is RSA."""

VALIDITY = ("requestedValidity", "validityPeriodHours")
"""For how long certificates are valid, as their providers call it."""


@dataclass(frozen=True, kw_only=True)
class _Generation:
    """Keys and certificates of both ends."""

    key: tls.PrivateKey
    certificate: cloudflare.OriginCaCertificate
    authority: tls.SelfSignedCert
    client_key: tls.PrivateKey
    client_certificate: tls.LocallySignedCert


class OriginCertificate(pulumi.ComponentResource):
    """A certificate for the gateway and one for Cloudflare, so that each end proves itself to the other.

    The gateway's comes from Cloudflare's Origin CA, which only Cloudflare trusts. Cloudflare's comes from a CA of this
    component: the certificate that Cloudflare shares among all its customers would admit any of them. While two
    generations take turns, the gateway trusts the CAs of both, whichever of them Cloudflare shows the certificate of.

    Example:
        ```python
        certificate = OriginCertificate("origin", OriginCertificateArgs(domain="example.com"))
        gateway_certificate, gateway_key = certificate.certificate_pem, certificate.private_key_pem
        verifies_cloudflare = certificate.client_ca_pem
        shown_by_cloudflare, its_key = certificate.client_certificate_pem, certificate.client_private_key_pem
        ```
    """

    certificate_pem: pulumi.Output[str]
    """The gateway's certificate."""
    private_key_pem: pulumi.Output[str]
    """The gateway's private key; secret."""
    client_ca_pem: pulumi.Output[str]
    """The CAs that the gateway verifies Cloudflare's certificate against."""
    client_certificate_pem: pulumi.Output[str]
    """The certificate that Cloudflare shows to the gateway, once the gateway trusts its CA."""
    client_private_key_pem: pulumi.Output[str]
    """Its private key; secret."""
    client_certificates: tuple[ClientCertificate, ...]
    """That certificate with its key, and those of an older generation, which stay uploaded until it is retired."""
    ends: tuple[CertificateEnd, ...]
    """When each certificate ends."""

    def __init__(self, name: str, args: OriginCertificateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:cdn:OriginCertificate", name, None, opts)
        made = {number: self._generation(name, args, number) for number in args.generations.valid}
        newest = made[args.generations.newest]
        self.certificate_pem = newest.certificate.certificate
        self.private_key_pem = pulumi.Output.secret(newest.key.private_key_pem)
        self.client_ca_pem = bundle([one.authority.cert_pem for one in made.values()])
        self.client_certificate_pem = newest.client_certificate.cert_pem
        self.client_private_key_pem = pulumi.Output.secret(newest.client_key.private_key_pem)
        self.client_certificates = tuple(
            ClientCertificate(
                certificate_pem=one.client_certificate.cert_pem,
                private_key_pem=pulumi.Output.secret(one.client_key.private_key_pem),
                generation=number,
            )
            for number, one in made.items()
        )
        hours = args.validity_days * DAY_HOURS
        self.ends = tuple(end for number, one in made.items() for end in _ends(of_generation(name, number), one, hours))
        self.register_outputs(
            {
                "certificatePem": self.certificate_pem,
                "privateKeyPem": self.private_key_pem,
                "clientCaPem": self.client_ca_pem,
                "clientCertificatePem": self.client_certificate_pem,
                "clientPrivateKeyPem": self.client_private_key_pem,
            }
        )

    def _generation(self, prefix: str, args: OriginCertificateArgs, number: int) -> _Generation:
        """One generation of both ends: what is not a key can be made again from them, and is never protected.

        Nothing renews a certificate by itself: Cloudflare has to show a new one before its old one goes, which takes
        two deployments. An older generation stays as it is, also when the days of the newest one change.
        """
        name, newest = of_generation(prefix, number), number == args.generations.newest
        load_bearing = pulumi.ResourceOptions(parent=self, protect=args.protect and newest)
        child = pulumi.ResourceOptions(parent=self, ignore_changes=[] if newest else list(VALIDITY))
        hours = args.validity_days * DAY_HOURS
        key = tls.PrivateKey(f"{name}-key", algorithm="RSA", rsa_bits=RSA_BITS, opts=load_bearing)
        ca_key = tls.PrivateKey(f"{name}-client-ca-key", algorithm="RSA", rsa_bits=RSA_BITS, opts=load_bearing)
        authority = _client_ca(name, args, ca_key, child)
        client_key = tls.PrivateKey(f"{name}-client-key", algorithm="RSA", rsa_bits=RSA_BITS, opts=load_bearing)
        client_certificate = tls.LocallySignedCert(
            f"{name}-client-certificate",
            cert_request_pem=_client_request(name, args, client_key, child).cert_request_pem,
            ca_private_key_pem=ca_key.private_key_pem,
            ca_cert_pem=authority.cert_pem,
            validity_period_hours=hours,
            allowed_uses=["digital_signature", "key_encipherment", "client_auth"],
            opts=child,
        )
        return _Generation(
            key=key,
            certificate=_server_certificate(name, args, key, child),
            authority=authority,
            client_key=client_key,
            client_certificate=client_certificate,
        )


def _ends(name: str, made: _Generation, hours: int) -> tuple[CertificateEnd, ...]:
    return (
        CertificateEnd(name=f"{name}-certificate", ends=made.certificate.expires_on, validity_hours=hours),
        CertificateEnd(name=f"{name}-client-ca", ends=made.authority.validity_end_time, validity_hours=hours),
        CertificateEnd(
            name=f"{name}-client-certificate", ends=made.client_certificate.validity_end_time, validity_hours=hours
        ),
    )


def _server_certificate(
    name: str, args: OriginCertificateArgs, key: tls.PrivateKey, opts: pulumi.ResourceOptions
) -> cloudflare.OriginCaCertificate:
    names = [args.domain, f"*.{args.domain}"]
    request = tls.CertRequest(
        f"{name}-request",
        private_key_pem=pulumi.Output.secret(key.private_key_pem),
        dns_names=names,
        subject=tls.CertRequestSubjectArgs(common_name=args.domain, organization=args.organization),
        opts=opts,
    )
    return cloudflare.OriginCaCertificate(
        f"{name}-certificate",
        csr=request.cert_request_pem,
        hostnames=sorted(names),  # as the API returns them: another order replaces the certificate
        request_type="origin-rsa",
        requested_validity=args.validity_days,
        opts=opts,
    )


def _client_ca(
    name: str, args: OriginCertificateArgs, key: tls.PrivateKey, opts: pulumi.ResourceOptions
) -> tls.SelfSignedCert:
    hours = args.validity_days * DAY_HOURS
    return tls.SelfSignedCert(
        f"{name}-client-ca",
        private_key_pem=key.private_key_pem,
        is_ca_certificate=True,
        validity_period_hours=hours,
        allowed_uses=["cert_signing", "crl_signing"],
        subject=tls.SelfSignedCertSubjectArgs(
            common_name=f"Origin pull CA of {args.domain}", organization=args.organization
        ),
        opts=opts,
    )


def _client_request(
    name: str, args: OriginCertificateArgs, key: tls.PrivateKey, opts: pulumi.ResourceOptions
) -> tls.CertRequest:
    return tls.CertRequest(
        f"{name}-client-request",
        private_key_pem=key.private_key_pem,
        subject=tls.CertRequestSubjectArgs(common_name=f"Cloudflare for {args.domain}", organization=args.organization),
        opts=opts,
    )
