"""JSON by the thousand: as Python's own json writes it, whatever is in it."""

import json

import pytest

from loyalty.domain.compact import compact
from loyalty.domain.outcome import Status

_CHARACTERS = "".join(map(chr, [*range(0x800), 0x2028, 0xFFFE, 0xFFFF, 0x1F600]))


@pytest.mark.parametrize(
    "value",
    [
        {"fields": {"email": "ann@example.com", _CHARACTERS: _CHARACTERS}},
        [Status.CREATED, ("a", None, True, -1, 2**63 - 1, 0.25)],
        {"half of a character": "\ud800"},
        {5: "a number as a name"},
        {"a number of more than 64 bits": 2**70},
    ],
)
def test_a_value_is_written_as_by_json_without_blanks(value: object) -> None:
    assert compact(value) == json.dumps(value, ensure_ascii=False, separators=(",", ":"))
