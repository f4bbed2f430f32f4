"""`check`: is a stack file valid?"""

from __future__ import annotations

from ops.console import note
from ops.options import ConfigOption, JsonOption, PhaseOption, StackArgument, present

EPILOG = "Example: ./bbp check prod --phase microservices"


def check(
    stack: StackArgument, config: ConfigOption = None, phase: PhaseOption = None, json_output: JsonOption = False
) -> None:
    """Check a stack file: every problem at once, with its key, value, what is allowed, and the smallest fix."""
    from ops.answers.check import notices_of
    from ops.inputs.stack_file import check as run
    from ops.views.check import section

    result = run(stack, config, phase)
    present(result, section, as_json=json_output)
    if not json_output:
        for notice in notices_of(result.settings):
            note(notice)
    if result.problems:
        raise SystemExit(1)
