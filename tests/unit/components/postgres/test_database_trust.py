"""Whom pods believe to be their database: authorities by region, the file in the pods, the URLs, the pooler's own."""

from __future__ import annotations

import base64
from typing import Any

import pulumi
import pytest

from components.pooler.pooler import pooler_hosts
from components.postgres.database_trust import FILE_PATH, DatabaseTrust, DatabaseTrustArgs, verified, verifying
from components.postgres.rds_authorities import rds_authorities, rds_authority
from components.security.private_certificate import PrivateCertificate, PrivateCertificateArgs
from tests.support.recording import Recording, record

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
SIGNED = "tls:index/locallySignedCert:LocallySignedCert"
SELF_SIGNED = "tls:index/selfSignedCert:SelfSignedCert"
KEY = "tls:index/privateKey:PrivateKey"


def decoded(pem: str) -> bytes:
    return base64.b64decode("".join(pem.splitlines()[1:]), validate=True)


def test_every_region_has_three_different_roots() -> None:
    everything = "".join(rds_authorities().by_region.values())
    pems = everything.split("-----END CERTIFICATE-----\n")[:-1]
    assert len(pems) == 3 * len(rds_authorities().by_region)
    assert len({decoded(pem) for pem in pems}) == len(pems)


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2", "eu-central-1", "ap-southeast-2"])
def test_a_region_is_signed_by_roots_that_carry_its_name(region: str) -> None:
    for pem in rds_authority(region).split("-----END CERTIFICATE-----\n")[:-1]:
        assert f"Amazon RDS {region} Root CA".encode() in decoded(pem)


def test_a_region_without_a_known_authority_is_refused() -> None:
    with pytest.raises(ValueError, match="no RDS authority is known for 'mars-north-1'"):
        rds_authority("mars-north-1")


def trust(*authorities: str) -> Recording:
    return record(lambda: DatabaseTrust("trust", DatabaseTrustArgs(namespace="production", authorities=authorities)))


def test_the_file_of_the_pods_holds_every_authority_once_below_the_other() -> None:
    assert trust("one\n", "two").one(CONFIG_MAP).inputs["data"] == {"ca.crt": "one\ntwo\n"}


def test_without_an_authority_there_is_nobody_to_believe() -> None:
    with pytest.raises(ValueError, match="without an authority"):
        DatabaseTrustArgs(namespace="production", authorities=())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u:p@h:5432/db?sslmode=require", "postgresql://u:p@h:5432/db?"),
        ("postgresql://u:p@h:6432/primary", "postgresql://u:p@h:6432/primary?"),
        ("postgresql://u:p@h/db?application_name=a&sslmode=disable", "postgresql://u:p@h/db?application_name=a&"),
    ],
)
def test_a_url_for_pods_checks_name_and_certificate_whatever_it_said_before(url: str, expected: str) -> None:
    assert verifying(url) == f"{expected}sslmode=verify-full&sslrootcert={FILE_PATH}"


def test_a_url_for_pods_is_secret() -> None:
    def build() -> pulumi.Output[bool]:
        return pulumi.Output.from_input(verified("postgresql://u:p@h/db").is_secret())

    assert record(build).result is True


def certificate(**changes: Any) -> Recording:  # noqa: ANN401 - any field of the args
    fields: dict[str, Any] = {"common_name": "pgbouncer", "dns_names": pooler_hosts("production"), **changes}
    return record(lambda: PrivateCertificate("certificate", PrivateCertificateArgs(**fields)))


def test_the_poolers_certificate_names_the_host_of_its_urls() -> None:
    request = certificate().one("tls:index/certRequest:CertRequest")
    assert request.inputs["dnsNames"][-1] == "pgbouncer.production.svc.cluster.local"


def test_the_poolers_certificate_is_renewed_long_before_it_ends_and_its_authority_outlives_it() -> None:
    recording = certificate()
    signed, authority = recording.one(SIGNED).inputs, recording.one(SELF_SIGNED).inputs
    assert 365 * 24 <= signed["earlyRenewalHours"] < signed["validityPeriodHours"]
    assert authority["validityPeriodHours"] >= 2 * signed["validityPeriodHours"]
    assert authority["isCaCertificate"] is True
    assert "server_auth" not in authority["allowedUses"]


def test_the_keys_are_protected_where_it_is_asked_for() -> None:
    assert [key.protect for key in certificate(protect=True).of_type(KEY)] == [True, True]
    assert not any(key.protect for key in certificate().of_type(KEY))
