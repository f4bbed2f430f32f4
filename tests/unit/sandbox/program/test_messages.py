"""What the engine says, in the words of a program's author."""

from __future__ import annotations

import pytest

from sandbox.program.messages import readable

PLUGIN = "no resource plugin 'pulumi-resource-docker' found in the workspace or on your $PATH"
PROPERTY = "aws:s3/bucket:Bucket resource 'b': property {} value {{{}}} has a problem: {}"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (PLUGIN, "the package docker is not simulated: its SDK is not installed"),
        (PROPERTY.format("rule", "<nil>", "missing"), "aws:s3/bucket:Bucket: rule: missing"),
        (PROPERTY.format("a.b[0]", "5", "too small"), "aws:s3/bucket:Bucket: a.b[0], is 5: too small"),
        (PROPERTY.format("password", "&{{hunter2}}", "too short"), "aws:s3/bucket:Bucket: password: too short"),
        (PROPERTY.format("a", "5", "got 5"), "aws:s3/bucket:Bucket: a: got 5"),
        ("aws:a/b:B resource 'x' has a problem: no such type", "no such type"),
        ("an unhandled error occurred: no disk\n", "no disk"),
    ],
)
def test_a_message_is_told_once_and_without_the_engine_s_own_words(message: str, said: str) -> None:
    assert readable(message).startswith(said)
