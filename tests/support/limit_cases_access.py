"""Configurations that let the wrong ones in, or ask for images that nobody has: each violates one limit."""

from __future__ import annotations

from tests.support.limit_cases import P2, case

ACCESS = (
    case(
        "api-not-for-everybody",
        "cluster.publicAccessCidrs",
        P2,
        cluster={"endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/1", "128.0.0.0/1"]},
    ),
    case(
        "api-not-for-everybody",
        "cluster.publicAccessCidrs",
        P2,
        cluster={"endpointPublicAccess": True, "publicAccessCidrs": ["11.0.0.0/8", "12.0.0.0/32"]},
    ),
    case("origin-not-for-everybody", "gateway.allowedCidrs", P2, gateway={"allowedCidrs": ["0.0.0.0/2"]}),
    case(
        "principals-of-allowed-accounts",
        "cluster.adminPrincipalArns[0]",
        aws={"allowedAccountIds": ["999999999999"]},
    ),
    case(
        "principals-of-allowed-accounts",
        "aws.permissionsBoundaryArn",
        aws={
            "allowedAccountIds": ["123456789012"],
            "permissionsBoundaryArn": "arn:aws:iam::999999999999:policy/boundary",
        },
    ),
    case(
        "own-images-stay",
        "app.image",
        app={"image": "999999999999.dkr.ecr.us-east-1.amazonaws.com/bailbondpro-dev/app:1"},
        storage={"imageRepository": False},
    ),
    *(
        case("namespace-free", "app.namespace", app={"namespace": name})
        for name in ("default", "kube-system", "kube-anything", "monitoring", "keda", "amazon-cloudwatch")
    ),
)
