"""Configurations that point pods where no client lies: each violates one limit."""

from __future__ import annotations

from tests.support.limit_cases import P2, P3, case

PLACEMENT = (
    case("shards-placed", "postgres.placement", P3, postgres={"placement": "shards"}),
    case("shards-placed", "postgres.placement", P2, postgres={"placement": "shards"}),
    case("shards-placed", "postgres.shards.placedOn", P3, postgres={"placement": "shards", "shards": {"placedOn": 5}}),
    case("shards-placed", "postgres.shards.placedOn", P2, postgres={"placement": "shards", "shards": {"placedOn": 4}}),
    case("shards-placed", "postgres.shards.placedOn", P3, postgres={"shards": {"placedOn": 4}}),
    case("shards-placed", "postgres.shards.placedOn", postgres={"shards": {"placedOn": 4}}),
    case("shards-moving", "postgres.placement", P3, postgres={"placement": "moving", "shards": {"mapVersion": 1}}),
    case("shards-moving", "postgres.shards.movingTo", P3, postgres={"shards": {"movingTo": 4}}),
    case(
        "shards-moving", "postgres.shards.mapVersion", P3, postgres={"placement": "moving", "shards": {"movingTo": 4}}
    ),
    case(
        "shards-moving",
        "postgres.shards.mapVersion",
        P3,
        postgres={"placement": "moving", "shards": {"movingTo": 4, "mapVersion": 0}},
    ),
    case(
        "shards-moving",
        "postgres.shards.movingTo",
        P3,
        postgres={"placement": "moving", "shards": {"movingTo": 5, "mapVersion": 1}},
    ),
    case(
        "shards-moving",
        "postgres.shards.movingTo",
        P3,
        postgres={"placement": "moving", "shards": {"placedOn": 4, "movingTo": 4, "mapVersion": 5}},
    ),
    case(
        "shards-moving",
        "postgres.shards.movingTo",
        P3,
        postgres={"placement": "moving", "shards": {"movingTo": 0, "mapVersion": 5}},
    ),
    case(
        "shard-count",
        "postgres.shards.movingTo",
        P3,
        postgres={"placement": "moving", "shards": {"movingTo": 1, "mapVersion": 1}},
    ),
    case("shards-returned", "postgres.shards.returnedFrom", P3, postgres={"shards": {"returnedFrom": 4}}),
    case(
        "shards-returned",
        "postgres.shards.returnedFrom",
        P3,
        postgres={"placement": "shards", "shards": {"placedOn": 4, "returnedFrom": 4}},
    ),
    case(
        "shards-returned",
        "postgres.shards.returnedFrom",
        P3,
        postgres={
            "placement": "moving",
            "shards": {"placedOn": 4, "movingTo": 2, "mapVersion": 6, "returnedFrom": 5},
        },
    ),
)
