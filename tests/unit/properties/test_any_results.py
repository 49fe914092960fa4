"""Whatever members a batch names, in whatever order: each result is what a plain model says, in JSON and in XML."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.gateway import BATCH
from tests.fakes.requests import JSON, as_json, as_xml, batch
from tests.fakes.world import World
from tools import demo

KNOWN = {
    "user1@example.com": demo.profile_id(1),
    " USER1@example.com": demo.profile_id(1),
    "user2@example.com": demo.profile_id(2),
    "user3@example.com": demo.profile_id(3),
    "user@example.com": "profile123",
}
WRONG_DATE = "2024-02-30T00:00:00Z"
TEXTS = {0: "Successful operation", 404: "Profile not found", 409: "Member already exists"}

EMAILS = st.sampled_from([*KNOWN, "nobody@example.com", "wrong"])
DATES = st.sampled_from(["2024-09-01T12:34:56Z", WRONG_DATE])
BATCHES = st.lists(
    st.fixed_dictionaries({"email": EMAILS}, optional={"registration_date": DATES}), min_size=1, max_size=60
)


def model(data: list[dict[str, str]]) -> tuple[list[tuple[int, str | None]], set[str]]:
    """Each element's code and profile, one after the other, and who is a member then."""
    members = {demo.profile_id(2)}
    results: list[tuple[int, str | None]] = []
    for element in data:
        profile = KNOWN.get(element["email"])
        if element["email"] == "wrong" or element.get("registration_date") == WRONG_DATE:
            results.append((400, None))
        elif profile is None:
            results.append((404, None))
        else:
            results.append((409 if profile in members else 0, profile))
            members.add(profile)
    return results, members


@given(BATCHES)
def test_any_batch_is_answered_and_stored_as_the_model_says(data: list[dict[str, str]]) -> None:
    # GIVEN what a plain model says about a batch
    results, members = model(data)
    for write in (as_json, as_xml):
        world = World()
        # WHEN it is sent, in either format
        request: Any = write(batch(data, format="json"))
        reply = world.send(BATCH, request, JSON if write is as_json else {"Content-Type": "text/xml"})
        # THEN so does the reply, at every index
        told = reply.json()["result"]
        assert [(one["error"], one["profile_id"]) for one in told] == results
        assert all(one["error_text"] == TEXTS.get(one["error"], one["error_text"]) for one in told)
        # AND so does the store
        assert {key[0].rpartition("#")[2] for key in world.memberships()} == members


@given(BATCHES)
def test_any_batch_sent_again_meets_whom_it_registered(data: list[dict[str, str]]) -> None:
    # GIVEN a batch that was done
    world = World()
    first = world.send(BATCH, batch(data)).json()["result"]
    before = world.dynamodb.snapshot()
    # WHEN it is sent again
    again = world.send(BATCH, batch(data), request_id="request-2").json()["result"]
    # THEN all whom it registered are members, the others are what they were, and nothing is written
    done = {"error": 409, "error_text": TEXTS[409]}
    assert again == [one | done if one["error"] == 0 else one for one in first]
    assert world.dynamodb.snapshot() == before
