"""What ends a step of a move."""


class MoveError(ValueError):
    """Why a step cannot be taken, in words for people; what was done before stays done and may be done again."""


class OverdueError(MoveError):
    """Something took longer than it may."""
