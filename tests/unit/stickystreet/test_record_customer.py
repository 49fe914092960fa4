"""record_customer: new, register and edit, whole replies, and what they leave in the store."""

import re

import pytest

from tests.fakes.importing import FORM, as_form
from tests.unit.stickystreet.recording import Recorder, record_body, record_form

JANE = {"code": "11223344", "card_number": "55", "first_name": "jane", "phone": "555-5555", "email": "jane@example.com"}

SUCCESS, NEW = 'status="success"', 'status="new"'


def test_a_new_customer_is_made_and_named() -> None:
    # WHEN the vendor's own client sends a new customer, a member of two campaigns with a credit
    world = Recorder()
    answer = world.recorded("new", campaign_id="898989889,13234545", auto_add="25", send_no_email="true", **JANE)
    # THEN the answer has its code and its card
    assert answer == {"status": "new", "code": "11223344", "card_number": "55"}
    # AND it is there, a member of each, with the credit in the first, and not registered
    assert world.stored("11223344") == {
        "fields": JANE,
        "found_by": ["card_number#55", "code#11223344", "email#jane@example.com"],
        "memberships": {"898989889": {"S": "25"}, "13234545": None},
    }
    assert not world.is_registered("11223344")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"code": "A", "card_number": "55"}, "A"),
        ({"card_number": "55"}, "55"),
        ({"card_number": "55", "new_code": "Yes"}, None),
        ({"card_number": "55", "new_code": "no"}, "55"),
        ({"first_name": "jane"}, None),
    ],
)
@pytest.mark.parametrize("action", ["new", "register"])
def test_the_code_is_as_given_or_the_cards_or_random(action: str, fields: dict[str, str], code: str | None) -> None:
    world = Recorder()
    answer = world.recorded(action, **fields)
    assert answer["code"] == code if code else re.fullmatch("[1-9][0-9]{15}", answer["code"])
    assert answer["card_number"] == fields.get("card_number", "")


def test_a_card_is_generated_between_its_ends_and_is_the_code() -> None:
    world = Recorder()
    ends = {"card_number_generate": "10", "card_number_prefix": "55", "card_number_suffix": "7"}
    answer = world.recorded("new", first_name="jane", **ends)
    assert re.fullmatch("55[0-9]{7}7", answer["card_number"])
    assert answer["code"] == answer["card_number"]
    # AND one that is given is kept
    assert world.recorded("new", card_number="9", **ends)["card_number"] == "9"


@pytest.mark.parametrize("fields", [{"code": "A"}, {"card_number": "55"}, {"code": "A", "card_number": "66"}])
def test_a_customer_that_is_there_is_not_new(fields: dict[str, str]) -> None:
    # GIVEN a customer
    world = Recorder()
    world.recorded("new", code="A", card_number="55", first_name="jane")
    # THEN nobody else is made of its code or card, and it does not change
    assert world.refused("new", first_name="Eve", campaign_id="898989889", **fields) == "Customer already exists"


@pytest.mark.parametrize("action", ["new", "register", "edit"])
def test_a_unique_field_of_another_is_named(action: str) -> None:
    world = Recorder()
    world.recorded("new", code="A", card_number="55", customer_username="jane")
    expected = 'card_number "55" belongs to another customer'
    assert world.refused(action, code="B", card_number="55") == expected
    expected = 'customer_username "jane" belongs to another customer'
    assert world.refused(action, code="B", customer_username="jane") == expected
    # AND so is a card that would be the code of a new customer, and is another's
    if action != "edit":
        assert world.refused(action, card_number="A") == 'code "A" belongs to another customer'


def test_a_customer_registers_once() -> None:
    # GIVEN a customer who was imported
    world = Recorder()
    world.rows("code card_number first_name last_name", "A|55|jane|doe")
    # WHEN it registers, with a campaign
    answer = world.recorded("register", code="A", first_name="Janet", last_name="", campaign_id="13234545")
    # THEN it is edited, and registered from now on
    assert answer == {"status": "registered", "code": "A", "card_number": "55"}
    assert world.stored("A")["fields"] == {"code": "A", "card_number": "55", "first_name": "Janet", "registered": "Y"}
    assert world.stored("A")["memberships"] == {"898989889": None, "13234545": None}
    # AND not again, by code or card
    for fields in ({"code": "A"}, {"card_number": "55"}):
        assert world.refused("register", first_name="Eve", **fields) == "Customer is already registered"
    # AND one who was not there is registered too
    assert world.recorded("register", code="B", email="b@example.com")["status"] == "registered"
    assert world.is_registered("B")


def test_an_edit_changes_what_is_given_and_blanks_what_is_blank() -> None:
    # GIVEN a customer with all kinds of fields
    world = Recorder()
    fields = {"last_name": "doe", "street1": "1 Main", "custom_date": "1970-07-14", "custom_field": "7"}
    world.recorded("register", customer_password="secret", **JANE, **fields)
    secret = world.customer("code", "11223344")["customer_password"]
    # WHEN a panel edits it: it sends every box of its form, dates as zeros, and no password
    boxes = {"first_name": "Janet", "last_name": "", "email": " ", "card_number": "", "custom1": "8"}
    panel = {"code": "11223344", "custom_date": "0000-00-00", "customer_password": "", "street1": "", **boxes}
    answer = world.recorded("edit", **panel)
    # THEN what was given is changed, what was blank is gone, and all else stays: also code, password and registration
    assert answer == {"status": "updated", "code": "11223344", "card_number": ""}
    stored = world.stored("11223344")
    assert stored["fields"].pop("customer_password") == secret["S"]
    assert stored["fields"] == {
        "code": "11223344",
        "first_name": "Janet",
        "phone": "555-5555",
        "custom_field_1": "8",
        "registered": "Y",
    }
    assert stored["found_by"] == ["code#11223344", "custom_field_1#8"]


def test_an_edit_by_card_may_change_every_other_field() -> None:
    world = Recorder()
    world.recorded("new", **JANE)
    answer = world.recorded("edit", card_number="55", email="j@example.com", Custom_Field_1="7")
    assert answer == {"status": "updated", "code": "11223344", "card_number": "55"}
    fields = world.stored("11223344")["fields"]
    assert (fields["email"], fields["custom_field_1"]) == ("j@example.com", "7")


@pytest.mark.parametrize("action", ["new", "register", "edit"])
def test_who_brings_an_email_or_phone_of_another_customer_is_told_that_it_finds_that_one(action: str) -> None:
    # GIVEN a customer with an e-mail and a phone
    world = Recorder()
    world.recorded("new", code="A", email="ann@example.com", phone="+12025550901")
    # WHEN another one of the same household is recorded
    answer = world.recorded(action, code="B", email="Ann@example.com", phone="+1 202 555 0901")
    # THEN it is made, and the reply says whom these find
    assert answer.pop("warning") == (
        'email "ann@example.com" and phone "+1 202 555 0901" find another customer, who had it first'
    )
    assert (answer["code"], world.stored("B")["fields"]["email"]) == ("B", "ann@example.com")
    # AND that is so
    assert (
        world.customer("email", "ann@example.com")
        == world.customer("phone", "+12025550901")
        == world.customer("code", "A")
    )
    # AND the first one is told nothing of the kind, nor is who has a phone that finds nobody
    assert "warning" not in world.recorded("edit", code="A", email="ann@example.com", phone="+12025550901")
    assert "warning" not in world.recorded("edit", code="A", phone="555-5555")


def test_an_edit_of_a_customer_who_is_not_there_makes_it() -> None:
    world = Recorder()
    assert world.recorded("edit", code="A", first_name="jane") == {"status": "new", "code": "A", "card_number": ""}
    # AND with a card alone it gets a random code
    answer = world.recorded("edit", card_number="55")
    assert re.fullmatch("[1-9][0-9]{15}", answer["code"])


def test_an_edit_may_give_a_new_code() -> None:
    # GIVEN a customer
    world = Recorder()
    world.recorded("new", code="A", card_number="55", campaign_id="898989889", auto_add="5")
    # WHEN it gets another code
    answer = world.recorded("edit", code="A", new_code="Yes")
    # THEN it is found by that, and by the old one no more, with all that it had
    assert re.fullmatch("[1-9][0-9]{15}", answer["code"])
    assert not world.finds("code", "A")
    found = world.customer("code", answer["code"])
    assert found == world.customer("card_number", "55")
    (kept,) = [one for one in world.customers() if one["fields"].get("card_number") == "55"]
    assert kept["memberships"] == {"898989889": {"S": "5"}}


@pytest.mark.parametrize("action", ["edit", "register"])
def test_a_credit_is_given_with_the_membership_and_never_again(action: str) -> None:
    # GIVEN a customer without a membership
    world = Recorder()
    world.recorded("new", code="A", first_name="jane")
    # WHEN it becomes a member, and comes again
    for _ in range(2):
        world.record(action, code="A", first_name="jane", campaign_id="898989889,\u300013234545 |", auto_add="25")
    # THEN the credit is there once, in the first campaign
    assert world.stored("A")["memberships"] == {"898989889": {"S": "25"}, "13234545": None}


@pytest.mark.parametrize(
    ("campaign", "sent", "stored"),
    [
        ("898989889", "9,95", "9.95"),
        ("898989889", ".75", "0.75"),
        ("dollars-1", "5", "5.00"),
        ("dollars-1", "9,5", "9.50"),
        ("visits-1", "3", "3"),
    ],
)
def test_a_credit_has_one_mark(campaign: str, sent: str, stored: str) -> None:
    world = Recorder()
    world.recorded("new", code="A", campaign_id=campaign, auto_add=sent)
    assert world.stored("A")["memberships"] == {campaign: {"S": stored}}


def test_a_credit_of_a_product_campaign_is_its_name() -> None:
    world = Recorder()
    world.recorded("new", code="A", campaign_id="product-1", auto_add="Coffee, large")
    assert world.stored("A")["memberships"] == {"product-1": {"M": {"Coffee, large": {"S": "1"}}}}


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (
            {"output": "XML", "condensed": "yes"},
            f"<response {SUCCESS}><customer {NEW}><code>A</code><card_number>55</card_number></customer></response>",
        ),
        (
            {"output": "JSON", "condensed": "yes"},
            '{"status":"success","customer":{"status":"new","code":"A","card_number":"55"}}',
        ),
        (
            {"output": "", "callback": "show.it", "condensed": "yes"},
            '/**/show.it({"status":"success","customer":{"status":"new","code":"A","card_number":"55"}});',
        ),
    ],
)
def test_the_reply_is_written_as_it_was_asked_for(output: dict[str, str], expected: str) -> None:
    reply = Recorder().post(as_form(record_form("new", code="A", card_number="55") | output))
    assert reply.body == expected


def test_a_customer_without_a_card_has_an_empty_one_in_xml() -> None:
    reply = Recorder().post(as_form(record_form("new", code="A") | {"output": "XML"}))
    assert "<code>A</code>" in reply.body
    assert "<card_number />" in reply.body


def test_a_phone_that_finds_nobody_is_told() -> None:
    answer = Recorder().recorded("new", code="A", phone="+49")
    told = 'phone "+49" is no international number, so the customer is not found by it'
    assert answer == {"status": "new", "code": "A", "card_number": "", "warning": told}


def test_multipart_is_read_as_php_sends_it() -> None:
    world = Recorder()
    parts = record_form("new", code="A", first_name="jané") | {"output": "JSON"}
    body = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in parts.items()
    )
    reply = world.post(f"{body}--b--\r\n".encode(), headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert reply.json()["customer"]["code"] == "A"
    assert world.stored("A")["fields"]["first_name"] == "jané"


@pytest.mark.parametrize("action", ["new", "register", "edit"])
def test_a_single_customer_costs_what_its_items_cost(action: str) -> None:
    # GIVEN nobody yet
    world = Recorder()
    world.dynamodb.units.clear()
    # WHEN one is recorded, with a card and an address, in one campaign
    world.recorded(action, campaign_id="898989889", **JANE)
    # THEN it costs the counter of ids, two units for each item of the transaction, and the membership, which is in it
    # where a repeated request would not make up for it
    items = len(("customer", "customer_id", "code", "card_number", "email"))
    assert world.dynamodb.units["write"] == 1 + 2 * items + (1 if action == "edit" else 2)
    # AND no job, no record, no undo state
    assert world.items("jobs") == []


def test_an_edit_costs_the_customers_item_and_none_where_nothing_changes() -> None:
    world = Recorder()
    world.recorded("new", campaign_id="898989889", **JANE)
    world.dynamodb.units.clear()
    world.recorded("edit", code="11223344", first_name="Janet")
    assert world.dynamodb.units["write"] == 2
    world.recorded("edit", code="11223344", first_name="Janet", campaign_id="898989889")
    assert world.dynamodb.units["write"] == 2


def test_a_request_under_a_key_is_done_once_and_answered_alike() -> None:
    # GIVEN a new customer under a key
    world = Recorder()
    headers = {"Content-Type": FORM, "Idempotency-Key": "once"}
    body = record_body("new", first_name="jane", campaign_id="898989889", auto_add="25")
    first = world.post(body, headers=headers)
    # WHEN it comes again, and another one under the same key
    again, other = world.post(body, headers=headers), world.post(record_body("new", code="B"), headers=headers)
    # THEN it is answered alike, the other is refused, and there is one customer
    assert again.json() == first.json()
    assert first.json()["customer"]["status"] == "new"
    assert other.json()["error"] == "This Idempotency-Key was used for another request; a new request needs a new key"
    assert len([one for one in world.customers() if one["fields"].get("first_name") == "jane"]) == 1


def test_a_client_that_does_not_wait_gets_a_job_with_the_same_answer() -> None:
    world = Recorder()
    headers = {"Content-Type": FORM, "Prefer": "respond-async"}
    queued = world.post(record_body("register", code="A", card_number="55"), headers=headers)
    job_id = queued.json()["customer"]["job_id"]
    assert queued.json() == {"status": "success", "customer": {"status": "queued", "job_id": job_id}}
    world.queue.deliver_all()
    results = world.job("GET /jobs/{job_id}/results", job_id).json()
    assert results == {"status": "success", "customer": {"status": "registered", "code": "A", "card_number": "55"}}
    assert world.is_registered("A")
    assert world.job("GET /jobs/{job_id}/results", job_id, limit="0").json() == {"status": "success"}
