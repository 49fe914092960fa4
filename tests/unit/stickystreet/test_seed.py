"""The seed document's own sample, sent as it is printed."""

from urllib.parse import urlencode

from tests.fakes.importing import SEED, ImportWorld


def test_the_php_sample_imports_three_customers_and_answers_in_xml() -> None:
    # GIVEN the demo account
    world = ImportWorld()
    # WHEN the sample is sent, with its own spelling of custom_date, Profiles_Data, and blanks
    reply = world.post(urlencode({**SEED, "no_undo": "yes"}))
    # THEN three customers are new
    assert reply.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert reply.body == (
        '<response status="success"><batch status="imported">'
        "<customers><new>3</new><updated>0</updated></customers></batch></response>"
    )
    # AND each is stored as the row says, found by code and card, and a member of all three campaigns
    state = world.end_state()
    assert state["11223344"] == {
        "fields": {
            "code": "11223344",
            "card_number": "11223344",
            "first_name": "jane",
            "last_name": "doe",
            "custom_date": "1970-07-14",
            "phone": "555-5555",
        },
        "found_by": ["card_number#11223344", "code#11223344"],
        "memberships": {"898989889": None, "13234545": None, "34534554": None},
    }
    assert {"22334455", "33445566"} <= state.keys()
