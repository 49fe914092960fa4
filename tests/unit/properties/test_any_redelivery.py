"""A process that dies, or a store that goes down, at any call: the next delivery ends as if nothing had happened."""

from collections.abc import Mapping
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from loyalty.domain.deadline import LONGEST_CALL_SECONDS, WRITING_SECONDS
from loyalty.domain.outcome import RETRYABLE, Origin, Outcome, invalid
from loyalty.operations.enrol import operation as enrol
from loyalty.operations.enrol.items import Item, Params
from loyalty.operations.enrol.operation import Enrolment
from tests.fakes.faults import Fault, refused, timed_out_after
from tests.fakes.model import Model
from tests.fakes.nth_call import FaultyClient, ProcessDied, die_after, die_before
from tests.fakes.population import people, populate
from tests.fakes.store import Store, fake_database

RECEIVED = "2026-11-22T06:00:00Z"
ENROLMENT = Enrolment("acme", Params("123", RECEIVED))
PEOPLE = people(5)
KNOWN = {name: one.profile_id for one in PEOPLE for name in one.identifiers.items()}
UNKNOWN = [("email", "nobody@example.com"), ("phone", "+12025550109"), ("profile_id", "p5"), ("custom_field_1", "1")]

ITEMS = st.builds(Item, st.sampled_from([*KNOWN, *UNKNOWN]), st.sampled_from([None, "2024-09-01T12:34:56Z"]))
BATCHES = st.lists(ITEMS | st.just(invalid("wrong")), max_size=40)


class Meanwhile:
    """A store in which some are members already, and the model beside it."""

    def __init__(self, earlier: list[Item | Outcome]) -> None:
        self.store, self.model = Store(), Model(KNOWN)
        populate(self.store.dynamodb, "acme", PEOPLE)
        self.apply(earlier, Origin("earlier"))
        self.model.enrol(earlier)

    def apply(
        self, batch: list[Item | Outcome], origin: Origin, faults: Mapping[int, Fault] | None = None
    ) -> list[Outcome]:
        """Enrol by a process whose calls meet these faults."""
        client = FaultyClient(self.store.dynamodb, faults)
        database = fake_database(client, self.store.clock).within(LONGEST_CALL_SECONDS + WRITING_SECONDS + 6)
        return enrol.apply(database, ENROLMENT, batch, origin)

    def members(self) -> set[str]:
        """Who is a member in the store."""
        return {one["pk"]["S"].removeprefix("acme#123#") for one in self.store.stored()}


@given(BATCHES, BATCHES, st.integers(1, 5), st.sampled_from([die_before, die_after]))
def test_a_redelivery_after_a_death_ends_as_if_nothing_had_happened(
    earlier: list[Item | Outcome], batch: list[Item | Outcome], call: int, death: Fault
) -> None:
    # GIVEN a process that died at some call
    meanwhile = Meanwhile(earlier)
    with suppress(ProcessDied):
        meanwhile.apply(batch, Origin("job"), {call: death})
    # WHEN its chunk is delivered again
    outcomes = meanwhile.apply(batch, Origin("job", redelivered=True))
    # THEN that is what the model does once
    assert outcomes == meanwhile.model.enrol(batch)
    assert meanwhile.members() == meanwhile.model.members


@given(BATCHES, BATCHES, st.integers(1, 4), st.sampled_from([timed_out_after, refused("ThrottlingException")]))
def test_an_outage_makes_items_busy_and_never_wrong(
    earlier: list[Item | Outcome], batch: list[Item | Outcome], call: int, outage: Fault
) -> None:
    # GIVEN a store that goes down at some call, and what there would be without that
    meanwhile = Meanwhile(earlier)
    expected = meanwhile.model.enrol(batch)
    # WHEN a request comes
    outcomes = meanwhile.apply(batch, Origin("request"), dict.fromkeys(range(call, 1_000), outage))
    # THEN what it says is what the model says, except for what is busy or unknown
    told = [pair for pair in zip(outcomes, expected, strict=True) if pair[0].status not in RETRYABLE]
    assert all(outcome == wanted for outcome, wanted in told)
    # AND nobody is a member whom nobody asked for
    assert meanwhile.members() <= meanwhile.model.members
    # WHEN it is repeated after the outage, by the same origin
    again = meanwhile.apply(batch, Origin("request", redelivered=True))
    # THEN it ends as if nothing had happened
    assert again == expected
    assert meanwhile.members() == meanwhile.model.members
