"""HTML form bodies, application/x-www-form-urlencoded and multipart/form-data, in UTF-8 and nothing else.

Source: the WHATWG URL standard and RFC 7578. Names match in any case, so they are read in lower case.
"""

import re
from binascii import a2b_qp
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from multipart import MultipartError, MultipartSegment, PushMultipartParser

from loyalty.domain.errors import BadRequest, ParameterError, UnsupportedMediaType
from loyalty.domain.quoting import refusal
from loyalty.domain.text import folded
from loyalty.http.body import check_charset, decode
from loyalty.http.negotiation import content_type
from loyalty.http.request import Request

MOST_FIELDS = 1_000
"""Fields of one form."""

LONGEST_NAME = 64 * 1024
"""Bytes of a field's name, as it is sent."""

_URLENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_AS_THEY_ARE = frozenset({"", "binary", "8bit", "7bit"})
_SLICE_BYTES = 256 * 1024
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2}).{0,2}", re.DOTALL)


class Form(NamedTuple):
    """Texts by field name, of `repeated` names the last; `files` names those that came as files.

    `parted` are the names of a urlencoded form as they were sent, in their order: what a raw `&` in a value cuts off
    is among them. A multipart form has none.
    """

    fields: dict[str, str]
    files: frozenset[str]
    parted: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()


class _Part(NamedTuple):
    name: str
    data: bytes
    is_file: bool


def read(request: Request) -> Form:
    """The form that a request brings; raises RequestError (BadRequest, TooLarge or UnsupportedMediaType).

    A file is read as its field's text; a file input that was left empty, as browsers send it, is left out.
    """
    media_type, parameters = content_type(request.headers)
    check_charset("Content-Type", parameters.get("charset", ""))
    if media_type in ("", _URLENCODED):
        parts = _urlencoded(request.body())
    elif media_type == _MULTIPART:
        parts = _multipart(request.body(), parameters.get("boundary", ""))
    else:
        raise UnsupportedMediaType(refusal("Content-Type", f"must be {_URLENCODED} or {_MULTIPART}", media_type))
    read_parts = [part for part in parts if part.data or not part.is_file]
    fields = {folded(part.name): decode(part.data, part.name) for part in read_parts}
    files = frozenset(folded(part.name) for part in read_parts if part.is_file)
    parted = () if media_type == _MULTIPART else tuple(part.name for part in read_parts)
    return Form(fields, files, parted, _repeated(read_parts) if len(fields) < len(read_parts) else ())


def _repeated(parts: list[_Part]) -> tuple[str, ...]:
    times = Counter(folded(part.name) for part in parts)
    return tuple(name for name, count in times.items() if count > 1)


def _urlencoded(body: bytes) -> Iterator[_Part]:
    pairs = body.split(b"&", MOST_FIELDS)
    del body  # ten megabytes, which are in their parts now
    if len(pairs) > MOST_FIELDS:
        raise _too_many_fields()
    for pair in filter(None, pairs):
        name, _, value = pair.partition(b"=")
        if len(name) > LONGEST_NAME:
            raise BadRequest(f"A field's name has more than {LONGEST_NAME} bytes: percent-encode & in values as %26")
        field = decode(_unescape("A field name", name), "A field name")
        yield _Part(field, _unescape(field, value), is_file=False)


def _unescape(name: str, data: bytes) -> bytes:
    if b"%" not in data and b"+" not in data:
        return data
    if broken := _BROKEN_ESCAPE.search(data):
        raise ParameterError(name, "must be percent-encoded", broken[0].decode("utf-8", "replace"))
    return b"".join(map(_unescape_slice, _slices(data)))


def _slices(data: bytes) -> Iterator[bytes]:
    """The data in pieces that cut no escape, so that little memory is needed while a piece is decoded."""
    start = 0
    while start < len(data):
        end = start + _SLICE_BYTES
        if end < len(data) and (cut := data.rfind(b"%", end - 2, end)) > 0:
            end = cut
        yield data[start:end]
        start = end


def _unescape_slice(data: bytes) -> bytes:
    """Quoted-printable is the same with another sign; urllib makes objects of all parts, 750 MB of a body of 10 MB."""
    return a2b_qp(data.replace(b"+", b" ").replace(b"=", b"=3D").replace(b"%", b"="))


def _multipart(body: bytes, boundary: str) -> Iterator[_Part]:
    if not boundary:
        raise BadRequest("The boundary of multipart/form-data is missing in Content-Type")
    try:
        with PushMultipartParser(boundary, max_segment_count=MOST_FIELDS, strict=True) as parser:
            segment = MultipartSegment([])
            chunks: list[bytes] = []
            for event in parser.parse(body):
                if isinstance(event, MultipartSegment):
                    segment, chunks = event, []
                    check_charset(segment.name, segment.charset or "")
                    _check_transfer_encoding(segment)
                elif event is not None:
                    chunks.append(event)
                else:
                    yield _Part(segment.name, b"".join(chunks), is_file=segment.filename is not None)
    except MultipartError as error:
        raise BadRequest(f"The multipart body can't be read: {error.args[0]}") from None  # further ones hold bytes


def _check_transfer_encoding(segment: MultipartSegment) -> None:
    """Refuse a part whose bytes are encoded, which RFC 7578 (4.7) deprecates."""
    encoding = str(segment.header("Content-Transfer-Encoding", ""))
    if encoding.strip().lower() not in _AS_THEY_ARE:
        fault = "must be binary, as parts of a form are sent as they are"
        raise UnsupportedMediaType(refusal(f"The Content-Transfer-Encoding of {segment.name}", fault, encoding))


def _too_many_fields() -> BadRequest:
    return BadRequest(f"A form may have at most {MOST_FIELDS} fields")
