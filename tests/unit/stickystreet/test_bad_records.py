"""Every wrong input of record_customer is an error that names it, with HTTP status 200, and nothing is written."""

import pytest

from tests.fakes.importing import FORM, as_form
from tests.unit.stickystreet.recording import Recorder, record_form

LONG = "x" * 257
ANY = "must be text of 1 to 256 characters without control characters"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"customer_action": ""}, "customer_action is required: new, register or edit"),
        ({"customer_action": "delete"}, 'customer_action must be new, register or edit; it is "delete"'),
        ({"customer_action": LONG}, f'customer_action must be new, register or edit; it is "{LONG[:63]}…"'),
        ({"campaign_id": "7"}, 'campaign_id names an unknown campaign, "7"'),
        ({"campaign_id": "898989889,7"}, 'campaign_id names an unknown campaign, "7"'),
        ({"campaign_id": LONG}, f'campaign_id names an unknown campaign, "{LONG[:63]}…"'),
        ({"campaign_id": "124"}, 'campaign_id names the campaign "124", which is not active'),
        ({"campaign_id": ",".join(map(str, range(51)))}, "campaign_id names more than 50 campaigns"),
        ({"new_code": "maybe"}, 'new_code must be Y or N; it is "maybe"'),
        ({"card_number_generate": "3"}, 'card_number_generate must be a number of digits, 4 to 19; it is "3"'),
        ({"card_number_generate": "20"}, 'card_number_generate must be a number of digits, 4 to 19; it is "20"'),
        ({"card_number_generate": "x"}, 'card_number_generate must be a number of digits, 4 to 19; it is "x"'),
        ({"card_number_generate": "-4"}, 'card_number_generate must be a number of digits, 4 to 19; it is "-4"'),
        ({"card_number_generate": "8", "card_number_prefix": "a"}, 'card_number_prefix must be digits; it is "a"'),
        ({"card_number_generate": "8", "card_number_suffix": "٣"}, 'card_number_suffix must be digits; it is "٣"'),
        (
            {"card_number_generate": "4", "card_number_prefix": "12", "card_number_suffix": "34"},
            "card_number_prefix and card_number_suffix leave no digit of 4 to generate",
        ),
        ({"auto_add": "25"}, "auto_add is given, and no campaign_id to add it to"),
        (
            {"auto_add": "-5", "campaign_id": "898989889"},
            'auto_add must be a number of points, 0 or more; it is "-5"',
        ),
        ({"auto_add": "five", "campaign_id": "898989889"}, "auto_add must be a number of points"),
        (
            {"auto_add": "9.955", "campaign_id": "dollars-1"},
            'auto_add must be an amount of dollars, 0 or more, with 2 places; it is "9.955"',
        ),
        ({"auto_add": "1.5", "campaign_id": "visits-1"}, "auto_add must be a whole number of visits"),
        ({"auto_add": "1,000", "campaign_id": "898989889"}, 'auto_add "1.000" is ambiguous where a comma is decimal'),
        ({"auto_add": "x" * 257, "campaign_id": "product-1"}, "auto_add must be a product's name"),
        ({"code": ""}, "No field of the customer is given"),
        ({"code": LONG}, f'code {ANY}; it is "{LONG[:63]}…"'),
        ({"code": "#N/A"}, 'code "#N/A" stands for a value that is missing'),
        ({"card_number": "4.5E+15"}, 'card_number "4.5E+15" is a number that a program has rounded'),
        ({"card_number": "a\u200bb"}, 'card_number "a\\u200bb" holds the character U+200B, which can\'t be seen'),
        ({"customer_username": "NULL"}, 'customer_username "NULL" stands for a value that is missing'),
        ({"custom1": "-"}, 'custom1 "-" stands for a value that is missing'),
        ({"custom_field": "-"}, 'custom_field "-" stands for a value that is missing'),
        ({"email": "broken"}, 'email must be an e-mail address of at most 254 characters; it is "broken"'),
        ({"custom_date": "14.07.1970"}, 'custom_date must be a date as YYYY-MM-DD; it is "14.07.1970"'),
        ({"custom_date": "1970-02-30"}, 'custom_date must be a date as YYYY-MM-DD; it is "1970-02-30"'),
        ({"first_name": "a\x00b"}, "first_name holds the control character U+0000: save the file as UTF-8"),
        ({"first_name": "a\nb"}, "first_name holds a line end"),
        ({"phone": "1\r2"}, "phone holds a line end"),
        ({"customer_password": "a\x07"}, "customer_password holds the control character U+0007"),
        ({"street1": "x" * 70_000}, "A request of this type may have at most 65536 bytes"),
    ],
)
@pytest.mark.parametrize("action", ["new", "register", "edit"])
def test_a_wrong_value_is_named_and_nothing_is_written(action: str, fields: dict[str, str], error: str) -> None:
    # GIVEN a form that is right but for some of its fields
    asked = {"customer_action": action, "code": "A"} | fields
    # WHEN it is sent, THEN the error says which, and why
    assert Recorder().refused(asked.pop("customer_action"), **asked).startswith(error)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"API": "2.0"}, 'API must be 1.5; it is "2.0"'),
        ({"user_api_key": "wrong"}, "user_id, user_api_key or account_id is wrong"),
        ({"account_id": "othertenant"}, "user_id, user_api_key or account_id is wrong"),
        ({"account_id": ""}, "user_id, user_api_key and account_id are required"),
        ({"output": "CSV"}, 'output must be XML or JSON; it is "CSV"'),
        ({"callback": "1x"}, 'callback must be a dotted JavaScript name of at most 128 ASCII characters; it is "1x"'),
    ],
)
def test_a_request_that_is_wrong_as_a_whole_says_why(changes: dict[str, str], error: str) -> None:
    world = Recorder()
    before = world.items("customers")
    reply = world.post(as_form(record_form("new", code="A") | changes))
    assert error in reply.body.replace('\\"', '"').replace("&quot;", '"')
    assert world.items("customers") == before


def test_a_user_without_the_right_is_told() -> None:
    world = Recorder()
    viewer = world.grant("viewer", "secret", "jobs:read")
    assert world.refused("new", code="A", **viewer) == "This user has no right to import customers"


def test_a_street_and_the_accounts_own_fields_may_have_several_lines() -> None:
    world = Recorder()
    world.recorded("new", code="A", street1="1 Main\n2nd floor")
    assert world.stored("A")["fields"]["street1"] == "1 Main\n2nd floor"


def test_another_accounts_customers_are_not_met() -> None:
    # GIVEN a customer of one account
    world = Recorder()
    world.recorded("new", code="A", first_name="jane")
    # WHEN another account edits one with that code
    other = {"user_id": "", "user_api_key": "", "account_id": ""}
    body = as_form(record_form("edit", code="A", first_name="Eve") | other)
    reply = world.post(body, headers={"Content-Type": FORM, "Authorization": "Bearer other-token-1"})
    # THEN that is another customer
    assert reply.json()["customer"]["status"] == "new"
    assert world.stored("A")["fields"]["first_name"] == "jane"
