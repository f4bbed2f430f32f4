"""What the commands compute, one module or package by each command's name, with the JSON document of `--json`."""
