"""Runs the command line: `python -m ops`."""

from ops.cli import main
from ops.console import writing

if __name__ == "__main__":
    with writing():
        main()
