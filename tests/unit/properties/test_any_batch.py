"""Any sequence of batches, whatever the store does meanwhile, comes to what a plain loop over a set comes to."""

from hypothesis import given
from hypothesis import strategies as st

from loyalty.domain.outcome import Origin, Outcome, Status, invalid
from loyalty.operations.enrol import operation as enrol
from loyalty.operations.enrol.items import Item, Params
from loyalty.operations.enrol.operation import Enrolment
from tests.fakes.faults import Fault, refused, reset_after, timed_out_after, timed_out_before, unreachable
from tests.fakes.model import Model
from tests.fakes.population import people, populate
from tests.fakes.store import Store

PEOPLE = people(40)
KNOWN = {name: one.profile_id for one in PEOPLE for name in one.identifiers.items()}
ENROLMENT = Enrolment("acme", Params("123", "2024-09-01T12:34:56Z"))

EMAILS = st.integers(0, 60).map(lambda n: Item(("email", f"person{n}@example.com")))
PHONES = st.integers(0, 60).map(lambda n: Item(("phone", f"+{10_000_000_000 + n}")))
ALWAYS = [Item(("email", f"person{n}@example.com")) for n in (38, 39)]
BATCHES = st.lists(EMAILS | PHONES | st.just(invalid("because")), max_size=70)
FAULTS = st.sampled_from(
    [None, refused("ThrottlingException"), unreachable, timed_out_before, timed_out_after, reset_after]
)
CODES = st.lists(
    st.sampled_from(["ThrottlingError", "ProvisionedThroughputExceeded", "InternalServerError"]), max_size=2
)


def store_with_people() -> Store:
    store = Store()
    populate(store.dynamodb, "acme", PEOPLE)
    return store


def members(store: Store) -> set[str]:
    return {one["pk"]["S"].removeprefix("acme#123#") for one in store.stored()}


@given(st.lists(BATCHES, max_size=4))
def test_batches_one_after_the_other_do_what_the_model_does(batches: list[list[Item | Outcome]]) -> None:
    # GIVEN the same customers in the store and in the model
    store, model = store_with_people(), Model(KNOWN)
    for number, batch in enumerate(batches):
        # WHEN both enrol the same
        outcomes = enrol.apply(store.database, ENROLMENT, batch, Origin(f"request-{number}"))
        # THEN they say the same, and have the same members
        assert outcomes == model.enrol(batch)
        assert members(store) == model.members


@given(
    st.lists(BATCHES, min_size=1, max_size=3),
    st.lists(FAULTS, max_size=6),
    st.lists(FAULTS, max_size=6),
    st.dictionaries(st.integers(0, 39), CODES, max_size=5),
    st.sets(st.integers(0, 60), max_size=5),
)
def test_faults_that_pass_change_no_outcome(
    batches: list[list[Item | Outcome]],
    reading: list[Fault | None],
    writing: list[Fault | None],
    throttled: dict[int, list[str]],
    unprocessed: set[int],
) -> None:
    # GIVEN a store that fails now and then in every way that passes
    store, model = store_with_people(), Model(KNOWN)
    store.dynamodb.plan("batch_get_item", *reading)
    store.dynamodb.plan("batch_execute_statement", *writing)
    store.dynamodb.plan("put_item", *writing)
    for number, codes in throttled.items():
        store.dynamodb.throttle(f"acme#123#{number:024x}", *codes)
    for number in unprocessed:
        store.dynamodb.leave_unprocessed(f"acme#email#person{number}@example.com")
    for number, batch in enumerate(batches):
        # WHEN both enrol the same
        # THEN nobody can tell from the outcomes
        origin = Origin(f"request-{number}")
        assert enrol.apply(store.database.within(1_000), ENROLMENT, batch, origin) == model.enrol(batch)
        assert members(store) == model.members


@given(BATCHES, st.sets(st.integers(0, 37), max_size=8))
def test_what_stays_busy_is_busy_and_nothing_else_is_touched(batch: list[Item | Outcome], throttled: set[int]) -> None:
    # GIVEN a store that takes some members never
    store = store_with_people()
    never = {f"{number:024x}" for number in throttled}
    for profile_id in never:
        store.dynamodb.throttle(f"acme#123#{profile_id}", *["ThrottlingError"] * 1_000)
    # WHEN a batch comes (of more than one customer: a single one is no statement)
    batch = [*batch, *ALWAYS]
    outcomes = enrol.apply(store.database, ENROLMENT, batch, Origin("request-1"))
    # THEN exactly they are busy, each time they come, and the others as ever
    expected = Model(KNOWN).enrol(batch)
    assert outcomes == [Outcome(Status.BUSY, one.profile_id) if one.profile_id in never else one for one in expected]
    assert members(store) == {one.profile_id for one in expected if one.status is Status.CREATED} - never
