"""Shows what a change does: a comment, a page, and the same in a terminal."""

from ops.views.review.document import commented, document, print_review, review_json, step_json, write

__all__ = ["commented", "document", "print_review", "review_json", "step_json", "write"]
