"""Customers who gave identifiers to each other in one import, and the undo of it."""

from tests.fakes.importing import ImportWorld

HEADERS = "code card_number email"


def undone(world: ImportWorld, job_id: str) -> dict[str, int]:
    undoing = world.job("POST /jobs/{job_id}/undo", job_id).json()["job_id"]
    while (told := world.job("GET /jobs/{job_id}", undoing).json())["status"] != "done":
        world.queue.deliver_all()
        world.clock.now += 1  # a chunk that waits for another comes again a second later
    counts: dict[str, int] = told["counts"]
    return counts


def test_customers_who_exchanged_identifiers_get_them_back() -> None:
    # GIVEN an import after which two customers have each other's card, and a third another one
    world = ImportWorld()
    world.rows(HEADERS, "A|a|1@x.com", "B|b|2@x.com", "C|c|3@x.com", no_undo="yes")
    before = dict(world.dynamodb.tables["customers"])
    batch = world.rows(HEADERS, "A|x|", "B|a|", "A|b|", "C|d|4@x.com")
    assert world.customer("card_number", "a")["code"] == {"S": "B"}
    # WHEN it is undone
    counts = undone(world, batch["job_id"])
    # THEN all is as it was
    assert counts == {"undone": 4}
    assert world.dynamodb.tables["customers"] == before


def test_an_exchange_in_which_one_was_changed_since_stays_and_costs_nobody_else() -> None:
    # GIVEN the same, and a change of one of the two since
    world = ImportWorld()
    world.rows(HEADERS, "A|a|1@x.com", "B|b|2@x.com", "C|c|3@x.com", no_undo="yes")
    third = world.customer("code", "C")
    batch = world.rows(HEADERS, "A|x|", "B|a|", "A|b|", "C|d|4@x.com")
    world.rows("code first_name", "B|Bob", no_undo="yes")
    since = [world.customer("code", code) for code in "AB"]
    # WHEN it is undone
    counts = undone(world, batch["job_id"])
    # THEN both stay, since one can't have back what the other keeps, and the third is as it was
    assert counts == {"kept": 3, "undone": 1}
    assert [world.customer("code", code) for code in "AB"] == since
    assert world.customer("code", "C") == third


def test_what_was_handed_on_from_chunk_to_chunk_goes_back_from_the_last() -> None:
    # GIVEN rows that share an e-mail, too many for one chunk, the first of which gives up a card that the last takes
    world = ImportWorld()
    world.rows("code card_number", "A|a", "Z|z", no_undo="yes")
    before = dict(world.dynamodb.tables["customers"])
    between = [f"C{number}||all@example.com" for number in range(10)]
    batch = world.rows(HEADERS, "A|x|all@example.com", *between, "Z|a|all@example.com")
    assert batch["customers"] == {"new": 10, "updated": 2}
    assert world.customer("card_number", "a")["code"] == {"S": "Z"}
    # WHEN it is undone, and its chunks come in their order
    counts = undone(world, batch["job_id"])
    # THEN all is as it was
    assert counts == {"undone": 12}
    assert world.dynamodb.tables["customers"] == before


def test_a_ring_that_is_too_long_for_a_chunk_stays_and_nobody_loses_anything() -> None:
    # GIVEN an import after which each of more customers than a chunk holds has the card of the one before
    world = ImportWorld()
    world.rows("code card_number", *(f"C{number}|{number}" for number in range(12)), no_undo="yes")
    ring = [f"C{number}|{number - 1}" for number in range(1, 12)]
    batch = world.rows("code card_number", "C0|spare", *ring, "C0|11")
    since = world.end_state()
    # WHEN it is undone
    counts = undone(world, batch["job_id"])
    # THEN all stay as they are, since none can begin
    assert counts == {"kept": 12, "unchanged": 1}
    assert world.end_state() == since
