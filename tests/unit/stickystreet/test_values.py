"""What an import draws, credits, hashes and keeps for undo."""

import hashlib
import json
import re
import zlib
from base64 import b64decode
from typing import Any

import pytest

from loyalty.passwords import hash_secret
from tests.fakes.importing import ACCOUNT_ID, ImportWorld
from tests.fakes.log import captured_log


def test_codes_and_cards_that_rows_lack_are_drawn_stored_and_answered() -> None:
    # GIVEN a customer without a card
    world = ImportWorld()
    world.rows("code", "A")
    # WHEN rows come without card, without code, and with both, and cards are to be drawn
    batch = world.rows(
        "code card_number email",
        "A||",
        "||n@example.com",
        "C|card|",
        card_number_generate="19",
    )
    # THEN the answer names what was drawn, and the stored customers have it
    first, second = batch["rows"]
    assert (first.keys(), second.keys()) == (
        {"number", "card_number"},
        {"number", "code", "card_number"},
    )
    assert all(re.fullmatch("[1-9][0-9]{18}", row["card_number"]) for row in batch["rows"])
    assert re.fullmatch("[1-9][0-9]{15}", second["code"])
    found = world.customer("email", "n@example.com")
    assert (found["code"]["S"], found["card_number"]["S"]) == (
        second["code"],
        second["card_number"],
    )
    assert world.customer("card_number", first["card_number"]) == world.customer("code", "A")


@pytest.mark.parametrize("overwrite", ["yes", "update"])
def test_a_card_that_was_drawn_stays_when_the_import_is_repeated(
    overwrite: str,
) -> None:
    # GIVEN a customer with a drawn card
    world = ImportWorld()
    changes = {"card_number_generate": "8", "overwrite_duplicates": overwrite}
    world.rows("email", "n@example.com", **changes)
    before = world.items("customers")
    # WHEN the same import comes again
    batch = world.rows("email", "n@example.com", **changes)
    # THEN nothing is drawn, and nothing changes
    assert batch["rows"] == [{"number": 1, "code": batch["rows"][0]["code"]}]
    assert world.items("customers") == before


def test_drawn_cards_avoid_those_that_are_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # GIVEN draws that hit the one card of four digits that is taken, then one twice
    world = ImportWorld()
    world.rows("code card_number", "A|1000")
    draws = iter([0, 1, 1, 2, 3])
    cards = {9000: lambda: next(draws)}
    monkeypatch.setattr(
        "secrets.randbelow",
        lambda most: cards.get(most, lambda: hash(str(most)) % most)(),
    )
    # WHEN cards are generated
    batch = world.rows("code", "B", "C", "D", card_number_generate="4")
    # THEN each is another
    assert batch["customers"] == {"new": 3, "updated": 0}
    assert sorted(row["card_number"] for row in batch["rows"]) == [
        "1001",
        "1002",
        "1003",
    ]


def test_a_row_for_which_no_card_is_free_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # GIVEN draws that only ever hit a taken card
    world = ImportWorld()
    world.rows("code card_number", "A|1000")
    monkeypatch.setattr("secrets.randbelow", lambda _: 0)
    # WHEN a card is to be generated
    batch = world.rows("code", "B", card_number_generate="4")
    # THEN the row fails
    assert batch["customers"] == {"new": 0, "updated": 0, "failed": 1}
    assert batch["rows"] == [{"number": 1, "error": "No free card number of 4 digits was found"}]


def test_customer_ids_pass_those_that_were_brought_along() -> None:
    # GIVEN a user who may bring ids
    world = ImportWorld()
    migrant = world.grant("migrant", "key", "import", "migrate")
    # WHEN customers come with ids of their own, one where ours begin, and one comes without
    lines = ("A|old-1|77", "B||1000000002", "C||")
    batch = world.rows("code profile_id customer_id", *lines, **migrant)
    # THEN theirs are kept, and ours begin beyond
    assert batch["customers"] == {"new": 3, "updated": 0}
    ids = [world.customer("code", code) for code in "ABC"]
    assert [one["customer_id"]["N"] for one in ids] == [
        "77",
        "1000000002",
        "1000000005",
    ]
    assert ids[0]["profile_id"] == {"S": "old-1"}
    # AND they find their customers again, who can't change them
    lines = ("old-1||Ann", "|1000000002|Bob", "A|other||")
    batch = world.rows("profile_id customer_id first_name", *lines[:2], **migrant)
    assert batch["customers"] == {"new": 0, "updated": 2}
    batch = world.rows("code profile_id", "A|other", **migrant)
    assert batch["rows"] == [
        {
            "number": 1,
            "error": 'profile_id of a customer can\'t be changed, not to "other"',
        }
    ]


def test_a_drawn_customer_id_that_somebody_brought_meanwhile_is_drawn_again() -> None:
    # GIVEN the id that the counter gives next, brought by hand
    world = ImportWorld()
    reference = {"profile_id": {"S": "by-hand"}, "customer_id": {"N": "1000000000"}}
    key = f"{ACCOUNT_ID}#customer_id#1000000000"
    world.dynamodb.tables["customers"][(key,)] = {"pk": {"S": key}, **reference}
    # WHEN a customer is imported
    batch = world.rows("code", "A")
    # THEN it has the next
    assert batch["customers"] == {"new": 1, "updated": 0}
    found = world.customer("code", "A")
    assert found["customer_id"] == {"N": "1000000001"}


CREDITS = {
    "points": ("898989889", "25", {"S": "25"}),
    "part_of_a_point": ("898989889", "2.50", {"S": "2.50"}),
    "no_point": ("898989889", "0", {"S": "0"}),
    "dollars": ("dollars-1", "7.5", {"S": "7.50"}),
    "visits": ("visits-1", "03", {"S": "3"}),
    "product": ("product-1", "Free coffee", {"M": {"Free coffee": {"S": "1"}}}),
}


@pytest.mark.parametrize("overwrite", ["yes", "update", "ignore"])
@pytest.mark.parametrize(("campaign", "auto_add", "balance"), CREDITS.values(), ids=CREDITS)
def test_auto_add_is_credited_once_to_the_first_campaign(
    campaign: str, auto_add: str, balance: dict[str, Any], overwrite: str
) -> None:
    # GIVEN an import with auto_add into two campaigns
    world = ImportWorld()
    changes = {
        "campaigns_to_include": f"{campaign}, 13234545",
        "overwrite_duplicates": overwrite,
    }
    # WHEN it is sent twice, the second time with more
    world.rows("code auto_add", f"A|{auto_add}", **changes)
    world.rows("code auto_add", f"A|{auto_add}1", **changes)
    # THEN the first campaign has what the first brought, the other nothing
    assert world.end_state()["A"]["memberships"] == {
        campaign: balance,
        "13234545": None,
    }


REFUSED_CREDITS = {
    "thirds_of_a_cent": (
        "dollars-1",
        "1.005",
        "must be an amount of dollars, 0 or more, with 2 places",
    ),
    "half_a_visit": ("visits-1", "1.5", "must be a whole number of visits, 0 or more"),
    "long_product": ("product-1", "x" * 257, "must be a product's name"),
}


@pytest.mark.parametrize(("campaign", "auto_add", "expected"), REFUSED_CREDITS.values(), ids=REFUSED_CREDITS)
def test_auto_add_of_the_wrong_kind_for_the_campaign_fails_its_row(campaign: str, auto_add: str, expected: str) -> None:
    # GIVEN, WHEN a credit that the campaign can't hold
    batch = ImportWorld().rows("code auto_add", f"A|{auto_add}", "B|", campaigns_to_include=campaign)
    # THEN that row fails alone
    assert batch["customers"] == {"new": 1, "updated": 0, "failed": 1}
    assert batch["rows"][0]["error"].startswith(f"auto_add {expected}, not ")


def test_a_membership_of_before_is_left_as_it_is() -> None:
    # GIVEN user2, who is a member of program 123 by registration
    world = ImportWorld()
    before = world.items("memberships")
    # WHEN it is imported into it with points
    world.rows("email auto_add", "user2@example.com|25", campaigns_to_include="123")
    # THEN nothing about the membership changes
    assert world.items("memberships") == before


def test_a_hash_is_scrypt_with_its_parameters_and_a_salt_of_its_own() -> None:
    # GIVEN, WHEN one secret hashed twice
    first, second = hash_secret("sécret"), hash_secret("sécret")
    # THEN each has its own salt
    assert first != second
    # AND is what scrypt makes of the secret by the parameters that it names
    name, log_n, r, p, salt, digest = first.split("$")
    assert (name, log_n, r, p) == ("scrypt", "14", "8", "5")
    assert b64decode(digest) == hashlib.scrypt("sécret".encode(), salt=b64decode(salt), n=2**14, r=8, p=5, dklen=32)


def test_of_password_and_pin_only_hashes_are_stored_and_nothing_is_logged() -> None:
    # GIVEN, WHEN a customer with secrets is imported, and one with a wrong row beside
    world = ImportWorld()
    lines = ("A|s3cret-word|98761234|a@example.com", "B|s3cret-word|98761234|none")
    with captured_log() as log:
        batch = world.rows("code customer_password Customer_Pin email", *lines)
        world.rows("code first_name", "A|Ann", overwrite_duplicates="yes")
    # THEN neither the store, nor undo states, nor the log, nor the answer holds them
    states = "".join(map(str, undo_states(world)))
    everywhere = str(world.dynamodb.snapshot()) + states + log.text + json.dumps(batch)
    assert "s3cret-word" not in everywhere
    assert "98761234" not in everywhere
    # AND the undo state holds the hash that was replaced
    assert states.count("scrypt$14$8$5$") == 2
    # AND an overwrite without them blanks them
    assert world.end_state()["A"]["fields"] == {"code": "A", "first_name": "Ann"}


def undo_states(world: ImportWorld) -> list[Any]:
    return [
        json.loads(line)
        for item in world.items("jobs")
        for line in zlib.decompress(item["customers"]["B"]).splitlines()
    ]


def test_an_undo_state_holds_what_was_before_and_is_written_before_the_change() -> None:
    # GIVEN a customer, whose state the next import replaces
    world = ImportWorld()
    world.rows("code email", "A|a@example.com", no_undo="yes")
    before = world.customer("code", "A")
    world.dynamodb.calls.clear()
    # WHEN an import changes it, creates another, and meets a third that lacks the membership
    batch = world.rows(
        "code first_name email",
        "A|Ann|",
        "B|Bob|",
        "||user1@example.com",
        allow_undo="yes",
    )
    # THEN the answer names the job under which the states are kept for a week
    (item,) = world.items("jobs")
    assert re.fullmatch("[0-9a-f]{32}", batch["job_id"])
    assert item["pk"] == {"S": batch["job_id"]}
    assert (item["account"], item["campaigns"]) == (
        {"S": ACCOUNT_ID},
        {"L": [{"S": "898989889"}]},
    )
    assert int(item["ttl"]["N"]) == 1_000 + 7 * 24 * 3600
    # AND they are what was before: all of the changed customer, nothing of the new one
    states = dict(undo_states(world))
    profile_id = before["profile_id"]["S"]
    assert states[profile_id] == {
        "profile_id": profile_id,
        "customer_id": int(before["customer_id"]["N"]),
        "fields": {"code": "A", "email": "a@example.com"},
        "found_by": ["code", "email"],
        "origin": before["origin"]["S"],
        "created_by": before["created_by"]["S"],
    }
    bob = world.customer("code", "B")
    assert states[bob["profile_id"]["S"]] is None
    assert len(states) == 3
    # AND they were written first
    assert world.actions().index("put_item") < world.actions().index("transact_write_items")


@pytest.mark.parametrize(
    "changes",
    [{"no_undo": "yes"}, {"dry_run": "yes"}, {"overwrite_duplicates": "ignore"}],
)
def test_no_undo_state_is_kept_where_none_is_wanted_or_nothing_changes(
    changes: dict[str, str],
) -> None:
    # GIVEN a customer
    world = ImportWorld()
    world.rows("code", "A", no_undo="yes")
    # WHEN an import is sent that is not to be, or needs not be, undone
    batch = world.rows("code", "A", **changes)
    # THEN there is no job
    assert "job_id" not in batch
    assert world.items("jobs") == []


def test_a_large_undo_state_is_cut_into_items_that_the_store_takes() -> None:
    # GIVEN customers of 50 KB each
    world = ImportWorld()
    rows = [f"C{number}|{number}{'x' * 50_000}" for number in range(12)]
    world.rows("code first_name", *rows, no_undo="yes")
    # WHEN an import replaces them
    world.rows("code first_name", *(f"C{number}|Ann" for number in range(12)))
    # THEN their states are in items of less than 400 KB before compression, in order
    parts = [zlib.decompress(item["customers"]["B"]) for item in world.items("jobs")]
    assert [len(part.splitlines()) for part in parts] == [7, 5]
    assert max(map(len, parts)) < 400 * 1024
    assert [before["fields"]["code"] for _, before in undo_states(world)] == [f"C{number}" for number in range(12)]
