"""type=customer_info: what an import wrote reads back."""

from urllib.parse import urlencode

import pytest

from loyalty.domain.account import Program
from loyalty.store.tables import accounts
from tests.fakes.faults import refused
from tests.fakes.importing import ACCOUNT_ID, CREDENTIALS, ImportWorld, refusal
from tests.fakes.log import captured_log
from tests.unit.stickystreet.reading import ask, world_with_jane

FIELDS = {
    "code": "11223344",
    "card_number": "11223344",
    "first_name": "jane",
    "last_name": "doe",
    "phone": "555-5555",
    "email": "jane@example.com",
    "street1": "",
    "street2": "",
    "city": "",
    "state": "",
    "postal_code": "",
    "country": "",
    "custom_date": "1970-07-14",
    "custom_field": "123457x",
    "customer_username": "",
    "registered": "N",
}
WIDGETS = {"id": "898989889", "name": "Widget Rewards", "type": "points"}
CAMPAIGNS = [WIDGETS | {"balance": "25", "available_rewards": []}]


def ids(world: ImportWorld) -> dict[str, str]:
    stored = world.customer("code", "11223344")
    return {"profile_id": stored["profile_id"]["S"], "customer_id": stored["customer_id"]["N"]}


NAMED = [{"code": "11223344"}, {"card_number": " 11223344 "}, {"code": "", "card_number": "11223344"}]


@pytest.mark.parametrize("named", NAMED)
def test_what_was_imported_reads_back_in_the_form_of_the_sample(named: dict[str, str]) -> None:
    # GIVEN a customer that was imported with a credit
    world = world_with_jane()
    # WHEN it is asked for by code or card
    answer = ask(world, "customer_info", **named)
    # THEN every field is there, blank where nothing is stored, and what it has in its campaigns
    assert answer == {"status": "success", "customer": FIELDS | ids(world), "campaigns": CAMPAIGNS}
    assert list(answer["customer"]) == [*FIELDS, "profile_id", "customer_id"]


def test_the_reply_in_xml_is_written_as_the_sample_is() -> None:
    # GIVEN the imported customer, WHEN it is asked for in XML
    world = world_with_jane()
    body = world.post(urlencode({**CREDENTIALS, "type": "customer_info", "code": "11223344"})).body
    # THEN blank fields and lists are empty elements
    fields = FIELDS | ids(world)
    told = "".join(f"<{name}>{text}</{name}>" if text else f"<{name} />" for name, text in fields.items())
    campaign = "".join(f"<{name}>{text}</{name}>" for name, text in WIDGETS.items())
    assert body == (
        f'<response status="success"><customer>{told}</customer><campaigns><campaign>{campaign}<balance>25</balance>'
        "<available_rewards /></campaign></campaigns></response>"
    )


def test_rewards_that_the_balance_reaches_are_available() -> None:
    # GIVEN a member with as many points as the first reward takes
    world = ImportWorld()
    world.rows("code auto_add", "A|1000.00")
    # WHEN it is asked for
    (campaign,) = ask(world, "customer_info", code="A")["campaigns"]
    # THEN that reward is available, and the dearer one is not
    assert campaign == WIDGETS | {
        "balance": "1000",
        "available_rewards": [{"id": "356", "level": "1000", "description": "Free Widget"}],
    }


@pytest.mark.parametrize(
    ("campaign", "credit", "told"),
    [
        ("dollars-1", "9.90", {"type": "giftcard", "balance": "9.90"}),
        ("dollars-1", "5", {"type": "giftcard", "balance": "5.00"}),
        ("visits-1", "3", {"type": "events", "balance": "3"}),
        ("898989889", "0.50", {"type": "points", "balance": "0.5"}),
        ("898989889", "100", {"type": "points", "balance": "100"}),
        ("898989889", "", {"type": "points", "balance": "0"}),
    ],
)
def test_each_kind_of_balance_is_written_as_the_vendor_does(campaign: str, credit: str, told: dict[str, str]) -> None:
    # GIVEN a member with a credit
    world = ImportWorld()
    world.rows("code auto_add", f"A|{credit}", campaigns_to_include=campaign)
    # WHEN it is asked for
    (shown,) = ask(world, "customer_info", code="A")["campaigns"]
    # THEN the balance has the places of its kind
    assert {name: shown[name] for name in told} == told


def test_a_product_campaign_tells_how_many_of_which_product() -> None:
    # GIVEN a member who was credited a product that the campaign has, and one that it doesn't name
    world = ImportWorld()
    world.rows("code auto_add", "A|Coffee", campaigns_to_include="product-1")
    world.rows("code auto_add", "B|Tea", campaigns_to_include="product-1")
    # WHEN both are asked for
    told = [ask(world, "customer_info", code=code)["campaigns"] for code in "AB"]
    # THEN the product's id is there where the campaign has it
    head = {"id": "product-1", "name": "Product", "type": "buyx"}
    assert told == [
        [head | {"balances": [{"id": "45678", "description": "Coffee", "quantity": "1"}]}],
        [head | {"balances": [{"id": "", "description": "Tea", "quantity": "1"}]}],
    ]


def test_parts_can_be_left_out_or_chosen() -> None:
    # GIVEN a customer in two campaigns, one of them inactive by now
    world = world_with_jane()
    world.rows("code", "11223344", campaigns_to_include="13234545")
    accounts.put_program(world.database, ACCOUNT_ID, Program("13234545", "Old", "points", active=False))
    # THEN balances and custom fields can be left out
    bare = ask(world, "customer_info", code="11223344", include_balances="N", hide_custom_field="y")
    without = {name: text for name, text in (FIELDS | ids(world)).items() if name != "custom_field"}
    assert bare == {"status": "success", "customer": without}
    # AND one campaign is chosen, also the inactive one
    chosen = ask(world, "customer_info", code="11223344", campaign_id="13234545", show_only_belong_to="Y")
    assert chosen["campaigns"] == [
        {"id": "13234545", "name": "Old", "type": "points", "balance": "0", "available_rewards": []}
    ]
    # AND none where the customer is not in it
    assert ask(world, "customer_info", code="11223344", campaign_id="469")["campaigns"] == []


REFUSED = {
    "nobody": ({}, "code or card_number is required"),
    "blank": ({"code": " "}, "code or card_number is required"),
    "unknown": ({"code": "404"}, "Customer not found"),
    "no identifier": ({"code": "#N/A"}, 'code "#N/A" stands for a value that is missing'),
    "too long": (
        {"code": "1" * 257},
        f'code must be text of 1 to 256 characters without control characters; it is "{"1" * 63}…"',
    ),
    "unknown campaign": ({"code": "11223344", "campaign_id": "1"}, 'campaign_id names an unknown campaign, "1"'),
    "balances": ({"code": "1", "include_balances": "maybe"}, 'include_balances must be Y or N; it is "maybe"'),
    "fields": ({"code": "1", "hide_custom_field": "2"}, 'hide_custom_field must be Y or N; it is "2"'),
    "belonging": ({"code": "1", "show_only_belong_to": "?"}, 'show_only_belong_to must be Y or N; it is "?"'),
    "too large": ({"code": "1", "note": "x" * 65_536}, "A request of this type may have at most 65536 bytes"),
}


@pytest.mark.parametrize(("form", "text"), REFUSED.values(), ids=REFUSED)
def test_a_refused_parameter_is_named(form: dict[str, str], text: str) -> None:
    assert ask(world_with_jane(), "customer_info", **form) == refusal(text)


def test_another_accounts_customer_is_nobody() -> None:
    # GIVEN a customer of one account
    world = world_with_jane()
    # WHEN another account's token asks for its code
    form = {"type": "customer_info", "code": "11223344", "output": "JSON"}
    reply = world.post(urlencode(form), headers={"Authorization": "Bearer other-token-1"})
    # THEN it is not found
    assert reply.json() == refusal("Customer not found")


def test_a_reader_may_look_and_not_import_and_an_importer_may_not_look() -> None:
    world = world_with_jane()
    reader, importer = world.grant("reader", "key", "read"), world.grant("importer", "key", "import")
    assert ask(world, "customer_info", code="11223344", **reader)["status"] == "success"
    assert world.send({**CREDENTIALS, **reader, "type": "customers_batch"}) == refusal(
        "This user has no right to import customers"
    )
    denied = ask(world, "customer_info", code="11223344", **importer)
    assert denied == refusal("This user has no right to look up customers")


def test_a_look_up_writes_nothing_and_scans_nothing() -> None:
    # GIVEN the imported customer
    world = world_with_jane()
    before = world.dynamodb.snapshot()
    world.dynamodb.units.clear()
    world.dynamodb.calls.clear()
    # WHEN it is looked up
    ask(world, "customer_info", code="11223344")
    # THEN nothing is written, and each call reads keys or the account's own programs
    assert world.dynamodb.snapshot() == before
    assert world.dynamodb.units["write"] == 0
    reads = [(call.action, call.arguments.get("TableName")) for call in world.dynamodb.calls]
    assert {one for one in reads if one[0] not in ("get_item", "batch_get_item")} == {("query", "accounts")}


def test_secrets_are_never_told_and_the_log_names_nobody() -> None:
    # GIVEN a customer with a password
    world = ImportWorld()
    world.rows("code customer_password customer_PIN first_name", "A|hunter2secret|4711|Ann")
    # WHEN it is looked up
    with captured_log() as log:
        answer = ask(world, "customer_info", code="A")
    # THEN neither the answer nor the log line has it, and the line names the call
    assert "scrypt" not in str(answer)
    assert not {"customer_password", "customer_PIN"} & set(answer["customer"])
    assert {one["endpoint"] for one in log.lines} == {"stickystreet.customer_info"}
    assert not [text for text in ("hunter2secret", "Ann", '"A"') if text in log.text]


def test_a_busy_store_is_told_as_that() -> None:
    world = world_with_jane()
    world.dynamodb.plan_always("batch_get_item", refused("ProvisionedThroughputExceededException"))
    assert ask(world, "customer_info", code="11223344") == refusal("Storage is busy, repeat the request")
