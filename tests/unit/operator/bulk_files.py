"""Files of rows for each command that sends some, and what stands beside them."""

from pathlib import Path

IMPORT = ["import", "--campaign", "898989889", "--account", "greatwidgets"]
REGISTER = ["register", "--program", "123", "--account", "greatwidgets"]
EARN = ["earn", "--program", "469", "--promotion", "56799", "--account", "greatwidgets"]

WORKS = {
    "import": (IMPORT, ["code,first_name,custom_date", *(f"C{n},Ann {n},{'x' * (n == 4)}" for n in range(1, 8))]),
    "register": (
        REGISTER,
        [
            "email\tregistration_date",
            *(f"user{n}@example.com\t2024-01-0{n}T00:00:00Z" for n in range(1, 8)),
            "no@example.com\t",
        ],
    ),
    "earn": (
        EARN,
        ["id|source", "98662653|INSTORE", "98662653|WEBSITE", "98662632|LINE", "7|INSTORE", "424|", "423924812|tmall"],
    ),
}


def file_of(directory: Path, work: str) -> tuple[list[str], Path]:
    """A command that sends a file in requests of four rows, and the file."""
    command, lines = WORKS[work]
    directory.mkdir(exist_ok=True)
    file = directory / f"{work}.csv"
    file.write_text("".join(f"{line}\n" for line in lines))
    return [*command, str(file), "--rows", "4"], file


def kept(file: Path) -> list[str]:
    """What stands beside a file."""
    return sorted(path.name for path in file.parent.iterdir() if path != file)
