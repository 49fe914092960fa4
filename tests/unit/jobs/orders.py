"""Orders of each operation with all that can become of an item, too many for one chunk."""

from typing import Any

from tests.fakes.capillary import basic
from tests.fakes.capillary import request as earning
from tests.fakes.gateway import BATCH, EARN, IMPORT, REVOKE
from tests.fakes.importing import FORM, as_form, rows_form
from tests.fakes.requests import JSON, XML, as_json, as_xml, batch, emails
from tests.unit.jobs.job_world import Order

_REGISTERED = {"registration_date": "2024-09-01T12:34:56Z"}
_MEMBERS: list[Any] = [
    *({**one, **_REGISTERED} for one in emails("user1", "user2", "nobody", "user3", "user1", "user4")),
    {"email": "broken"},
    *({**one, **_REGISTERED} for one in emails("USER3", "user5", "nobody", "user6", "user7")),
]

COLUMNS = "code card_number email phone first_name last_name auto_add"
_CAMPAIGNS = {"campaigns_to_include": "898989889,13234545"}
_CUSTOMERS = (
    "A|A-card|old@example.com|+12025550901|Ann|Aa|5",
    "B|B-card|b@example.com|+12025550902|Bob|Bb|",
    "D||old@example.com||Dan|Dd|",
    "G|G-card|g@example.com||Gus|Gg|",
)
_ROWS = (
    "A|A-card|new@example.com||Anna|Aa|7",  # gives its e-mail up
    "C|C-card|old@example.com|+12025550903|Cid|Cc|25",  # gets it
    "B|B-2|||Bobby|Bb|",  # another card
    "E|B-card|e@example.com||Eve|Ee|3",  # gets the one given up
    "C|||+12025550904||Cc|",  # the customer of a row before
    "|||||Oo|many",
    "F|C-card|||Fay|Ff|",  # somebody else's card
    "|N-card|n@example.com||Nell|Nn|1",  # a drawn code
    "H||h@example.com||Hal|Hh|",
    "G|G-card|||Gustav|Gg|",
    "I||i@example.com||Ina|Ii|2",
)


def enrol(**headers: str) -> Order:
    """Members, one of them twice, known and unknown ones, and one that is wrong; in JSON."""
    return Order(BATCH, as_json(batch(_MEMBERS)), {**JSON, **headers})


def enrol_xml() -> Order:
    """The same in XML."""
    return Order(BATCH, as_xml(batch(_MEMBERS)), XML)


def customers(*lines: str, columns: str = COLUMNS, **changes: str) -> Order:
    """An import of these lines, answered in JSON unless the changes say otherwise."""
    return Order(IMPORT, as_form(rows_form(columns, *lines, **{**_CAMPAIGNS, **changes})), {"Content-Type": FORM})


def imported(overwrite: str = "update", **changes: str) -> Order:
    """Rows that create customers and change them, share keys, hand identifiers on, and some that are wrong."""
    rows = customers(*_ROWS, overwrite_duplicates=overwrite, **changes)
    return rows._replace(before=(customers(*_CUSTOMERS, no_undo="yes"),))


def earned(program: int = 469, promotion: int = 56799, **changes: Any) -> Order:
    """Customers who earn, some more than once, one that is unknown, and one without a source."""
    mails = [f"user{number}@example.com" for number in (1, 2, 1, 3, 99, 2, 4, 1, 5, 3)]
    wanted = [{"identifierValue": mail, "source": "INSTORE"} for mail in mails]
    body = earning(program=program, promotion=promotion, identifierName="email", customers=wanted, **changes)
    body["customers"].insert(4, {"identifierValue": "user6@example.com"})
    return Order(EARN, as_json(body), {**JSON, **basic()})


def revoked(program: int = 469, promotion: int = 56799) -> Order:
    """Customers of whom all or some earns are revoked, some twice, and rows of which nothing is."""
    rows: list[Any] = [
        {"identifierValue": "user1@example.com"},
        {"identifierValue": "user2@example.com", "earnIds": [2]},
        {"identifierValue": "user99@example.com", "earnIds": [1]},
        {"identifierValue": "user3@example.com", "earnIds": ["4"]},
        {"identifierValue": "user2@example.com", "earnIds": [2]},  # revoked by the row before
        {"identifierValue": "user4@example.com", "earnIds": [6, 1]},  # one is somebody else's
        {"identifierValue": "user6@example.com"},  # earned nothing
        {"identifierValue": "user4@example.com", "earnIDs": 6},
        {"identifierValue": "user1@example.com"},
        {"identifierValue": "user5@example.com", "earnIds": []},
        {"identifierValue": "user5@example.com"},
    ]
    wanted = [{**row, "source": "INSTORE"} for row in rows]
    body = earning(program=program, promotion=promotion, identifierName="email", customers=wanted)
    body["customers"].insert(4, {"identifierValue": "user6@example.com"})
    return Order(REVOKE, as_json(body), {**JSON, **basic()}, (earned(program, promotion),))


ALL = {
    "enrol": enrol(),
    "import, yes": imported("yes"),
    "import, update": imported("update"),
    "import, ignore": imported("ignore"),
    "import without undo": imported("update", no_undo="yes"),
    "earn": earned(),
    "earn once each": earned(2750, 201436),
    "earn twice each": earned(2607, 56801),
    "revoke": revoked(),
    "revoke under a limit": revoked(2607, 56801),
}
"""One of each kind, by name."""
