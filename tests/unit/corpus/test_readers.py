"""The corpus of files through the API and through `loyalty import`: the same customers, the same failures."""

from pathlib import Path

import pytest

from tests.corpus.doors import NAMES, agrees, by_api, by_command, expected
from tests.corpus.files import FILES, File

FOR_THE_API = {name: file for name, file in FILES.items() if file.delimiter in NAMES}


def test_the_corpus_is_large() -> None:
    assert len(FOR_THE_API) >= 100


@pytest.mark.parametrize("file", FOR_THE_API.values(), ids=[ascii(name) for name in FOR_THE_API])
def test_a_file_is_read_by_the_api_as_is_right(file: File) -> None:
    seen = by_api(file)
    assert agrees(seen, expected(file)), seen


@pytest.mark.parametrize("file", FILES.values(), ids=[ascii(name) for name in FILES])
def test_a_file_is_read_by_the_command_as_is_right(file: File, tmp_path: Path) -> None:
    seen = by_command(file, tmp_path)
    assert agrees(seen, expected(file)), seen
