"""What a stack may be called: every physical name holds it, so the strictest of the services decides."""

import re
from collections.abc import Iterator

from infra.problems import Problem, shown

LONGEST = 30
"""Characters. Ours, not a vendor's: `bailbondpro-<stack>-primary-replica-5` stays well within RDS's 63; names with less
room (load balancers 32, replication groups 40) keep their beginning and end in a hash of the whole."""
_NAME = re.compile(r"[a-z](?:-?[a-z0-9])*")


def own_name(stack: str) -> str:
    """The stack's own name: the last part of a full one such as `organization/bailbondpro/dev`."""
    return stack.rsplit("/", 1)[-1]


def stack_name_problems(stack: str) -> Iterator[Problem]:
    """A problem, where AWS would refuse a name made of the stack's, or read it as that of another stack."""
    name = own_name(stack)
    if _NAME.fullmatch(name) and len(name) <= LONGEST:
        return
    yield Problem(
        path="STACK",
        rule="stack-name",
        value=shown(stack),
        allowed=f"1 to {LONGEST} lower-case letters, digits and single hyphens, a letter first and no hyphen last: the "
        "names of databases and load balancers are made of it (Amazon RDS and Elastic Load Balancing API references)",
        fix=f"name the stack {_suggestion(name)}; its file is Pulumi.<stack>.yaml or what --config names",
    )


def _suggestion(name: str) -> str:
    """The nearest name that is allowed, or an example where nothing of it can stay."""
    bare = re.sub(r"[^a-z0-9]+", "-", name.lower()).lstrip("-0123456789")[:LONGEST].strip("-")
    return f"`{bare}`" if bare else "in words, for example `dev`"
