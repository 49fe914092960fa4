"""Who and what histories are about: a few people, programs and promotions of the demo account."""

from typing import NamedTuple

from tools import demo

ACCOUNT = demo.ACCOUNT.id


class Person(NamedTuple):
    """Somebody with identifiers that nobody else ever has, whoever writes them.

    A person of the demo data is there from the beginning and is found by profile_id; one with a `code` is imported.
    """

    name: str
    email: str
    phone: str
    code: str | None = None
    profile_id: str | None = None


class Promotion(NamedTuple):
    """A promotion of the demo data, its program, and its limit when a history begins."""

    id: str
    program: str
    limit: int | None


KNOWN = tuple(
    Person(f"user{n}", f"user{n}@example.com", f"+{12025550100 + n}", profile_id=demo.profile_id(n))
    for n in range(3, 9)
)
IMPORTED = tuple(Person(f"p{n}", f"p{n}@example.com", f"+{13035550100 + n}", code=f"P{n}") for n in range(1, 5))
STRANGER = Person("nobody", "nobody@example.com", "+15055550100")
"""Somebody whom no history ever imports."""

PEOPLE = {person.name: person for person in (*KNOWN, *IMPORTED, STRANGER)}

PROGRAMS = ("2750", "898989889", "13234545")
"""Programs that take registrations, and imports as campaigns."""

PROMOTIONS = (Promotion("56799", "469", None), Promotion("201436", "2750", 1), Promotion("56801", "2607", 2))
