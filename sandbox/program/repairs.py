"""What of the SDK is replaced while a program runs in this process: two that are slow, two that a rehearsal needs."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pulumi

from sandbox.program.frames import lines_kept
from sandbox.program.quiet import no_debug_messages
from sandbox.program.stack_names import one_organization
from sandbox.program.waiting import outputs_awaited_once

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def repaired(*, as_published: bool = False) -> Iterator[None]:
    """Let what runs meanwhile in this process use the SDK with our repairs.

    Args:
        as_published: only give references to stacks their names; what else the SDK does stays as its authors published
            it. For whoever measures what the repairs are worth.
    """
    with ExitStack() as stack:
        stack.enter_context(one_organization(pulumi.StackReference))
        if not as_published:
            stack.enter_context(outputs_awaited_once())
            stack.enter_context(no_debug_messages())
            stack.enter_context(lines_kept(pulumi.Output))
        yield
