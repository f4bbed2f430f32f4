from __future__ import annotations

import configparser
from typing import Any
from urllib.parse import unquote, urlsplit

import pulumi
import pytest

from components.pooler.config import Endpoint, PoolerConfig, pgbouncer_ini, userlist
from components.pooler.pooler import Pooler, PoolerArgs, PoolerEndpoint, PoolerTls
from planner.simulation.reading.pooling import ANNOTATION, read_pools
from tests.support.recording import Recording, record

SECRET = "kubernetes:core/v1:Secret"  # noqa: S105 - a type token
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def endpoint(name: str, pool_size: int = 20, password: str = "s3rver") -> PoolerEndpoint:  # noqa: S107 - test data
    return PoolerEndpoint(
        name=name,
        host=f"{name}.db",
        database="bailbondpro",
        username="app",
        password=password,
        pool_size=pool_size,
    )


ENDPOINTS = (endpoint("primary"), endpoint("replica_1", 15), endpoint("shard_0", 10))


def pooler(**changes: Any) -> Recording:  # noqa: ANN401 - any field of the args
    fields: dict[str, Any] = {
        "namespace": "production",
        "image": "pgbouncer:1.24",
        "endpoints": ENDPOINTS,
        "client_username": "app",
        "client_password": pulumi.Output.secret("cl/ent"),
        "client_apps": ("bailbondpro",),
        "database_cidrs": ("10.0.104.0/24", "10.0.105.0/24"),
        **changes,
    }

    def build() -> dict[str, pulumi.Output[str]]:
        component = Pooler("pooler", PoolerArgs(**fields))
        return {item.name: component.url(item.name) for item in fields["endpoints"]}

    return record(build)


def ini(recording: Recording) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(recording.one(SECRET).inputs["stringData"]["pgbouncer.ini"])
    return parser


def test_every_server_has_a_pool_of_its_own_size() -> None:
    databases = ini(pooler())["databases"]
    assert list(databases) == ["primary", "replica_1", "shard_0"]
    assert "host=primary.db port=5432" in databases["primary"]
    assert "pool_size=20 max_db_connections=20" in databases["primary"]
    assert "pool_size=15 max_db_connections=15" in databases["replica_1"]
    assert "pool_size=10 max_db_connections=10" in databases["shard_0"]


def test_a_preview_shows_the_sizes_of_the_configuration_that_it_hides() -> None:
    recording = pooler(max_client_connections=1234)
    secret = recording.one(SECRET)
    hidden = read_pools(secret.inputs["stringData"]["pgbouncer.ini"].splitlines(), 2)
    shown = read_pools(secret.inputs["metadata"]["annotations"][ANNOTATION].split("; "), 2)
    assert shown == hidden
    assert shown is not None
    assert (shown.clients, shown.of("PRIMARY"), shown.of("REPLICA"), shown.of("SHARD")) == (1234, 20, 15, 10)


def test_connections_are_pooled_per_transaction() -> None:
    settings = ini(pooler())["pgbouncer"]
    assert settings["pool_mode"] == "transaction"
    assert settings["max_prepared_statements"] == "200"
    assert settings["listen_port"] == "6432"


def test_servers_are_reached_over_tls_always_and_verified_with_an_authority() -> None:
    assert ini(pooler())["pgbouncer"]["server_tls_sslmode"] == "require"
    verified = pooler(ca_bundle="-----BEGIN CERTIFICATE-----")
    assert ini(verified)["pgbouncer"]["server_tls_sslmode"] == "verify-full"
    assert ini(verified)["pgbouncer"]["server_tls_ca_file"] == "/etc/pgbouncer/ca.crt"
    assert verified.one(SECRET).inputs["stringData"]["ca.crt"].startswith("-----BEGIN")


def test_a_failover_is_noticed_within_seconds() -> None:
    assert int(ini(pooler())["pgbouncer"]["dns_max_ttl"]) <= 5


def test_clients_authenticate_with_scram_against_the_one_user() -> None:
    recording = pooler()
    assert ini(recording)["pgbouncer"]["auth_type"] == "scram-sha-256"
    assert recording.one(SECRET).inputs["stringData"]["userlist.txt"] == '"app" "cl/ent"\n'


def test_the_configuration_with_its_passwords_is_secret() -> None:
    assert "stringData" in pooler().one(SECRET).secret_inputs


def test_urls_lead_to_the_pooler_and_name_the_endpoint_as_the_database() -> None:
    recording = pooler()
    url = urlsplit(recording.result["replica_1"])
    assert (url.scheme, url.hostname, url.port) == (
        "postgresql",
        "pgbouncer.production.svc.cluster.local",
        6432,
    )
    assert url.path == "/replica_1"
    assert (url.username, unquote(url.password or "")) == ("app", "cl/ent")


def test_urls_are_secret() -> None:
    def build() -> pulumi.Output[bool]:
        component = Pooler(
            "pooler",
            PoolerArgs(
                namespace="production",
                image="pgbouncer",
                endpoints=ENDPOINTS,
                client_username="app",
                client_password="plain",  # noqa: S106 - test data
                client_apps=("bailbondpro",),
                database_cidrs=("10.0.104.0/24",),
            ),
        )
        return pulumi.Output.from_input(component.url("primary").is_secret())

    assert record(build).result is True


def test_an_unknown_endpoint_has_no_url() -> None:
    def build() -> None:
        args = PoolerArgs(
            namespace="production",
            image="pgbouncer",
            endpoints=ENDPOINTS,
            client_username="app",
            client_password="p",  # noqa: S106 - test data
            client_apps=(),
            database_cidrs=(),
        )
        with pytest.raises(KeyError, match="shard_9"):
            Pooler("pooler", args).url("shard_9")

    record(build)


def test_a_rotated_password_rolls_the_pods() -> None:
    def checksum(recording: Recording) -> str:
        template = recording.one(DEPLOYMENT).inputs["spec"]["template"]
        found: str = template["metadata"]["annotations"]["checksum/config"]
        return found

    rotated = pooler(endpoints=(endpoint("primary", password="n3w"),))  # noqa: S106 - test data
    assert checksum(pooler(endpoints=(endpoint("primary"),))) != checksum(rotated)


def test_the_pod_template_itself_holds_no_secret() -> None:
    assert pooler().one(DEPLOYMENT).secret_inputs == frozenset()


def test_only_the_applications_pods_reach_the_pooler_and_it_reaches_only_databases() -> None:
    spec = pooler().one("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs["spec"]
    assert spec["ingress"] == [
        {
            "from": [{"podSelector": {"matchLabels": {"app": "bailbondpro"}}}],
            "ports": [{"port": 6432, "protocol": "TCP"}],
        },
        {
            "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
            "ports": [{"port": 9127, "protocol": "TCP"}],
        },
    ]
    assert spec["egress"][1] == {
        "to": [{"ipBlock": {"cidr": "10.0.104.0/24"}}, {"ipBlock": {"cidr": "10.0.105.0/24"}}],
        "ports": [{"port": 5432, "protocol": "TCP"}],
    }


def test_running_transactions_end_before_the_process_does() -> None:
    spec = pooler().one(DEPLOYMENT).inputs["spec"]["template"]["spec"]
    main = spec["containers"][0]
    assert main["lifecycle"]["preStop"] == {"exec": {"command": ["sh", "-c", "sleep 15; kill -INT 1; sleep 60"]}}
    assert spec["terminationGracePeriodSeconds"] > 15 + 60


def test_a_longer_request_gives_its_transactions_longer_to_end() -> None:
    spec = pooler(finish_seconds=200).one(DEPLOYMENT).inputs["spec"]["template"]["spec"]
    command = spec["containers"][0]["lifecycle"]["preStop"]["exec"]["command"]
    assert command == ["sh", "-c", "sleep 15; kill -INT 1; sleep 200"]
    assert spec["terminationGracePeriodSeconds"] > 15 + 200


def test_the_exporter_asks_the_pooler_in_its_own_pod_with_a_secret_url() -> None:
    recording = pooler()
    exporter = recording.one(DEPLOYMENT).inputs["spec"]["template"]["spec"]["containers"][1]
    (variable,) = exporter["env"]
    reference = variable["valueFrom"]["secretKeyRef"]
    url = urlsplit(recording.one(SECRET).inputs["stringData"][reference["key"]])
    assert (url.hostname, url.port, url.path) == ("127.0.0.1", 6432, "/pgbouncer")


def test_two_pods_survive_a_drain_and_one_does_not_block_it() -> None:
    budget = "kubernetes:policy/v1:PodDisruptionBudget"
    assert len(pooler().of_type(budget)) == 1
    assert pooler(replicas=1).of_type(budget) == []
    assert pooler(replicas=3).one(DEPLOYMENT).inputs["spec"]["replicas"] == 3


@pytest.mark.parametrize(
    "wrong",
    [{"endpoints": ()}, {"endpoints": (endpoint("primary"), endpoint("primary"))}, {"replicas": 0}],
)
def test_a_pooler_that_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"at least one|unique"):
        pooler(**wrong)


@pytest.mark.parametrize(("name", "size"), [("replica-1", 1), ("a b", 1), ("primary", 0)])
def test_an_endpoint_that_would_break_the_file_is_refused(name: str, size: int) -> None:
    with pytest.raises(ValueError, match=r"cannot be|at least one"):
        endpoint(name, size)


def test_quotes_in_passwords_stay_inside_their_field() -> None:
    config = PoolerConfig(
        endpoints=(
            Endpoint(
                name="primary",
                host="h",
                port=5432,
                database="d",
                username="u",
                password="it's",  # noqa: S106 - test data
                pool_size=1,
            ),
        ),
        client_username="u",
        client_password='a"b',  # noqa: S106 - test data
    )
    assert "password='it''s'" in pgbouncer_ini(config)
    assert userlist(config) == '"u" "a""b"\n'


def test_clients_need_tls_once_the_pooler_has_a_certificate() -> None:
    own = PoolerTls(certificate="certificate", private_key=pulumi.Output.secret("key"), authority="authority")
    recording = pooler(tls=own)
    settings = ini(recording)["pgbouncer"]
    assert settings["client_tls_sslmode"] == "require"
    assert settings["client_tls_cert_file"] == "/etc/pgbouncer/tls.crt"
    assert settings["client_tls_key_file"] == "/etc/pgbouncer/tls.key"
    files = recording.one(SECRET).inputs["stringData"]
    assert (files["tls.crt"], files["tls.key"]) == ("certificate", "key")
    assert files["exporter-url"].endswith("@127.0.0.1:6432/pgbouncer?sslmode=require")
    assert urlsplit(recording.result["primary"]).query == "sslmode=require"


def test_without_a_certificate_clients_speak_plainly() -> None:
    recording = pooler()
    assert "client_tls_sslmode" not in ini(recording)["pgbouncer"]
    assert recording.one(SECRET).inputs["stringData"]["exporter-url"].endswith("?sslmode=disable")
