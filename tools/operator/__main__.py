"""The command `loyalty`."""

from tools.operator.application import app


def main() -> None:
    """Run the command that the process's arguments name, and exit with its code."""
    app(prog_name="loyalty")


if __name__ == "__main__":
    main()
