"""Hostile bodies changed at random: widened, shortened, repeated, put together, under other names.

A body that costs little by itself may cost much with one letter more, in one of the ways in which a format can say it.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random

from tests.unit.limits.bodies import FORM, HALF, JSON, MULTIPART, SIZE, XML

Bodies = Mapping[str, Callable[[], bytes]]

_LETTERS = ("\u00e9", "\u0436", "\u4e2d", "\ue000", "\U0001f600", "\U000e0001", "\uff0d", "\u202e", "\u0301")
_ESCAPES: dict[str, Callable[[str], bytes]] = {
    JSON: lambda letter: b"\\u" + letter.encode("utf-16-be").hex(":", 2).replace(":", "\\u").encode(),
    XML: lambda letter: f"&#x{ord(letter):x};".encode(),
    FORM: lambda letter: "".join(f"%{byte:02X}" for byte in letter.encode()).encode(),
    MULTIPART: lambda letter: letter.encode(),
}
_NAMES: dict[str, Sequence[bytes]] = {
    JSON: (
        b'"token"',
        b'"format"',
        b'"matching"',
        b'"data"',
        b'"email"',
        b'"phone"',
        b'"source"',
        b'"identifierValue"',
    ),
    XML: (b"token>", b"format>", b"matching>", b"data>", b"item>", b"x>"),
    FORM: (b"output=", b"delimiter=", b"profiles_data=", b"user_id=", b"profiles_header_1=", b"dry_run=", b"x="),
    MULTIPART: (b'name="output"', b'name="profiles_data"', b'name="delimiter"', b'name="user_id"'),
}
"""What a place is called, by format; one may stand where another did."""


def mutated(content_type: str, bodies: Bodies, seed: int) -> bytes:
    """One of the bodies with one to four things changed; the same for the same seed."""
    random = Random(seed)  # noqa: S311 - no secret
    body = random.choice(list(bodies.values()))()
    for _ in range(random.randint(1, 4)):
        body = random.choice(_CHANGES)(content_type, body, bodies, random)[:SIZE]
    return body.replace(b"898989889", b"111111111")  # a campaign that nobody has, so that what can be read is not done


def _written(content_type: str, random: Random) -> bytes:
    """A letter beyond ASCII, as it is or escaped."""
    letter = random.choice(_LETTERS)
    return letter.encode() if random.random() < 1 / 2 else _ESCAPES[content_type](letter)


def _widen(content_type: str, body: bytes, _bodies: Bodies, random: Random) -> bytes:
    """A letter beyond ASCII in a place among the others."""
    at = random.randrange(len(body) + 1)
    return body[:at] + _written(content_type, random) + body[at:]


def _scatter(content_type: str, body: bytes, _bodies: Bodies, random: Random) -> bytes:
    """Such a letter every so many bytes."""
    every, letter = random.choice((10, 1_000, 100_000)), _written(content_type, random)
    return letter.join(body[at : at + every] for at in range(0, len(body), every))


def _halve(_content_type: str, body: bytes, _bodies: Bodies, random: Random) -> bytes:
    """No more than is read where letters are wide, and its end."""
    tail = body[len(body) - random.choice((0, 2, 20, 200)) :]
    return body[: HALF - len(tail)] + tail


def _repeat(_content_type: str, body: bytes, _bodies: Bodies, random: Random) -> bytes:
    """A piece of it over and over, up to the size of the whole."""
    at, length = random.randrange(len(body) + 1), random.choice((1, 3, 30, 3_000))
    piece = body[at : at + length] or b"x"
    end = body[at:][-200:]
    return body[:at] + piece * ((SIZE - at - len(end)) // len(piece)) + end


def _rename(content_type: str, body: bytes, _bodies: Bodies, random: Random) -> bytes:
    """One known name in the place of another."""
    old, new = random.sample(_NAMES[content_type], 2)
    return body.replace(old, new, random.choice((1, 2, -1)))


def _splice(_content_type: str, body: bytes, bodies: Bodies, random: Random) -> bytes:
    """The beginning of it, and the end of another."""
    other = random.choice(list(bodies.values()))()
    share = random.random()
    return body[: int(len(body) * share)] + other[int(len(other) * share) :]


_CHANGES = (_widen, _widen, _scatter, _halve, _repeat, _rename, _splice)
