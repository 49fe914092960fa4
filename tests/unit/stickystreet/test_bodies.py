"""The two forms that a body can have: read alike, and refused with a reason when they are broken."""

import gzip
import json
import time
from urllib.parse import urlencode

import pytest

from tests.fakes.importing import FORM, SEED, SEED_DATA, ImportWorld
from tests.fakes.yardstick import slowness

BOUNDARY = "----form-1234"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
IMPORTED = {"new": 3, "updated": 0}

Parts = dict[str, tuple[str, bytes]]


def parts(**changes: tuple[str, bytes]) -> Parts:
    """The seed's sample as parts: what follows each name in its Content-Disposition, and its bytes."""
    return {name: ("", text.encode()) for name, text in (SEED | {"output": "JSON"}).items()} | changes


def multipart(fields: Parts) -> bytes:
    body = b""
    for name, (attributes, data) in fields.items():
        disposition = f'Content-Disposition: form-data; name="{name}"{attributes}'
        body += f"--{BOUNDARY}\r\n{disposition}\r\n\r\n".encode() + data + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def post(world: ImportWorld, body: bytes, content_type: str, **headers: str) -> str:
    return world.post(body, headers={"content-type": content_type, **headers}).body


FILE = '; filename="rows.txt"\r\nContent-Type: text/plain'
GOOD = {
    "fields": parts(),
    "a_file_for_the_data": parts(Profiles_Data=(FILE, SEED_DATA.encode())),
    "a_byte_order_mark": parts(Profiles_Data=(FILE, b"\xef\xbb\xbf" + SEED_DATA.encode())),
    "an_empty_file_input_beside": parts(upload=('; filename=""', b"")),
    "a_charset_of_utf_8": parts(
        Profiles_Data=(
            "\r\nContent-Type: text/plain; charset=UTF-8",
            SEED_DATA.encode(),
        )
    ),
}


@pytest.mark.parametrize("fields", GOOD.values(), ids=GOOD)
def test_multipart_with_fields_or_files_imports_like_an_urlencoded_body(
    fields: Parts,
) -> None:
    # GIVEN the seed's sample as multipart/form-data
    world = ImportWorld()
    # WHEN it is sent
    post(world, multipart(fields), MULTIPART)
    # THEN the customers are those of the urlencoded sample
    other = ImportWorld()
    other.send(SEED)
    assert world.end_state() == other.end_state()


@pytest.mark.parametrize("encoding", ["binary", "8bit", "7BIT", ""])
def test_a_part_may_say_that_it_is_sent_as_it_is(encoding: str) -> None:
    # GIVEN, WHEN the sample with rows under a header that changes nothing
    rows = (f"\r\nContent-Transfer-Encoding: {encoding}", SEED_DATA.encode())
    answer = json.loads(post(ImportWorld(), multipart(parts(Profiles_Data=rows)), MULTIPART))
    # THEN it is imported
    assert answer["batch"]["customers"] == {"new": 3, "updated": 0}


@pytest.mark.parametrize("content_type", [FORM, f"{FORM}; charset=utf-8", ""])
def test_an_urlencoded_body_is_read_with_and_without_its_name(
    content_type: str,
) -> None:
    # GIVEN, WHEN the sample under this Content-Type
    world = ImportWorld()
    body = post(
        world,
        urlencode(SEED | {"condensed": "yes", "output": "json", "no_undo": "yes"}).encode(),
        content_type,
    )
    # THEN it is imported
    assert body == '{"status":"success","batch":{"status":"imported","customers":{"new":3,"updated":0}}}'


def test_a_gzip_body_is_inflated() -> None:
    # GIVEN, WHEN the sample, gzip-encoded
    world = ImportWorld()
    body = post(
        world,
        gzip.compress(urlencode(SEED | {"no_undo": "yes"}).encode()),
        FORM,
        **{"content-encoding": "gzip"},
    )
    # THEN it is imported
    assert "<new>3</new>" in body


def test_a_byte_order_mark_before_the_data_is_dropped() -> None:
    # GIVEN data as spreadsheets save it
    world = ImportWorld()
    # WHEN it is sent
    world.rows("code", "\ufeff4711")
    # THEN the code is without the mark
    assert world.finds("code", "4711")


LATIN = urlencode(SEED).replace("jane", "j%E4ne")
AS_IT_IS = "The Content-Transfer-Encoding of Profiles_Data must be binary, as parts of a form are sent as they are"
BROKEN: dict[str, tuple[bytes, str, str]] = {
    "no_boundary": (
        multipart(parts()),
        "multipart/form-data",
        "The boundary of multipart/form-data is missing in Content-Type",
    ),
    "truncated": (
        multipart(parts())[:-30],
        MULTIPART,
        "The multipart body can't be read: Unexpected end of multipart stream (parser closed)",
    ),
    "another_boundary": (
        multipart(parts()),
        MULTIPART + "5",
        "The multipart body can't be read: Boundary not found in first chunk",
    ),
    "a_file_under_another_name": (
        multipart(parts(output=("", b"XML"), upload=(FILE, SEED_DATA.encode()))),
        MULTIPART,
        'The name of a file must be that of a parameter, such as profiles_data; it is "upload"',
    ),
    "latin_1_in_a_part": (
        multipart(parts(Profiles_Data=("", "11|22|j\xe4ne".encode("latin-1")))),
        MULTIPART,
        "Profiles_Data is not valid UTF-8 (byte 7)",
    ),
    "another_charset_of_a_part": (
        multipart(parts(Profiles_Data=("\r\nContent-Type: text/plain; charset=latin1", b"1|2"))),
        MULTIPART,
        'The charset of Profiles_Data must be utf-8; it is "latin1"',
    ),
    "rows_in_base64": (
        multipart(parts(Profiles_Data=("\r\nContent-Transfer-Encoding: base64", b"MXwy"))),
        MULTIPART,
        f'{AS_IT_IS}; it is "base64"',
    ),
    "rows_in_quoted_printable": (
        multipart(parts(Profiles_Data=("\r\ncontent-transfer-encoding:  Quoted-Printable", b"1=7C2"))),
        MULTIPART,
        f'{AS_IT_IS}; it is "Quoted-Printable"',
    ),
    "latin_1_bytes": (
        LATIN.encode(),
        FORM,
        "Profiles_Data is not valid UTF-8 (byte 22)",
    ),
    "another_charset": (
        urlencode(SEED).encode(),
        FORM + "; charset=iso-8859-1",
        'The charset of Content-Type must be utf-8; it is "iso-8859-1"',
    ),
    "utf_16": (
        multipart(parts(Profiles_Data=("", SEED_DATA.encode("utf-16")))),
        MULTIPART,
        "Profiles_Data is not valid UTF-8 (byte 0)",
    ),
    "broken_percent_encoding": (
        b"user_id=john%zz1970",
        FORM,
        'user_id must be percent-encoded; it is "%zz"',
    ),
    "cut_percent_encoding": (
        b"user_id=a&type=100%",
        FORM,
        'type must be percent-encoded; it is "%"',
    ),
    "1001_fields": (b"a=1&" * 1001, FORM, "A form may have at most 1000 fields"),
    "a_name_of_65537_bytes": (
        b"user_id=a&" + b"x" * 65_537,
        FORM,
        "A field's name has more than 65536 bytes: percent-encode &amp; in values as %26",
    ),
    "json": (
        b"{}",
        "application/json",
        'Content-Type must be application/x-www-form-urlencoded or multipart/form-data; it is "application/json"',
    ),
    "nothing": (b"", FORM, "user_id, user_api_key and account_id are required"),
    "an_empty_multipart_body": (
        b"",
        MULTIPART,
        "The multipart body can't be read: Unexpected end of multipart stream (parser closed)",
    ),
}


@pytest.mark.parametrize(("body", "content_type", "text"), BROKEN.values(), ids=BROKEN)
def test_a_broken_body_is_refused_with_a_reason_and_nothing_is_imported(
    body: bytes, content_type: str, text: str
) -> None:
    # GIVEN the seed's sample in a body that is broken
    world = ImportWorld()
    before = world.dynamodb.snapshot()
    # WHEN it is sent
    answer = post(world, body, content_type)
    # THEN the answer, in XML as nothing else is known to be wanted, says what is wrong
    assert answer == f'<response status="error"><error>{text}</error></response>'
    # AND nothing was stored
    assert world.dynamodb.snapshot() == before


HOSTILE = {
    "escapes": (b"profiles_data=" + b"%41" * 3_000_000, FORM),
    "ampersands": (b"&" * 9_000_000, FORM),
    "boundaries": (f"\r\n--{BOUNDARY}".encode() * 400_000, MULTIPART),
    "blank_lines": (
        urlencode(SEED).replace("11223344", "%0A").encode() + b"%0A" * 3_000_000,
        FORM,
    ),
    "delimiters": (urlencode(SEED).encode() + b"%7C" * 3_000_000, FORM),
}


@pytest.mark.cost
@pytest.mark.parametrize(("body", "content_type"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_body_costs_little(body: bytes, content_type: str) -> None:
    # GIVEN nine megabytes of the worst
    world = ImportWorld()
    began = time.process_time()
    # WHEN they are sent
    answer = post(world, body, content_type)
    # THEN an answer comes soon
    assert answer.startswith("<response ")
    assert time.process_time() - began < 5 * slowness()
