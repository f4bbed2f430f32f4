"""No false refusals of pairs: the examples of the SDK's documentation are made in a simulated cloud, in order.

Every example of every type that a pair rule looks at runs under mocks that remember what exists; what it takes from
elsewhere is not known. What is refused all the same is listed with the reason why the service refuses it, too.
"""

from __future__ import annotations

import collections
import copy
import fnmatch
import logging
import warnings
from typing import TYPE_CHECKING, Any

from sandbox.cloud import Cloud, CloudObject
from sandbox.model.base import Context, RuleSet
from sandbox.model.pairs import PairRule
from sandbox.model.place import HOME, Place
from sandbox.protocol.packages import tokens
from sandbox.providers.autonames import with_name
from sandbox.providers.computed import computed_outputs, merge, resource_id
from sandbox.providers.instances import configured
from sandbox.services import SETTLED_RULES, STATE_RULES, VALUE_RULES
from sandbox.services.aws.pairs import inline, keys, networks, principals, regions, trust
from tests.stack.sandbox.test_sdk_examples import answer, examples, run, unknown
from tests.support import recording

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

_LISTS = "PutBucketAcl answers AccessControlListNotSupported: new buckets take no lists, the example has no controls"
_PEOPLE = "Alice, Bob, Admin and Developer stand for principals that must exist: PutKeyPolicy looks them up"
_ELSEWHERE = "written for another region than the provider's"
EXPLAINED: dict[tuple[str, str], str] = {
    ("backups-region", "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"): (
        "the example leaves the provider of the other region out"
    ),
    ("bucket-acl", "aws:s3/bucketAcl:BucketAcl"): _LISTS,
    ("endpoint-region", "aws:ec2/vpcEndpoint:VpcEndpoint"): _ELSEWHERE,
    ("function-package", "aws:lambda/function:Function"): (
        "one of two functions of an example has no runtime, which the provider itself refuses"
    ),
    ("policy-principals", "aws:kms/key:Key"): _PEOPLE,
    ("zone-of-the-region", "aws:ebs/volume:Volume"): _ELSEWHERE,
    ("zone-of-the-region", "aws:ec2/instance:Instance"): _ELSEWHERE,
    ("zone-of-the-region", "aws:ec2/subnet:Subnet"): _ELSEWHERE,
}
"""(rule, type) -> why the service refuses the example, too."""
BY_CHANCE = {
    ("bucket-versions", "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"),
    ("bucket-versions", "aws:s3/bucketReplicationConfig:BucketReplicationConfig"),
}
"""Refused or not, as it comes: the example does not wait for the versioning of a bucket that it needs."""
RULES = RuleSet([rule for rule in (*STATE_RULES, *VALUE_RULES) if isinstance(rule, PairRule)])
SETTLED = RuleSet([rule for rule in SETTLED_RULES if isinstance(rule, PairRule)])


def looked_at() -> list[str]:
    """The types of AWS that a pair rule looks at."""
    patterns = {pattern for rule in (*RULES.rules, *SETTLED.rules) for pattern in rule.types} - {"aws:*"}
    named = {token for token in tokens("aws") if any(fnmatch.fnmatchcase(token, pattern) for pattern in patterns)}
    named |= {token for row in inline.TWICE for token in (row.owner, row.beside)} | set(inline.ONE_EACH)
    for rows in (networks.TOGETHER, trust.TAKEN, keys.ENCRYPTS, regions.REGIONAL):
        named |= {row.token for row in rows}
    return sorted(named | set(principals.POLICIES))


class Account:
    """A simulated cloud under the SDK's mocks."""

    def __init__(self, path: Path) -> None:
        self.path, self.refused = path, dict[tuple[str, str], str]()
        self.seen: collections.Counter[str] = collections.Counter()
        self.cloud = Cloud(path / "0.jsonl")
        self.places: dict[str, Place] = {}

    def example(self, code: str) -> None:
        self.seen["examples"] += 1
        self.cloud = Cloud(self.path / f"{self.seen['examples']}.jsonl")
        try:
            run(code)
        except Exception:  # noqa: BLE001 - an example that cannot run here proves nothing
            self.seen["not executable"] += 1
        self.seen["with resources"] += bool(self.cloud.all())
        for item in self.cloud.all():
            self.judge(SETTLED, Context(item.token, item.name, item.urn, item.inputs, self.cloud, id=item.id))

    def judge(self, rules: RuleSet, context: Context) -> None:
        for rule in rules.of(context.token):
            for found in rule.check(context):
                self.refused[rule.id, context.token] = f"{found.path}: {found.reason}"

    def make(self, args: Any) -> tuple[str | None, dict[str, Any]]:  # noqa: ANN401 - the SDK's mocks
        if not args.custom:
            return None, args.inputs
        plain: Any = recording._unwrap(args.inputs)[0]
        plain = with_name(args.typ, args.name, copy.deepcopy(plain), {}, b"")
        urn, inputs = f"urn:pulumi:dev::p::{args.typ}::{args.name}", unknown(plain)
        self.seen["resources"] += 1
        place = self.places.get((args.provider or "").rpartition("::")[2], HOME)
        self.judge(RULES, Context(args.typ, args.name, urn, inputs, self.cloud, place=place))
        identity = args.resource_id or resource_id(args.typ, args.name, plain, place)
        if args.typ.startswith("pulumi:providers:"):
            self.places[identity] = configured(args.typ.rpartition(":")[2], plain).place
        added = computed_outputs(args.typ, args.name, plain, identity, place)
        outputs = merge(plain, added if "name" in plain else {"name": identity, **added})
        if not args.typ.startswith("pulumi:"):
            self.cloud.put(CloudObject(args.typ, identity, urn, inputs, unknown(outputs)))
        return identity, outputs


def test_examples_of_the_sdk_are_made_without_a_false_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account(tmp_path)
    monkeypatch.setattr(recording._Mocks, "new_resource", lambda _, args: account.make(args))
    monkeypatch.setattr(recording._Mocks, "call", answer)
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    warnings.simplefilter("ignore")
    for token in looked_at():
        for code in examples(token):
            account.example(code)
    print(dict(account.seen))  # noqa: T201 - the report of how much was held against the rules
    refused = {key: reason for key, reason in account.refused.items() if key not in BY_CHANCE}
    assert {key: reason for key, reason in refused.items() if key not in EXPLAINED} == {}
    assert set(EXPLAINED) - set(account.refused) == set(), "explained, but no longer refused"
    assert account.seen["with resources"] >= 320
