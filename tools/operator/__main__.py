"""The command `loyalty`."""

import sys

import typer

from .application import app
from .faults import REFUSED
from .wording import what_is_wrong


def main() -> int | None:
    """Run the command that the process's arguments name; its exit code, None for 0."""
    arguments = sys.argv[1:] or ["--help"]
    try:
        code: int | None = app(arguments, prog_name="loyalty", standalone_mode=False)
    except typer.TyperException as error:
        sys.stderr.write(f"{what_is_wrong(error)}\n")
        return error.exit_code
    except typer.Abort:
        sys.stderr.write("Nothing was done\n")
        return REFUSED
    return code


if __name__ == "__main__":
    sys.exit(main())
