"""The error of the CDN's commands, apart from their code so that naming it costs nothing."""


class CdnError(Exception):
    """Something about the CDN cannot be answered or done; the message says why and what to do."""
