"""The shard hash against a JavaScript engine, on ids that no file lists."""

from __future__ import annotations

import json
import random
import subprocess

from bailbondpro.facts.shards import GUIDE_SHARDS
from planner.shards.clients import shard_hash, shard_of
from tests.support import programs

PROGRAM = """
// the guide, Database Sharding: hashString and getShardKey
const place = (id) => {
  let hash = 0
  for (let i = 0; i < id.length; i++) {
    hash = ((hash << 5) - hash) + id.charCodeAt(i)
    hash = hash & hash
  }
  return [Math.abs(hash), Math.abs(hash) % 4]
}
console.log(JSON.stringify(JSON.parse(require('fs').readFileSync(0, 'utf8')).map(place)))
"""


def ids(seed: int) -> list[str]:
    """Ids of every length up to 60 over every UTF-16 code unit, the halves of surrogate pairs included."""
    source = random.Random(seed)  # noqa: S311 - test data that can be made again
    alphabets = (0x80, 0x800, 0x10000, 0x110000)
    return [
        "".join(chr(source.randrange(source.choice(alphabets))) for _ in range(length % 60)) for length in range(2000)
    ]


def test_javascript_hashes_ids_of_any_unicode_as_the_platform_does() -> None:
    wanted = ids(seed=20261124)
    answer = subprocess.run(
        [programs.node(), "-e", PROGRAM],
        input=json.dumps(wanted),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(answer.stdout) == [[shard_hash(client), shard_of(client, GUIDE_SHARDS)] for client in wanted]
