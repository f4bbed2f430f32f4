"""Runs the command line: `python -m ops`."""

import sys
import traceback


def _damaged(error: ImportError | SyntaxError) -> bool:
    """Whether a file of the environment is broken, and not one of ours."""
    place = error.filename if isinstance(error, SyntaxError) else error.path
    frames = traceback.extract_tb(error.__traceback__)
    return any(path.startswith(sys.prefix) for path in (place or "", frames[-1].filename if frames else ""))


def main() -> None:
    """Run the command line; an environment that was damaged after it was made is named instead of traced back."""
    try:
        from infra import garbage  # noqa: PLC0415 - what it imports may be damaged
        from ops.cli import main as run  # noqa: PLC0415 - as above
        from ops.console import writing  # noqa: PLC0415 - as above

        garbage.seldom()
        with writing():
            run()
    except (ImportError, SyntaxError) as error:
        if not _damaged(error):
            raise
        sys.stderr.write(
            f"error: the environment {sys.prefix} is damaged: {error}\n"
            f"  fix: remove it and run the same command again: rm -r {sys.prefix}\n"
        )
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
