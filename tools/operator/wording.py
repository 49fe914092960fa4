"""What is wrong with a command line, in plain words, and whose help to read."""

from collections.abc import Mapping
from typing import Any

import typer

from loyalty.domain.quoting import quote

_SAID = {
    "int_parsing": "{input} is no whole number",
    "float_parsing": "{input} is no number",
    "bool_parsing": "{input} is neither yes nor no",
    "greater_than_equal": "{input} is less than {ge}",
    "less_than_equal": "{input} is more than {le}",
    "value_error": "{error}",
}
"""What pydantic finds, by its names for it."""


def what_is_wrong(error: typer.TyperException) -> str:
    """One line about a command line that can't be understood."""
    found = getattr(error.__cause__, "errors", None)
    if found:
        error.message = _plain(found()[0])
    context = getattr(error, "ctx", None)
    where = context.command_path if context else "loyalty"
    said = " ".join(error.format_message().split())
    return f"{said}{'' if said[-1:] in '.?' else '.'} See {where} --help"


def _plain(fault: Mapping[str, Any]) -> str:
    said = _SAID.get(fault["type"], "{msg}")
    return said.format(**fault.get("ctx", {}), input=quote(str(fault["input"])), msg=fault["msg"])
