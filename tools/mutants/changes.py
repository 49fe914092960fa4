"""Makes all changes and prints their names, a line each; run in the copy, where `mutmut run` then finds them made."""

import os
import sys
from contextlib import redirect_stdout
from pathlib import Path

from mutmut.__main__ import create_mutants
from mutmut.mutation.data import SourceFileMutationData
from mutmut.utils.file_utils import copy_src_dir, walk_mutatable_files


def _make() -> None:
    Path("mutants").mkdir()
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):  # it says of each file that it is at it
        copy_src_dir()
        create_mutants(os.cpu_count() or 1)


def _print() -> None:
    for path in sorted(walk_mutatable_files()):
        made = SourceFileMutationData(path=path)
        made.load()
        sys.stdout.writelines(f"{name}\n" for name in made.exit_code_by_key)


if __name__ == "__main__":
    _make()
    _print()
