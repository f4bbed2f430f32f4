"""A week of a team: what it changes in production stops nothing, also where several things change together."""

from __future__ import annotations

from typing import Any

import pytest

from ops.answers.gate import gate
from plan.preview import read_preview
from tests.support.gate_cases import steps_of

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
CRON_JOB = "kubernetes:batch/v1:CronJob"
SECRET = "kubernetes:core/v1:Secret"  # noqa: S105 - a type's name
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
ACCOUNT = "kubernetes:core/v1:ServiceAccount"
HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
SCALED = "kubernetes:keda.sh/v1alpha1:ScaledObject"
NODES = "aws:eks/nodeGroup:NodeGroup"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
BUDGET = "aws:budgets/budget:Budget"
PASSWORD = "random:index/randomPassword:RandomPassword"  # noqa: S105 - a type's name
IMAGE = "registry.example.com/app@sha256:"
CONFINED: dict[str, Any] = {
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
ROOM = {side: {"cpu": "500m", "memory": "512Mi"} for side in ("limits", "requests")}
WEB: list[dict[str, Any]] = [
    {"name": "DATABASE_URL", "valueFrom": {"secretKeyRef": {"name": "database", "key": "url"}}},
    {"name": "LOG_LEVEL", "value": "info"},
    {"name": "NODE_OPTIONS", "value": "--max-old-space-size=336"},
    {"name": "REDIS_TLS", "value": "true"},
    {"name": "TRUSTED_PROXIES", "value": "10.10.0.0/16"},
]


def pod(*more: dict[str, Any], account: str = "web", spec: dict[str, Any] | None = None, **app: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a pod
    """The inputs of a Deployment of one container with these variables in place of those that it has by their names."""
    environment = {one["name"]: one for one in (*WEB, *more)}
    one: dict[str, Any] = {"name": "app", "image": IMAGE + "a" * 64, "securityContext": CONFINED, "resources": ROOM}
    one |= {"env": list(environment.values()), **app}
    inner = {"automountServiceAccountToken": False, "serviceAccountName": account, "containers": [one], **(spec or {})}
    return {"metadata": {"namespace": "production", "name": account}, "spec": {"template": {"spec": inner}}}


def value(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "value": text}


def key(name: str, secret: str, kind: str = "secretKeyRef") -> dict[str, Any]:
    return {"name": name, "valueFrom": {kind: {"name": secret, "key": name.lower()}}}


def update(token: str, was: dict[str, Any], then: dict[str, Any], name: str = "one") -> tuple[str, dict[str, Any]]:
    return token, {"do": "update", "name": name, "was": was, "is": then, "changed": sorted({*was, *then})}


def create(token: str, then: dict[str, Any], name: str = "new") -> tuple[str, dict[str, Any]]:
    return token, {"do": "create", "name": name, "is": then}


def same(token: str, inputs: dict[str, Any], name: str = "there") -> tuple[str, dict[str, Any]]:
    return token, {"do": "same", "name": name, "was": inputs, "is": inputs}


def told(*lines: tuple[str, dict[str, Any]]) -> tuple[set[str], list[str]]:
    """The rules that stop a preview, and what is said of it in all."""
    steps = [step for token, line in lines for step in steps_of({**line, "thing": "one"}, {"one": {"type": token}})]
    found = gate(read_preview({"config": {"bailbondpro:environment": "prod"}, "steps": steps}))
    return {one.rule for one in found.stopping}, [one.says for one in found.findings]


def web(*more: dict[str, Any], **changes: Any) -> tuple[str, dict[str, Any]]:  # noqa: ANN401 - parts of a pod
    return update(DEPLOYMENT, pod(), pod(*more, **changes), "web")


def secret(name: str) -> tuple[str, dict[str, Any]]:
    return create(SECRET, {"metadata": {"name": name, "namespace": "production"}, "stringData": {"key": "[secret]"}})


def worker(name: str = "worker", *more: dict[str, Any], **changes: Any) -> tuple[str, dict[str, Any]]:  # noqa: ANN401 - parts of a pod
    return create(DEPLOYMENT, pod(*more, account=name, **changes), name)


def job(pods: dict[str, Any], schedule: str = "0 3 * * *") -> dict[str, Any]:
    spec = {"schedule": schedule, "jobTemplate": {"spec": {"template": pods["spec"]["template"]}}}
    return {"metadata": pods["metadata"], "spec": spec}


def scaled(least: int, most: int, names: tuple[str, str] = ("minReplicas", "maxReplicas")) -> dict[str, Any]:
    return {"spec": dict(zip(names, (least, most), strict=True))}


def person(address: str, **more: str) -> dict[str, Any]:
    return {"topic": "arn:aws:sns:us-east-1:123456789012:alerts", "protocol": "email", "endpoint": address, **more}


def gone(token: str, was: dict[str, Any], name: str) -> tuple[str, dict[str, Any]]:
    return token, {"do": "delete", "name": name, "was": was}


KEDA = ("minReplicaCount", "maxReplicaCount")
AUTHORITY = {"volumes": [{"name": "ca", "configMap": {"name": "ca"}}]}
MOUNTED = [{"name": "ca", "mountPath": "/etc/ca"}]
CERTS = value("NODE_EXTRA_CA_CERTS", "/etc/ca/rds.pem")
SECOND = same(DEPLOYMENT, pod(account="api"), "api")
THERE = same(DEPLOYMENT, pod(), "web")
CERTIFICATE = {"volumes": [{"name": "tls", "secret": {"secretName": "tls"}}]}
TLS = same(DEPLOYMENT, pod(spec=CERTIFICATE), "web")
NAMED = (
    *(("VERIFY_EMAIL", "false"), ("EMAIL_VERIFY", "0"), ("PHONE_VERIFY_CODE", "none"), ("SSL_REDIRECT", "false")),
    *(
        ("SSL_ENABLED_PAGES", "none"),
        ("TLS_SESSION_TICKETS", "off"),
        ("OAUTH_PROXY_URL", "*"),
        ("NO_PROXY", "localhost"),
    ),
    *(
        ("FEATURE_SSL_BADGE", "off"),
        ("FEATURE_HOST_VERIFICATION", "false"),
        ("FEATURE_TLS", "0"),
        ("HTTPS_PORT", "8443"),
    ),
    *(("SHOW_PROXY_NOTICE", "true"), ("TOKEN_REFRESH", "off"), ("VERIFY_HOST_LISTING", "no"), ("FF_TOKEN_PROXY", "*")),
    *(
        ("SMTP_TLS", "true"),
        ("PGSSLMODE", "verify-full"),
        ("UPGRADE_INSECURE_REQUESTS", "true"),
        ("AWS_REGION", "us-east-1"),
    ),
    *(("SKIP_EMAIL_VERIFY", "true"), ("CERTIFICATE_PAGE", "off"), ("HTTPS_REDIRECT_HOSTS", "none"), ("PATHS", "/srv")),
    *(
        ("LD_PRELOAD", "/usr/lib/libjemalloc.so.2"),
        ("PYTHONPATH", "/app/src"),
        ("NODE_EXTRA_CA_CERTS", "/etc/ssl/rds.pem"),
    ),
    *(
        ("AWS_ENDPOINT_URL_S3", "https://s3.us-east-1.amazonaws.com"),
        ("PAYMENTS_URL", "http://payments.production.svc"),
    ),
    *(
        ("REPORTS_DB", "postgres://reports.example/db?sslmode=verify-full"),
        ("SENTRY_DSN", "https://a@sentry.example/1"),
    ),
)
"""New variables whose names or values have words of TLS, proxies, hosts and tokens in them."""
WEEK: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    **{f"a new variable {name}={text}": (web(value(name, text)),) for name, text in NAMED},
    "another level of the log": (web(value("LOG_LEVEL", "debug")),),
    "more memory for Node.js": (web(value("NODE_OPTIONS", "--max-old-space-size=400 --max-semi-space-size=16")),),
    "spans of the application": (web(value("NODE_OPTIONS", "--max-old-space-size=336 --require ./tracing.js")),),
    "one network more of the stack's own": (web(value("TRUSTED_PROXIES", "10.10.0.0/16,10.20.0.0/16")),),
    "a switch that says on in other words": (web(value("REDIS_TLS", "1")),),
    "a value that moves into a ConfigMap": (web(key("LOG_LEVEL", "settings", "configMapKeyRef")),),
    "a feature with its own Secret and variables": (
        secret("stripe"),
        web(key("STRIPE_KEY", "stripe"), value("FEATURE_PAYMENTS", "true")),
    ),
    "a feature whose Secret is read as a whole": (secret("stripe"), web(envFrom=[{"secretRef": {"name": "stripe"}}])),
    "a feature whose Secret is a volume": (
        secret("stripe"),
        web(spec={"volumes": [{"name": "stripe", "secret": {"secretName": "stripe"}}]}),
    ),
    "another key of a Secret that is read already": (web(key("DATABASE_READER_URL", "database")),),
    "a ConfigMap that is read as a whole": (
        create(CONFIG_MAP, {"metadata": {"name": "flags", "namespace": "production"}, "data": {"FEATURE_TLS": "off"}}),
        web(envFrom=[{"configMapRef": {"name": "flags"}}]),
    ),
    "an authority that the plan gives to the pod": (web(CERTS, spec=AUTHORITY, volumeMounts=MOUNTED),),
    "a new image": (web(image=IMAGE + "b" * 64),),
    "more memory": (web(resources={side: {"cpu": "500m", "memory": "768Mi"} for side in ROOM}),),
    "a little less memory": (web(resources={side: {"cpu": "500m", "memory": "400Mi"} for side in ROOM}),),
    "a new worker that reads what others share": (
        THERE,
        SECOND,
        create(ACCOUNT, {"automountServiceAccountToken": False}),
        worker("worker", value("PGHOST", "database.example"), command=["node", "worker.js", "--concurrency=4"]),
    ),
    "a workload of an account that reads the certificate already": (
        TLS,
        update(DEPLOYMENT, pod(), pod(spec=CERTIFICATE), "web-canary"),
    ),
    "a new worker with a certificate that two others have": (
        TLS,
        same(DEPLOYMENT, pod(account="api", spec=CERTIFICATE), "api"),
        worker("worker", spec=CERTIFICATE),
    ),
    "a mode that is only on": (
        update(DEPLOYMENT, pod(value("DATABASE_SSL", "verify-full")), pod(value("DATABASE_SSL", "true"))),
    ),
    "a second service that has the variables of the first": (THERE, worker("worker")),
    "a second service that has all variables of a Secret as the first": (
        same(DEPLOYMENT, pod(envFrom=[{"secretRef": {"name": "all"}}]), "web"),
        worker("worker", envFrom=[{"secretRef": {"name": "all"}}]),
    ),
    "a new worker with a Secret of its own": (THERE, SECOND, secret("queue"), worker("worker", key("QUEUE", "queue"))),
    "a second workload of an account": (
        THERE,
        create(DEPLOYMENT, pod() | {"metadata": {"namespace": "production", "name": "web-canary"}}, "web-canary"),
    ),
    "a new CronJob": (THERE, SECOND, create(CRON_JOB, job(pod(account="nightly", args=["--batch=100"])))),
    "a CronJob that comes an hour later": (update(CRON_JOB, job(pod()), job(pod(), "0 4 * * *")),),
    "a worker that takes twice as much at once": (
        update(DEPLOYMENT, pod(args=["--concurrency", "4"]), pod(args=["--concurrency", "8"])),
    ),
    "a level and a time of an option": (
        update(DEPLOYMENT, pod(args=["--log-level=info", "--wait=30s"]), pod(args=["--log-level=debug", "--wait=45s"])),
    ),
    "an autoscaler with fewer pods at the most": (update(HPA, scaled(3, 6), scaled(3, 5)),),
    "an autoscaler with fewer pods at the least": (update(HPA, scaled(3, 6), scaled(2, 6)),),
    "an autoscaler of KEDA with fewer pods": (update(SCALED, scaled(3, 6, KEDA), scaled(2, 5, KEDA)),),
    "an autoscaler with more pods": (update(HPA, scaled(3, 6), scaled(4, 10)),),
    "a replica more": (update(DEPLOYMENT, {"spec": {"replicas": 2}}, {"spec": {"replicas": 3}}),),
    "a replica fewer of three": (update(DEPLOYMENT, {"spec": {"replicas": 3}}, {"spec": {"replicas": 2}}),),
    "a node fewer at the most": (update(NODES, {"scalingConfig": {"maxSize": 6}}, {"scalingConfig": {"maxSize": 5}}),),
    "a rotation of a password": (
        (PASSWORD, {"do": "replace", "was": {"keepers": {"generation": "1"}}, "is": {"keepers": {"generation": "2"}}}),
    ),
    "another person on call": (
        gone(SUBSCRIPTION, person("ada@example.com"), "ada"),
        create(SUBSCRIPTION, person("eve@example.com"), "eve"),
    ),
    "another address of the same subscription": (
        update(SUBSCRIPTION, person("ada@example.com"), person("eve@example.com")),
    ),
    "another person who pays": (
        update(
            BUDGET,
            {"notifications": [{"threshold": 80, "subscriberEmailAddresses": ["ada@example.com"]}]},
            {"notifications": [{"threshold": 80, "subscriberEmailAddresses": ["eve@example.com"]}]},
        ),
    ),
    "a new alarm": (create(ALARM, {"metricName": "CPUUtilization", "threshold": 80, "alarmActions": ["topic"]}),),
}


@pytest.mark.parametrize("lines", WEEK.values(), ids=WEEK.keys())
def test_what_a_team_does_every_week_stops_nothing(lines: tuple[tuple[str, dict[str, Any]], ...]) -> None:
    assert told(*lines)[0] == set()


def test_a_new_variable_is_named_with_its_value() -> None:
    assert told(web(value("FEATURE_X", "on")))[1] == [
        "env of container app would have FEATURE_X (on): nothing here knows what it does"
    ]


def test_a_secret_of_its_own_is_said_to_be_one() -> None:
    said = told(secret("stripe"), web(key("STRIPE_KEY", "stripe")))[1]
    assert "container app, env STRIPE_KEY would read Secret stripe, which this change makes" in said


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ((web(key("ADMIN", "grafana-admin")),), "which no pod of the plan reads"),
        ((same(DEPLOYMENT, pod(key("A", "admin"), account="api"), "api"), web(key("A", "admin"))), "which api read"),
        ((THERE, SECOND, worker("worker", key("ADMIN", "grafana-admin"))), "which no pod of the plan reads"),
        ((THERE, worker("worker", value("A", "b"), envFrom=[{"secretRef": {"name": "database"}}])), "which web read"),
        ((TLS, worker("worker", spec=CERTIFICATE)), "which web read"),
        ((same(SECRET, {"metadata": {"name": "a", "namespace": "production"}}), web(key("A", "a"))), "which no pod"),
        (
            (create(SECRET, {"metadata": {"name": "a", "namespace": "elsewhere"}}), web(key("A", "a"))),
            "which no pod of the plan reads",
        ),
    ],
)
def test_a_secret_of_others_stops(lines: tuple[tuple[str, dict[str, Any]], ...], says: str) -> None:
    stops, said = told(*lines)
    assert stops == {"weakened"}
    assert any(says in one for one in said)


@pytest.mark.parametrize(
    "lines",
    [
        (gone(SUBSCRIPTION, person("ada@example.com"), "ada"),),
        (
            gone(SUBSCRIPTION, person("ada@example.com"), "ada"),
            gone(SUBSCRIPTION, person("bob@example.com"), "bob"),
            create(SUBSCRIPTION, person("eve@example.com"), "eve"),
        ),
        (
            gone(SUBSCRIPTION, person("ada@example.com"), "ada"),
            create(SUBSCRIPTION, person("eve@example.com", filterPolicy='{"a": ["b"]}'), "eve"),
        ),
        (
            gone(SUBSCRIPTION, person("https://a.example", protocol="https"), "ada"),
            create(SUBSCRIPTION, person("https://b.example", protocol="https"), "eve"),
        ),
    ],
)
def test_an_address_that_nobody_takes_over_stops(lines: tuple[tuple[str, dict[str, Any]], ...]) -> None:
    assert "urn-disappears" in told(*lines)[0]


def test_what_weakens_a_variable_is_said_with_its_container_its_values_and_the_way_back() -> None:
    line = update(DEPLOYMENT, pod(value("PGSSLMODE", "verify-full")), pod(value("PGSSLMODE", "require")))
    steps = list(steps_of({**line[1], "thing": "one"}, {"one": {"type": line[0]}}))
    found = gate(read_preview({"config": {"bailbondpro:environment": "prod"}, "steps": steps})).stopping
    assert [(one.says.partition(":")[0], one.fix) for one in found] == [
        (
            "env PGSSLMODE of container app would go from verify-full to require",
            "leave PGSSLMODE at verify-full, or let somebody answer for it (waivers)",
        )
    ]


def test_a_password_in_an_address_and_a_value_of_a_key_are_not_shown() -> None:
    said = told(web(value("QUEUE_URL", "amqp://a:hunter2@b"), value("SIGNING_KEY", "hunter2")))[1]
    assert said
    assert not [one for one in said if "hunter2" in one]
