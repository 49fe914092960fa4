"""Rows from standard input, kept in a file: so they can be read twice, and gone on with after an interruption.

The file is named after its content, so the same rows find it again, with what is noted of them.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .commands import Session
from .faults import InUse, OperatorError
from .sending.checkpoint import kept_at

STDIN = Path("-")

_DIGITS = 16


@contextmanager
def given(session: Session, file: Path) -> Iterator[Path]:
    """The file to read: the one that is named, or standard input's own, in this folder, for `-`.

    The latter is removed at the end, unless the same command would go on with it. Raises OperatorError.
    """
    if file != STDIN:
        yield file
        return
    path = _kept()
    session.printer.remark(f"Standard input is kept in {path} until all of it is done")
    in_use = False
    try:
        yield path
    except InUse:
        in_use = True
        raise
    finally:
        if kept_at(path).exists():
            session.printer.remark(f"To go on, give {path} in place of -, or the same rows again")
        elif not in_use:
            path.unlink(missing_ok=True)


def _kept() -> Path:
    """Standard input in a file; raises OperatorError when one with its name has other content."""
    with tempfile.NamedTemporaryFile(dir=".", prefix=".stdin-") as written:
        shutil.copyfileobj(sys.stdin.buffer, written)
        written.flush()
        digest = _digest(Path(written.name))
        path = Path(f"stdin-{digest[:_DIGITS]}.csv")
        try:
            os.link(written.name, path)
        except FileExistsError:
            if _digest(path) != digest:
                raise OperatorError(f"{path} was changed since standard input was kept in it: move it away") from None
    return path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
