"""Arguments that several commands take."""

import re
from pathlib import Path
from typing import Annotated

import typer

_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,99}")


def plain_name(text: str | None) -> str | None:
    """A name that needs no escape anywhere: in keys, in URLs, before the colon of a Basic credential."""
    if text is not None and not _NAME.fullmatch(text):
        raise typer.BadParameter("must be up to 100 letters, digits, dots, dashes, underscores or @")
    return text


AccountId = Annotated[
    str,
    typer.Argument(
        metavar="ACCOUNT", help="The account's id; may be left out where --account names it.", callback=plain_name
    ),
]
NewAccountId = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The new account's id.", callback=plain_name)]
File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="A file with a line of headers; cells between commas, semicolons, tabs or pipes.",
    ),
]


def _files(beginning: str) -> list[str]:
    """Files and folders that begin so, for a shell that completes them."""
    folder = Path(beginning) if beginning.endswith("/") else Path(beginning).parent
    found = sorted(f"{one}{'/' * one.is_dir()}" for one in folder.iterdir()) if folder.is_dir() else []
    return [one for one in found if one.startswith(beginning)]


Rows = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="A file with a line of headers, - for standard input, or s3://BUCKET/KEY, which is sent as one job; "
        "cells between commas, semicolons, tabs or pipes.",
        autocompletion=_files,
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask for confirmation.")]
