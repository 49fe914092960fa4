"""Orders of each operation with all that can become of an item, too many for one chunk."""

from typing import Any

from tests.fakes.capillary import basic
from tests.fakes.capillary import request as earning
from tests.fakes.gateway import ADD, BATCH, EARN, IMPORT, LEAVE, PROFILE, PROFILE_DELETE, PROFILES, REVOKE, SINGLE
from tests.fakes.importing import CREDENTIALS, FORM, as_form, rows_form
from tests.fakes.requests import JSON, XML, as_json, as_xml, batch, emails, single
from tests.fakes.world import TOKEN
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


def registered() -> Order:
    """One member."""
    return Order(SINGLE, as_json(single()), JSON)


def left(**headers: str) -> Order:
    """The same one, who leaves."""
    return Order(LEAVE, as_json(single()), {**JSON, **headers}, before=(registered(),))


def erased(**headers: str) -> Order:
    """The same one, who is erased."""
    return Order(PROFILE_DELETE, as_json(single()), {**JSON, **headers}, before=(registered(), earned()))


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


_JANE = {"code": "A", "card_number": "A-card", "email": "a@example.com", "last_name": "Aa"}
_CREDIT = {"campaign_id": "898989889,13234545", "auto_add": "5"}


def recorded(action: str, *before: Order, **fields: str) -> Order:
    """One customer by record_customer, in two campaigns with a credit."""
    form = {**CREDENTIALS, "type": "record_customer", "customer_action": action, **_JANE, **_CREDIT, **fields}
    return Order(IMPORT, as_form(form), {"Content-Type": FORM}, before)


def edited() -> Order:
    """One that is there, with another address, another name and a new code."""
    there = recorded("new", campaign_id="", auto_add="")
    return recorded("edit", there, email="b@example.com", first_name="Ann", card_number="")


def profile(path: str, **data: Any) -> Order:
    """One profile of Altcraft's, which is there already at profiles/update."""
    fields = {"_lname": "Aa", "phones": ["+12025550901"]}
    sent = {"token": TOKEN, "email": "a@example.com", "data": fields | data}
    made = Order(PROFILE, as_json(sent), JSON)
    return made if path == PROFILE else Order(path, as_json(sent | {"data": data}), JSON, (made,))


def profiles() -> Order:
    """A batch of profiles with all that can become of one."""
    there = Order(PROFILE, as_json({"token": TOKEN, "email": "a@example.com", "data": {"_lname": "Aa"}}), JSON)
    data = [
        {"email": "a@example.com", "_fname": "Ann", "user_id": 7},
        {"email": "b@example.com", "_lname": "Bb", "user_id": 7},
        {"email": "c@example.com", "_lname": "Cc", "card_number": "C-card"},
        {"email": "broken"},
        {"email": "c@example.com", "card_number": None},
        {"email": "d@example.com", "_lname": "Dd", "card_number": "C-card"},
    ]
    return Order(PROFILES, as_json({"token": TOKEN, "data": data}), JSON, (there,))


def added() -> Order:
    """A customer by POST v2/customers, in two programs."""
    enrolments = [{"programId": 469, "loyaltyPoints": 5}, {"programId": 123}]
    identifiers = [{"type": "email", "value": "a@example.com"}]
    named = {"lastName": "Aa", "identifiers": identifiers, "source": "INSTORE"}
    return Order(ADD, as_json({"profiles": [named], "loyaltyProgramEnrollments": enrolments}), basic())
