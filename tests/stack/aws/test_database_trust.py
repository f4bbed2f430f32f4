"""In every stack, every pod that has a database URL can check who answers it."""

from __future__ import annotations

import pytest

from components.postgres.database_trust import DIRECTORY, FILE_PATH
from components.postgres.rds_authorities import rds_authority
from tests.support.stack import COMBINATIONS, recorded

DEPLOYMENT = "kubernetes:apps/v1:Deployment"


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_every_database_url_of_the_pods_checks_the_server(environment: str, phase: str) -> None:
    secret = recorded(environment, phase).one("kubernetes:core/v1:Secret", "app-secrets-database")
    urls = secret.inputs["stringData"]
    assert len(urls) >= 2
    assert [url for url in urls.values() if not url.endswith(f"?sslmode=verify-full&sslrootcert={FILE_PATH}")] == []


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_every_pod_with_a_database_url_has_the_authorities_mounted_and_no_other_pod(
    environment: str, phase: str
) -> None:
    connecting = 0
    for item in recorded(environment, phase).of_type(DEPLOYMENT):
        container = item.inputs["spec"]["template"]["spec"]["containers"][0]
        reads = any(entry["name"].startswith("DATABASE_") for entry in container.get("env", []))
        mounted = any(mount["mountPath"] == DIRECTORY for mount in container.get("volumeMounts", []))
        assert mounted == reads, item.name
        connecting += reads
    assert connecting >= 1


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_the_databases_own_authority_stays_trusted_behind_a_pooler(environment: str, phase: str) -> None:
    recording = recorded(environment, phase)
    bundle = recording.one("kubernetes:core/v1:ConfigMap", "database-trust-config").inputs["data"]["ca.crt"]
    assert bundle.startswith(rds_authority("us-east-1"))
    pooled = bool(recording.of_type("bailbondpro:pooler:Pooler"))
    assert (len(bundle) > len(rds_authority("us-east-1"))) == pooled
