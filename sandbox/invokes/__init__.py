"""Look-ups: what a program asks its providers with `get_...` functions, computed or answered from what exists."""
