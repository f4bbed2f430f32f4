"""docs/gate.md, made of the rules and of the plans of `tests/data/gate_plans.yaml`.

.venv/bin/python -m tests.support.gate_page            says whether the page differs
.venv/bin/python -m tests.support.gate_page --write    brings it up to date
"""

from __future__ import annotations

import sys
import tempfile
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from ops.answers.gate import Gate
from ops.document.terminal import show
from ops.views.gate import section
from policies.gate.model import STEP_RULES
from policies.gate.waivers import LONGEST
from policies.rules import OWN, rules
from tests.support.gate_cases import cases
from tests.support.generated_page import brought_up_to_date
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DOCUMENT = ROOT / "docs" / "gate.md"
SHOWN = ("a database is replaced", "deletion protection goes off", "a replacement that somebody answers for")
"""Plans whose whole answer stands on the page."""
WAIVERS = """\
waivers:
  - rule: stateful-replace
    urn: urn:pulumi:prod::bailbondpro::bailbondpro:postgres:Postgres$aws:rds/instance:Instance::postgres-primary
    owner: ada@example.com
    reason: its rows were moved to the other server on Sunday
    expires: 2026-12-24
"""
HEAD = f"""\
# The gate

`./bbp gate --plan FILE` says whether a preview may be deployed. It reads what `pulumi preview --json --show-sames`
wrote, of a real cloud or of a rehearsal (`./bbp rehearse prod --plan-out plan.json`), and needs nothing else: no
engine, no account. This page is made by `.venv/bin/python -m tests.support.gate_page --write`.

| exit code | meaning |
|---|---|
| 0 | judged, and nothing stops it |
| 1 | a file cannot be read or is no preview, or the waivers are to be corrected |
| 2 | something stops it: it would hurt, or nobody could judge it |

The first line is the answer. Below it stand what stops the change, what is worth knowing, what somebody waived, the
monthly cost before and after, and the steps by how many resources depend on them, directly or through others. Each
replacement names the properties that force it, as the engine says. `--json` has all of it, `--most-usd` and
`--most-percent` bound what the month may cost more, and `--reviewed FILE` stops what the preview that somebody
looked at does not hold.

What it does not know does not pass: an operation of a newer engine, a type without a row in `plan/types`, a step of
another form, unchanged resources that are counted and not named, a preview that ended early. A preview knows less
than an update: what is not known yet stops where it may undo what held, or where a rule is critical. Otherwise it
is counted, and the policy pack judges it in the update. Of production, whatever its type is,
properties that change, come or go and that no row compares with what they were stop as `not-judged`, down to the part
of a container; so does a number that becomes more than ten times as large or as small where that protects more: a slip
of a unit does, too. What changes every week is named instead (`not-compared`, low): the table is
`policies/gate/ordinary.py`, and says of each entry who judges it. Nothing is said of descriptions, of the tag `Name`
and of Kubernetes' recommended labels ([ADR 93](adr/0093-what-nobody-judged-does-not-pass.md)).

Values of a chart are weighed by their names where those are known, and what else of them changes was not judged:
manifests, commands, selectors, volumes and rights among them. A form that a service does not take (a mapping in the
place of a list, a truth value in the place of a number) is `unread-step`, whatever a rule finds in it.

Named is what pods read (ConfigMaps, Secrets, parameters of SSM): its forms that a row knows are compared (the gateway's
directives, the authorities that clients trust, the map of shards), and every other key that changes is named, low,
because an application's own configuration changes with every release. A preview masks secrets: where one changes, the
gate says that nothing here has read it. Who changes a ConfigMap or a Secret looks at it; the gate has not
([ADR 82](adr/0082-what-pods-read-is-named-where-nobody-judged-it.md)).

What containers are told is read name by name. Less TLS or fewer checks (`PGSSLMODE`, `?sslmode=` in an address,
`NODE_TLS_REJECT_UNAUTHORIZED`, `--tls-skip-verify`), another way (`*_PROXY`, `PGHOST`, `AWS_ENDPOINT_URL`), programs
or authorities from folders that no image and no volume of the plan fills (`LD_PRELOAD=/tmp/x.so`) stop, in ConfigMaps,
too. So do a program's own guards that go off (`AUTH_DISABLED`, `CSRF_PROTECTION=off`, `NODE_ENV=development`). A
feature's name may have any word in it (`VERIFY_EMAIL`, `SSL_REDIRECT`). Every other new variable is named, low. Volumes
keep their kind, and a mount hides nothing that an image holds; labels of pods may change where whoever selects them
changes along; an annotation of a pod that is not one of those that start it anew or measure it is not judged.
A pod that would read a Secret of others stops, in whatever way it reads it; one that the same change makes, or that
pods of its service account read already, is its own
([ADR 91](adr/0091-variables-are-judged-by-the-words-of-their-names.md)).

Numbers that people tune (bounds of alarms, alert rules and autoscalers, rate limits, schedules) may become twice as
large or half as large at once; an alarm over a share may not be set above 95 %. Budgets may grow fourfold. What is only
noted stops nothing: a speed setting of the zone, a password that is made anew while nothing else changes, a new log
group that keeps less than the others, a role that may do less than it could, another policy in the place of one, an
archive that objects reach after 90 days or more, another person on call in the place of one
([ADR 81](adr/0081-a-gate-lets-people-tune.md)).

Policies are compared right by right: one action on one resource, for one principal, under its conditions ([ADR
90](adr/0090-policies-are-compared-right-by-right.md)). A refusal (`Deny`) that stands in none before stops, because
it wins over everything that allows; one that no proper client meets (no TLS, another account) passes, and one of
deletions alone is noted. An action by which more is taken than a policy gives (`iam:PutRolePolicy`, `iam:PassRole`,
`sts:AssumeRole`, ...), or by which what is kept ends, stops on whatever resource it is gained; one that reads or
changes single things is noted. So is a role that a bucket or a topic newly lets in; a new reader of a key, a secret
or the cluster's Secrets stops, as does a network policy by which pods that stand are reached from another namespace.

What is made may not take over what stands. A second resource of one thing (a bucket's settings, a phase of the zone's
rules, a Kubernetes object, a name) stops, because the one that is written last holds. So do pods with the labels of
others', a second disruption budget or binding over the same pods, a chart from a repository that no chart came from,
and new records that decide over mail, certificates or whole names (NS, MX, CAA, `_acme-challenge`, `_dmarc`, SPF). New
services with objects of their own pass.

Once pods and a database stand, what is made of production says what something of its type says already, property by
property. The first of its type, a property that none of them has or that all of them have and the new one has not, and
another value stop as `not-judged`. Ordinary are properties of which each has its own: names, sizes, labels of its own
pods, images of repositories from which pods run already (`policies/gate/made/own.py`). An account that stands runs in
new pods what it runs already; a role that stands gets no more rights. Growth from phase to phase passes, on the real
engine as well: `./bbp journey` says of each step what the gate would stop
([ADR 95](adr/0095-what-is-made-says-what-its-type-says-already.md)).

Rules of production hold where either side is production's: its configuration says so, or the tags by which what stands
calls itself. A change that calls production a development stack stops (`environment`).

Rules of the zone are judged by what they do: the requests that it has every day (pages, files, images, the API, logins,
uploads, webhooks and search engines, of every host that the plan names, over each version of HTTP, from several
countries) go through all of them before and after. One that is blocked or challenged and was not, that a limit leaves
less than half of what a visitor asks for, or whose private answer a rule would keep, stops the change and is named with
the rule. What cannot be evaluated here, such as a list of addresses, is named as not judged and stops, too; what
Cloudflare's own rulesets newly look at is noted ([ADR 86](adr/0086-ordinary-visits-go-through-the-rules.md)).

What a preview does not say, the gate does not say either: whether pods survive a node (`./bbp drill`), whether an
update that is allowed succeeds, and what was done by hand since the last refresh (`--refresh` in the preview).

## Waivers

A waiver lets one rule pass for one URN, until a day that is at most {LONGEST.days} days ahead. Whoever approves the
change of the file approves the waiver.

```yaml
{WAIVERS}```

`./bbp gate --plan plan.json --waivers waivers.yaml` names entries that have ended, that cover nothing, that are too
broad (`*`, `?`, an end too far ahead) and that are malformed. The last two end with exit code 1 even where nothing
else stops the change. A day is written as in the example and in no other form; an owner is somebody's or a team's
name. `./bbp check STACK --waivers waivers.yaml` and `./bbp review` say so before anything is rehearsed or asked.

One file is for all stacks: of entries of other stacks than the preview's nothing is said, and `./bbp check` names those
of a stack without a file, and those that end within two weeks. The example's own owner and reason are refused.

"""
PACK = """\
## The same rules in the engine

The rules over what stands are a Pulumi policy pack, too. Critical and high ones are mandatory, the others advisory:

```sh
uv venv policies/pack/venv
uv pip install --require-hashes --python policies/pack/venv/bin/python -r policies/pack/requirements.txt
pulumi preview --policy-pack policies/pack
```

Rules that look at one resource judge it before it is made, with the values that a preview does not know.
The pack's SDK takes the marks off secrets; the pack reads them before and hands on what a preview shows (`[secret]`).
A pack sees no configuration: a stack is of production unless the AWS provider's default tags say otherwise.
Rules over steps are no part of it either, because a pack sees what will be, and not what was.

"""


def page() -> str:
    """The whole page."""
    return HEAD + "\n".join(_examples()) + "\n" + "\n".join(_rules()) + "\n" + PACK + "\n".join(_table()) + "\n"


def _examples() -> Iterator[str]:
    yield "## What it says\n"
    by_name = {case.name: case for case in cases()}
    for name in SHOWN:
        yield f"Of a plan in which {name}, exit code {by_name[name].exit}:\n"
        yield f"```\n{answer(name)}```\n"


def answer(name: str) -> str:
    """What the gate prints of a plan of the table."""
    case = next(one for one in cases() if one.name == name)
    with tempfile.TemporaryDirectory() as folder:
        found = case.answer(Path(folder))
    if not isinstance(found, Gate):
        return f"error: {found}\n"
    out = StringIO()
    show(section(found), Console(file=out, width=118, highlight=False, emoji=False, color_system=None))
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().rstrip().splitlines())


def _rules() -> Iterator[str]:
    yield "## Rules over steps\n\n| id | severity | what must hold | smallest fix |\n|---|---|---|---|"
    for rule in STEP_RULES:
        yield f"| `{rule.id}` | {rule.severity} | {rule.title} | {rule.fix} |"
    yield "\n## Rules over what stands\n"
    yield "Critical and high ones stop a change that breaks them; what was broken before is counted only.\n"
    yield "| id | severity | what must hold | why | smallest fix | source |\n|---|---|---|---|---|---|"
    for one in OWN:
        yield f"| `{one.id}` | {one.severity} | {one.title} | {one.reason} | {one.fix} | {one.source} |"
    controls = [rule for rule in rules() if rule not in OWN]
    yield f"\n{len(controls)} more are controls of AWS Security Hub ([posture](posture.md)), all of them medium.\n"


def _table() -> Iterator[str]:
    yield "## Plans and answers\n\nEach is executed by a test (`tests/data/gate_plans.yaml`).\n"
    yield "| plan | exit code | first line of the answer |\n|---|---|---|"
    for case in cases():
        says = case.says.replace("|", "\\|").replace("<", "&lt;")
        yield f"| {case.name} | {case.exit} | {says} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Says whether the page is up to date, or writes it."""
    return brought_up_to_date(DOCUMENT, page(), __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
