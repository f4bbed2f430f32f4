"""Shows what a stack's roles are granted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bootstrap.policies import LONGEST
from ops.document.blocks import Item, Items, Section, Table, Text

if TYPE_CHECKING:
    from ops.answers.bootstrap.policies import StackPolicies
    from ops.document.blocks import Block


def section(found: StackPolicies) -> Section:
    """Every policy with its size and its document, the token's permissions, and what does not agree."""
    roles = {"deploy": found.deploy, "preview": found.preview}
    if found.boundary:
        roles["boundary"] = {"": found.boundary}
    rows = tuple(
        (role, name or "-", str(len(text)), f"{len(json.loads(text)['Statement'])}")
        for role, policies in roles.items()
        for name, text in policies.items()
    )
    blocks: list[Block] = [
        Table(
            caption=f"Policies of {found.stack} in account {found.account}, beside those of its state",
            columns=("Role", "Policy", f"Characters of {LONGEST:,}", "Statements"),
            rows=rows,
            numbers=frozenset({2, 3}),
        )
    ]
    for role, documents in roles.items():
        blocks += [Text(text=f"{role} {name}".strip() + f": {text}") for name, text in documents.items()]
    if found.token:
        token = tuple(Item(text=name) for name in found.token)
        blocks.append(
            Items(items=token, caption="Cloudflare token: Edit to deploy, Read to preview, of this zone alone")
        )
    if found.written:
        blocks.append(Text(text=f"written: {found.written}"))
    if found.problems:
        wrong = tuple(
            Item(text=f"{item.path}: {item.value}; allowed: {item.allowed}", detail=f"fix: {item.fix}", state="bad")
            for item in found.problems
        )
        blocks.append(Items(items=wrong, caption="What does not agree with the bootstrap"))
    return Section(id="bootstrap", title="Bootstrap", blocks=tuple(blocks))
