"""The two certificates between Cloudflare and the origin: the gateway's own, and the one Cloudflare shows it."""

from __future__ import annotations

import pulumi
import pulumi_cloudflare as cloudflare
import pulumi_tls as tls

from .args import OriginCertificateArgs

__all__ = ["OriginCertificate", "OriginCertificateArgs"]

RSA_BITS = 2048
"""The guide's ciphers are ECDHE-RSA (scaling guide, Nginx Load Balancer Configuration), so the key is RSA."""


class OriginCertificate(pulumi.ComponentResource):
    """A certificate for the gateway and one for Cloudflare, so that each end proves itself to the other.

    The gateway's comes from Cloudflare's Origin CA, which only Cloudflare trusts. Cloudflare's comes from a CA of this
    component: the certificate that Cloudflare shares among all its customers would admit any of them.

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
    """The CA that the gateway verifies Cloudflare's certificate against."""
    client_certificate_pem: pulumi.Output[str]
    """The certificate that Cloudflare shows to the gateway."""
    client_private_key_pem: pulumi.Output[str]
    """Its private key; secret."""

    def __init__(self, name: str, args: OriginCertificateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:cdn:OriginCertificate", name, None, opts)
        load_bearing = pulumi.ResourceOptions(parent=self, protect=args.protect)
        child = pulumi.ResourceOptions(parent=self)

        key = tls.PrivateKey(f"{name}-key", algorithm="RSA", rsa_bits=RSA_BITS, opts=load_bearing)
        self.private_key_pem = pulumi.Output.secret(key.private_key_pem)
        self.certificate_pem = self._server_certificate(name, args, child).certificate

        ca_key, ca = self._client_ca(name, args, load_bearing)
        client_key = tls.PrivateKey(f"{name}-client-key", algorithm="RSA", rsa_bits=RSA_BITS, opts=load_bearing)
        request = self._client_request(name, args, client_key, child)
        self.client_ca_pem = ca.cert_pem
        self.client_certificate_pem = tls.LocallySignedCert(
            f"{name}-client-certificate",
            cert_request_pem=request.cert_request_pem,
            ca_private_key_pem=ca_key.private_key_pem,
            ca_cert_pem=ca.cert_pem,
            validity_period_hours=args.validity_days * 24,
            allowed_uses=["digital_signature", "key_encipherment", "client_auth"],
            opts=child,
        ).cert_pem
        self.client_private_key_pem = pulumi.Output.secret(client_key.private_key_pem)
        self.register_outputs(
            {
                "certificatePem": self.certificate_pem,
                "privateKeyPem": self.private_key_pem,
                "clientCaPem": self.client_ca_pem,
                "clientCertificatePem": self.client_certificate_pem,
                "clientPrivateKeyPem": self.client_private_key_pem,
            }
        )

    def _server_certificate(
        self, name: str, args: OriginCertificateArgs, opts: pulumi.ResourceOptions
    ) -> cloudflare.OriginCaCertificate:
        names = [args.domain, f"*.{args.domain}"]
        request = tls.CertRequest(
            f"{name}-request",
            private_key_pem=self.private_key_pem,
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

    @staticmethod
    def _client_ca(
        name: str, args: OriginCertificateArgs, opts: pulumi.ResourceOptions
    ) -> tuple[tls.PrivateKey, tls.SelfSignedCert]:
        key = tls.PrivateKey(f"{name}-client-ca-key", algorithm="RSA", rsa_bits=RSA_BITS, opts=opts)
        certificate = tls.SelfSignedCert(
            f"{name}-client-ca",
            private_key_pem=key.private_key_pem,
            is_ca_certificate=True,
            validity_period_hours=args.validity_days * 24,
            allowed_uses=["cert_signing", "crl_signing"],
            subject=tls.SelfSignedCertSubjectArgs(
                common_name=f"Origin pull CA of {args.domain}", organization=args.organization
            ),
            opts=opts,
        )
        return key, certificate

    @staticmethod
    def _client_request(
        name: str, args: OriginCertificateArgs, key: tls.PrivateKey, opts: pulumi.ResourceOptions
    ) -> tls.CertRequest:
        return tls.CertRequest(
            f"{name}-client-request",
            private_key_pem=key.private_key_pem,
            subject=tls.CertRequestSubjectArgs(
                common_name=f"Cloudflare for {args.domain}", organization=args.organization
            ),
            opts=opts,
        )
