"""Credentials of providers in a stack file: encrypted, or not at all."""

from collections.abc import Iterator, Mapping

from infra.problems import HIDDEN, Problem, is_secret_key, is_secret_value, is_switch

ENCRYPTED = "secure"
"""The key below which Pulumi writes an encrypted value (Pulumi documentation, Secrets)."""
REHEARSED = "rehearsed-secret"
"""What a rehearsal writes in place of an encrypted value, which only the real secrets provider can read."""
_NAMES = frozenset(("apiUserServiceKey", "kubeconfig"))
"""Credentials whose names do not say so (pulumi-cloudflare and pulumi-kubernetes, provider configuration)."""


def plain_credentials(key: str, value: object) -> Iterator[Problem]:
    """A problem for every credential of a provider that stands in the stack file as it is.

    Args:
        key: the full key, such as `cloudflare:apiToken`.
        value: its value; below objects and lists every value is looked at.
    """
    name = key.rpartition(":")[2].rpartition(".")[2].split("[")[0]
    if isinstance(value, Mapping):
        if set(value) != {ENCRYPTED}:
            for below, item in value.items():
                yield from plain_credentials(f"{key}.{below}", item)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from plain_credentials(f"{key}[{index}]", item)
    elif isinstance(value, str) and value not in {"", REHEARSED} and _is_credential(name, value):
        yield Problem(
            path=key,
            rule="no-plain-credentials",
            value=HIDDEN,
            allowed="an encrypted value (`secure: ...`), or none: a provider also reads its own environment variables",
            fix=f"revoke it and remove it; {_successor(key)}",
        )


def _successor(key: str) -> str:
    """Where a provider's next credential belongs; AWS and the cluster have theirs from the command's environment."""
    if key.startswith(("aws:", "kubernetes:")):
        return "AWS finds its credentials in the environment of the command (AWS_PROFILE, AWS_ROLE_ARN, ...)"
    path = " --path" if any(mark in key for mark in ".[") else ""
    return f"run `pulumi config set --secret{path} '{key}'` with its successor"


def _is_credential(name: str, value: str) -> bool:
    return name in _NAMES or (is_secret_key(name) and not is_switch(value)) or is_secret_value(value, name)
