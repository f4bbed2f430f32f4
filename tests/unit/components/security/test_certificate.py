from __future__ import annotations

from components.security.certificate import SelfSignedCertificate, SelfSignedCertificateArgs
from tests.support.recording import Recording, record


def recorded(domain: str = "bailbondpro.dev") -> Recording:
    def build() -> dict[str, object]:
        certificate = SelfSignedCertificate("gateway-certificate", SelfSignedCertificateArgs(domain=domain))
        return {"certificate": certificate.certificate_pem, "authority": certificate.client_ca_pem}

    return record(build)


def test_the_certificate_names_the_domain_and_every_host_below_it() -> None:
    inputs = recorded("example.org").one("tls:index/selfSignedCert:SelfSignedCert").inputs
    assert inputs["dnsNames"] == ["example.org", "*.example.org"]
    assert inputs["subject"]["commonName"] == "example.org"


def test_it_serves_tls_and_signs_nothing_else() -> None:
    inputs = recorded().one("tls:index/selfSignedCert:SelfSignedCert").inputs
    assert "server_auth" in inputs["allowedUses"]
    assert "cert_signing" not in inputs["allowedUses"]
    assert not inputs.get("isCaCertificate")


def test_the_key_is_rsa_of_2048_bits_and_never_plain_in_the_state() -> None:
    recording = recorded()
    key = recording.one("tls:index/privateKey:PrivateKey").inputs
    assert (key["algorithm"], key["rsaBits"]) == ("RSA", 2048)
    assert "privateKeyPem" in recording.one("tls:index/selfSignedCert:SelfSignedCert").secret_inputs


def test_only_a_holder_of_the_certificate_itself_counts_as_a_client() -> None:
    result = recorded().result
    assert result["authority"] == result["certificate"]


def test_everything_hangs_below_the_component() -> None:
    recording = recorded()
    component = recording.one("bailbondpro:certificate:SelfSignedCertificate")
    assert {resource.parent for resource in recording if resource.custom} == {component.urn}
