"""register_member_batch: many customers, one result each in request order, the whole reply."""

from datetime import UTC, datetime

import pytest

from tests.fakes.gateway import BATCH
from tests.fakes.requests import JSON, XML, as_xml, batch, emails
from tests.fakes.world import World
from tests.unit.altcraft.envelopes import JSON_HEADERS, XML_HEADERS

MIXED = [*emails("user1", "user2", "nobody"), {"email": 'no<mail>&"'}, *emails("user3")]
REASON = "email must be an e-mail address of at most 254 characters; it is "


def test_every_outcome_has_its_result_in_json() -> None:
    # GIVEN one of each: new, member already, unknown, wrong, new again
    world = World()
    # WHEN they are sent in one batch
    reply = world.send(BATCH, batch(MIXED), JSON)
    # THEN the results are in request order and the batch itself succeeded
    body = (
        '{"error":0,"error_text":"Successful operation","result":['
        '{"error":0,"error_text":"Successful operation","profile_id":"663a138cee44bb50a67115cd"},'
        '{"error":409,"error_text":"Member already exists","profile_id":"69df4fd5ff232800e2d1e2d6"},'
        '{"error":404,"error_text":"Profile not found","profile_id":null},'
        f'{{"error":400,"error_text":"{REASON}\\"no<mail>&\\\\\\"\\"","profile_id":null}},'
        '{"error":0,"error_text":"Successful operation","profile_id":"000000000000000000000003"}]}'
    )
    assert reply == (200, JSON_HEADERS, body)


def test_every_outcome_has_its_result_in_xml() -> None:
    # GIVEN one of each: new, member already, unknown, wrong, new again
    world = World()
    # WHEN they are sent in one batch
    reply = world.send(BATCH, as_xml(batch(MIXED)), XML)
    # THEN the results are in request order and the batch itself succeeded
    done = "<error>0</error><error_text>Successful operation</error_text>"
    body = (
        f"<xml>{done}<result>"
        f"<item>{done}<profile_id>663a138cee44bb50a67115cd</profile_id></item>"
        "<item><error>409</error><error_text>Member already exists</error_text>"
        "<profile_id>69df4fd5ff232800e2d1e2d6</profile_id></item>"
        "<item><error>404</error><error_text>Profile not found</error_text><profile_id /></item>"
        f'<item><error>400</error><error_text>{REASON}"no&lt;mail&gt;&amp;\\""</error_text><profile_id /></item>'
        f"<item>{done}<profile_id>000000000000000000000003</profile_id></item>"
        "</result></xml>"
    )
    assert reply == (200, XML_HEADERS, body)


@pytest.mark.parametrize(
    ("matching", "data"),
    [
        ("email", [{"email": "USER1@example.com"}, {"email": "user3@example.com"}]),
        ("phone", [{"phone": "+1.202.555.0101"}, {"phone": "+12025550103"}]),
        ("profile_id", [{"profile_id": "663a138cee44bb50a67115cd"}, {"profile_id": f"{3:024x}"}]),
        ("custom", [{"field_name": "user_id", "field_value": value} for value in (123457, "123459")]),
    ],
)
@pytest.mark.parametrize("form", ["json", "xml"])
def test_every_matching_finds_its_customers(matching: str, data: list[dict[str, object]], form: str) -> None:
    # GIVEN two customers by one matching
    request = batch(data, matching=matching, format="json")
    # WHEN they are sent
    reply = World().send(BATCH, as_xml(request) if form == "xml" else request)
    # THEN both are found
    assert [one["profile_id"] for one in reply.json()["result"]] == ["663a138cee44bb50a67115cd", f"{3:024x}"]


def test_a_batch_of_one_is_answered_as_a_batch() -> None:
    # GIVEN one element
    reply = World().send(BATCH, batch(emails("nobody")))
    # THEN its outcome is a result, and the batch was processed
    assert reply.status == 200
    assert reply.json() == {
        "error": 0,
        "error_text": "Successful operation",
        "result": [{"error": 404, "error_text": "Profile not found", "profile_id": None}],
    }


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("<data><item>{0}</item><item>{1}</item></data>", id="items in one data"),
        pytest.param("<data>{0}</data><data>{1}</data>", id="repeated data"),
        pytest.param('<data array="true">{0}</data><data array="true">{1}</data>', id="repeated data with attributes"),
        pytest.param("<data>\n <item a='1'>{0}</item>\n <item>{1}</item>\n</data>\n", id="white space between"),
        pytest.param("<data><item>{0}</item></data><data><item>{1}</item></data>", id="repeated data with items"),
    ],
)
def test_xml_may_hold_its_list_in_either_way(data: str) -> None:
    # GIVEN a list in one of the ways that clients write it
    elements = [f"<email>{name}@example.com</email>" for name in ("user1", "user3")]
    request = as_xml(batch("", format="json")).replace("<data></data>", data.format(*elements))
    # WHEN it is sent
    reply = World().send(BATCH, request, XML)
    # THEN it is a list of two
    assert [one["error"] for one in reply.json()["result"]] == [0, 0]


@pytest.mark.parametrize("data", ["<data><item>{0}</item></data>", "<data>{0}</data>"])
def test_one_xml_item_is_still_a_list(data: str) -> None:
    # GIVEN a single element
    request = as_xml(batch("", format="json")).replace("<data></data>", data.format("<email>user1@example.com</email>"))
    # WHEN it is sent
    reply = World().send(BATCH, request, XML)
    # THEN it is answered by a list of one
    assert [one["error"] for one in reply.json()["result"]] == [0]


def test_a_date_that_is_not_given_is_now() -> None:
    # GIVEN one element with a date and one without
    world = World()
    began = datetime.now(UTC).replace(microsecond=0)
    data = [{"email": "user1@example.com", "registration_date": "2024-09-01T12:34:56.5Z"}, *emails("user3")]
    # WHEN both are registered
    world.send(BATCH, batch(data), request_id="f00d")
    # THEN one has its own date and the other that of the request, each with its index as origin
    first, second = world.member("663a138cee44bb50a67115cd"), world.member(f"{3:024x}")
    assert first is not None
    assert second is not None
    assert (first["registered_at"], first["origin"]) == ({"S": "2024-09-01T12:34:56.500000Z"}, {"S": "f00d#0"})
    assert began <= datetime.fromisoformat(second["registered_at"]["S"]) <= datetime.now(UTC)
    assert second["origin"] == {"S": "f00d#1"}


def test_the_same_batch_again_finds_members_only() -> None:
    # GIVEN a batch that was done
    world = World()
    world.send(BATCH, batch(MIXED))
    before = world.dynamodb.snapshot()
    # WHEN it is sent again
    reply = world.send(BATCH, batch(MIXED), request_id="request-2")
    # THEN whoever was registered is a member already, and nothing changes
    assert [one["error"] for one in reply.json()["result"]] == [409, 409, 404, 400, 409]
    assert world.dynamodb.snapshot() == before


def test_accounts_never_see_each_others_customers() -> None:
    # GIVEN an address that two accounts know, and one that only the other account knows
    world = World()
    # WHEN the other account registers both
    reply = world.send(BATCH, batch(emails("user1", "user3"), token="other-token-1"))
    # THEN it meets its own customer, and knows nothing of the other
    assert [one["profile_id"] for one in reply.json()["result"]] == ["a" * 24, None]
    assert [one["error"] for one in reply.json()["result"]] == [0, 404]
    assert ("othertenant#123#" + "a" * 24,) in world.memberships()
