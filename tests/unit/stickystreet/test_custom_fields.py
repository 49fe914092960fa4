"""Custom fields: by a match field a customer is found, and it is one customer's alone; any other is only kept."""

from loyalty.domain.account import CustomField
from loyalty.store.tables import accounts
from tests.fakes.importing import ImportWorld
from tools import demo


def test_customers_may_share_the_value_of_a_custom_field_that_is_no_match_field() -> None:
    # GIVEN an account with a custom field by which nobody is found
    world = ImportWorld()
    color = CustomField(2, "color", "Color", match=False)
    account = demo.ACCOUNT._replace(custom_fields=(*demo.ACCOUNT.custom_fields, color))
    accounts.put_account(world.database, account)
    # WHEN two customers are imported with the same value of it, and then one with that of another
    batch = world.rows("code custom_field_2", "A|blue", "B|blue", "C|red")
    assert batch["customers"] == {"new": 3, "updated": 0}
    batch = world.rows("code custom_field_2", "C|blue", overwrite_duplicates="update")
    # THEN each has it, and nobody is found by it
    assert batch["customers"] == {"new": 0, "updated": 1}
    assert [world.customer("code", code)["custom_field_2"] for code in "ABC"] == [{"S": "blue"}] * 3
    assert not world.finds("custom_field_2", "blue")


def test_the_value_of_a_match_field_is_one_customers_alone() -> None:
    world = ImportWorld()
    batch = world.rows("code custom_field_1", "A|one", "B|one")
    assert batch["customers"] == {"new": 1, "updated": 0, "failed": 1}
    assert batch["rows"] == [{"number": 2, "error": 'custom_field_1 "one" belongs to another customer'}]
    assert world.finds("custom_field_1", "one")
