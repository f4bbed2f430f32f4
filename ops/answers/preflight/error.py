"""The error that ends a preflight, apart from its code so that naming it costs nothing."""


class PreflightError(Exception):
    """Nothing can be asked at all: there are no usable credentials, or nobody can be reached. The message says why."""
