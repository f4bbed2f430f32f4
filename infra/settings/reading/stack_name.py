"""What a stack may be called: every physical name holds it, so the strictest of the services decides."""

import re
from collections.abc import Collection, Iterator

from infra.problems import NAMESPACE, Problem, shown

LONGEST = 30
"""Characters. Ours, not a vendor's: `bailbondpro-<stack>-primary-replica-5` stays well within RDS's 63; names with less
room (load balancers 32, replication groups 40) keep their beginning and end in a hash of the whole."""
_NAME = re.compile(r"[a-z](?:-?[a-z0-9])*")
_PART = re.compile(r"[A-Za-z0-9_.-]+")
"""Of a full name: an organization, a project (Pulumi documentation, stack names; unverified)."""
FOLDERS = frozenset((".", ".."))
MOST_PARTS = 3
PREVIEWS = "-preview"
"""How the GitHub environment ends in which any branch previews a stack (.github/workflows/pull_request.yml)."""
WORDS = frozenset(("all", "null", "true", "false", "yes", "no", "on", "off", "y", "n"))
"""What YAML 1.1 reads as no text where a file lists stacks, and `--stack all` as every one of them."""

RESERVED = {
    "account": "bootstrap/Pulumi.account.yaml is the account's own stack, and `./bbp rehearse account` would be two",
    "bootstrap": "`alias/bailbondpro-bootstrap` and the project bailbondpro-bootstrap are the account's, not a stack's",
    "organization": "backends without organizations read it as the first part of a full name "
    "(Pulumi documentation, States and backends; unverified)",
}
"""Names that something else beside the platform's stacks has, and what."""


def own_name(stack: str) -> str:
    """The stack's own name: the last part of a full one such as `organization/bailbondpro/dev`."""
    return stack.rsplit("/", 1)[-1]


def stack_name_problems(stack: str, beside: Collection[str] = ()) -> Iterator[Problem]:
    """A problem, where AWS would refuse a name made of the stack's, or read it as that of another stack.

    Args:
        stack: the name.
        beside: stacks that a new one must differ from; where an existing one is meant, none.
    """
    name = own_name(stack)
    if wrong := _path(stack):
        yield _problem(stack, f"a stack's own name, or organization/{NAMESPACE}/stack: {wrong}", name, beside)
    elif not _NAME.fullmatch(name) or len(name) > LONGEST:
        allowed = (
            f"1 to {LONGEST} lower-case letters, digits and single hyphens, a letter first and no hyphen last: names "
            "of databases and load balancers are made of it (Amazon RDS and Elastic Load Balancing API references)"
        )
        yield _problem(stack, allowed, name, beside)
    elif name.endswith(PREVIEWS):
        of = name.removesuffix(PREVIEWS)
        allowed = (
            f"a name that does not end in {PREVIEWS}: every branch previews {of} in the GitHub environment {name}, and "
            "what runs there could take the role that deploys this stack"
        )
        yield _problem(stack, allowed, of, beside)
    elif name in WORDS:
        yield _problem(stack, "a word that YAML and `--stack` read as a name", f"{name}-stack", beside)
    elif name in RESERVED:
        yield _problem(stack, f"a name that nothing else has: {RESERVED[name]}", f"{name}-stack", beside)


def _path(stack: str) -> str:
    """Why a text with slashes is no full name of a stack of this project; empty where it is one."""
    *above, _ = stack.split("/")
    if not above:
        return ""
    if len(above) >= MOST_PARTS or any(part in FOLDERS or not _PART.fullmatch(part) for part in above):
        return "this is a path, and a file is named by --config or --out"
    if len(above) == MOST_PARTS - 1 and above[1] != NAMESPACE:
        return f"this one is of the project {above[1]}"
    return ""


def _problem(stack: str, allowed: str, name: str, beside: Collection[str]) -> Problem:
    return Problem(
        path="STACK",
        rule="stack-name",
        value=shown(stack),
        allowed=allowed,
        fix=f"name the stack {_suggestion(name, beside)}; its file is Pulumi.<stack>.yaml or what --config names",
    )


def _suggestion(name: str, beside: Collection[str]) -> str:
    """The nearest name that is allowed and free, or an example where nothing of it can stay."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    number = re.match(r"[0-9-]*", words)
    leading = number[0] if number else ""
    bare = words[len(leading) :]
    if not bare:
        return "in words, for example `dev`" if _free("dev", beside) else "in words, beginning with a letter"
    turned = "-".join(part for part in (bare, leading.strip("-")) if part)
    tried = (turned, *(f"{word}-{turned}" for word in ("new", "other", "third", "fourth", "fifth")))
    found = next((one for each in tried if _free(one := each[:LONGEST].strip("-"), beside)), None)
    return f"`{found}`" if found else "otherwise, beginning with a letter"


def _free(name: str, beside: Collection[str]) -> bool:
    """Whether a stack may be called so, and neither its name nor one beside begins with the other."""
    apart = all(not f"{name}-".startswith(f"{one}-") and not one.startswith(f"{name}-") for one in beside)
    return apart and not any(stack_name_problems(name))
