"""Rotations of users that two users cannot take, and their neighbours that they can."""

from __future__ import annotations

from tests.support.limit_cases import case

USERS = (
    case("users-take-turns", "postgres.usersRetiredBefore", postgres={"usersRetiredBefore": 2}),
    case("users-take-turns", "postgres.usersRetiredBefore", postgres={"userGeneration": 3}),
    case("users-take-turns", "postgres.pooler.usersRetiredBefore", postgres={"pooler": {"userGeneration": 3}}),
    case(
        "users-take-turns",
        "postgres.shards.usersRetiredBefore.1",
        "prod microservices",
        postgres={"shards": {"userGenerations": [1, 3]}},
    ),
    case("users-of-shards", "postgres.shards.userGenerations", postgres={"shards": {"userGenerations": [2]}}),
    case(
        "users-of-shards",
        "postgres.shards.usersRetiredBefore",
        "prod microservices",
        postgres={"shards": {"usersRetiredBefore": [1, 1, 1, 1, 1]}},
    ),
)
ACCEPTED = (
    case("users-take-turns", "both are valid", postgres={"userGeneration": 3, "usersRetiredBefore": 2}),
    case("users-take-turns", "the newest alone", postgres={"userGeneration": 3, "usersRetiredBefore": 3}),
    case(
        "users-of-shards",
        "the last shard",
        "prod microservices",
        postgres={"shards": {"userGenerations": [1, 1, 1, 2]}},
    ),
)
