"""type=customer_balance (and `balance`): what a customer has in one campaign."""

from urllib.parse import urlencode

import pytest

from loyalty.domain.account import Program
from loyalty.store.tables import accounts
from tests.fakes.importing import ACCOUNT_ID, CREDENTIALS, ImportWorld, refusal
from tests.unit.stickystreet.reading import ask, world_with_jane

WIDGETS = {"campaign_id": "898989889", "campaign_type": "points", "campaign_name": "Widget Rewards"}
JANE = {"code": "11223344", "card_number": "11223344", "balance": "25", "transactions": []}


@pytest.mark.parametrize("kind", ["customer_balance", "balance"])
@pytest.mark.parametrize("named", [{"code": "11223344"}, {"card_number": "11223344"}])
def test_a_credit_that_was_imported_reads_back_in_the_form_of_the_sample(kind: str, named: dict[str, str]) -> None:
    # GIVEN a customer with a credit, WHEN its balance is asked for
    world = world_with_jane()
    answer = ask(world, kind, campaign_id="898989889", transactions_number="10", across_campaigns="Y", **named)
    # THEN the reply is the sample's, without a history
    assert answer == {"status": "success", "campaign": WIDGETS | {"customer": JANE}}
    # AND its XML is written as the sample's
    form = {**CREDENTIALS, "type": kind, "campaign_id": "898989889", **named}
    assert world.post(urlencode(form)).body == (
        '<response status="success"><campaign><campaign_id>898989889</campaign_id><campaign_type>points</campaign_type>'
        "<campaign_name>Widget Rewards</campaign_name><customer><code>11223344</code><card_number>11223344"
        "</card_number><balance>25</balance><transactions /></customer></campaign></response>"
    )


def test_products_are_told_each_by_itself() -> None:
    world = ImportWorld()
    world.rows("code auto_add", "A|Coffee", campaigns_to_include="product-1")
    customer = ask(world, "customer_balance", campaign_id="product-1", code="A")["campaign"]["customer"]
    assert customer == {
        "code": "A",
        "card_number": "",
        "transactions": [],
        "balances": [{"id": "45678", "description": "Coffee", "quantity": "1"}],
    }


def test_an_inactive_campaign_reads_as_any() -> None:
    world = world_with_jane()
    accounts.put_program(world.database, ACCOUNT_ID, Program("898989889", "Old", "points", active=False))
    answer = ask(world, "customer_balance", campaign_id="898989889", code="11223344")
    assert answer["campaign"]["customer"]["balance"] == "25"


REFUSED = {
    "no campaign": ({"code": "11223344"}, "campaign_id is required"),
    "unknown campaign": ({"campaign_id": "1", "code": "11223344"}, 'campaign_id names an unknown campaign, "1"'),
    "nobody named": ({"campaign_id": "898989889"}, "code or card_number is required"),
    "unknown customer": ({"campaign_id": "898989889", "code": "404"}, "Customer not found"),
    "not a member": ({"campaign_id": "469", "code": "11223344"}, "Customer is not in this campaign"),
    "number": (
        {"campaign_id": "898989889", "code": "11223344", "transactions_number": "1001"},
        'transactions_number must be a whole number from 0 to 1000; it is "1001"',
    ),
}


@pytest.mark.parametrize(("form", "text"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_named(form: dict[str, str], text: str) -> None:
    assert ask(world_with_jane(), "customer_balance", **form) == refusal(text)
