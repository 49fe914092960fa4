"""Whatever became of a request's items: each contract's reply says it, in its every format, as the document has it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from loyalty.domain.outcome import Outcome, Status
from loyalty.http.request import Request
from loyalty.vendors.altcraft.register import REGISTER_MEMBER, REGISTER_MEMBER_BATCH
from loyalty.vendors.capillary.direct_earn import DIRECT_EARN
from loyalty.vendors.capillary.issue_promotion import ISSUE_PROMOTION
from loyalty.vendors.capillary.revoke_direct_earn import REVOKE_DIRECT_EARN
from loyalty.vendors.catalogue import Results
from loyalty.vendors.contract import Answer
from loyalty.vendors.jobs_api import UNDO
from loyalty.vendors.stickystreet.customers_batch import CUSTOMERS_BATCH
from tests.fakes.described import OPERATIONS, Answered, assert_described, read, resolved

REQUEST = Request("POST", "/", {}, "request-1")
RESULTS = "GET", "/jobs/{job_id}/results"
JOB_ID = "0f6e2c1a6b5d4c3e9a41d2b7c8e9f001"
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1)
REASONS = TEXTS.map(str.strip).filter(len)
PROFILE_IDS = st.from_regex("[0-9a-f]{24}", fullmatch=True)
NUMBERS = st.integers(1, 2**63 - 1)
NONE = st.none()


def body_of(contract: Results, manner: dict[str, Any], answer: Answer) -> Any:
    """A reply as data; it is one that the document has for the job that it may come from."""
    reply = contract.render(REQUEST, manner, answer)
    headers = {"Content-Type": reply.content_type, "X-Request-Id": "request-1"}
    assert_described(*RESULTS, Answered(reply.status, headers, reply.text))
    media_type = reply.content_type.partition(";")[0]
    content = resolved(OPERATIONS[RESULTS]["responses"]["200"])["content"]
    return read(media_type, reply.text, content[media_type]["schema"])


def fates(*statuses: Status, profile_id: Any = NONE, reason: Any = NONE, values: Any = NONE) -> Any:
    """Outcomes of these kinds."""
    return st.builds(Outcome, st.sampled_from(statuses), profile_id, reason, values)


CUSTOMER = {"customer_id": NUMBERS, "promotion_name": st.none() | TEXTS}
EARNED = {**CUSTOMER, "issue_id": NUMBERS, "earned_id": NUMBERS}
DRAWN = st.fixed_dictionaries({}, optional={"code": REASONS, "card_number": REASONS})
NOTHING_KNOWN = fates(Status.NOT_FOUND, Status.BUSY)
registered = st.one_of(
    fates(Status.CREATED, Status.EXISTS, profile_id=PROFILE_IDS), fates(Status.INVALID, reason=REASONS), NOTHING_KNOWN
)
earned = st.one_of(
    fates(Status.CREATED, values=st.fixed_dictionaries(EARNED)),
    fates(Status.EXHAUSTED, values=st.fixed_dictionaries(CUSTOMER)),
    fates(Status.INVALID, reason=REASONS, values=st.fixed_dictionaries({"code": NUMBERS})),
    NOTHING_KNOWN,
)
revoked = st.one_of(
    fates(
        Status.UPDATED,
        values=st.fixed_dictionaries({"customer_id": NUMBERS, "earn_ids": st.lists(NUMBERS, min_size=1, max_size=4)}),
    ),
    fates(Status.EXISTS, Status.IGNORED, Status.UNKNOWN, profile_id=PROFILE_IDS),
    fates(Status.INVALID, reason=REASONS, values=st.none() | st.fixed_dictionaries({"code": NUMBERS})),
    NOTHING_KNOWN,
)
imported = st.one_of(
    fates(Status.CREATED, Status.UPDATED, values=st.none() | DRAWN),
    fates(Status.INVALID, reason=REASONS),
    fates(Status.IGNORED, Status.BUSY),
)


@given(st.lists(registered, min_size=1, max_size=6))
def test_what_became_of_members_reads_alike_in_json_and_xml(outcomes: list[Outcome]) -> None:
    for contract in (REGISTER_MEMBER_BATCH, REGISTER_MEMBER):
        # GIVEN a reply in both formats
        told = body_of(contract, {"format": "json", "always_200": True}, Answer(outcomes))
        # THEN they say the same
        assert body_of(contract, {"format": "xml", "always_200": True}, Answer(outcomes)) == told
    # AND it is what became of each
    told = body_of(REGISTER_MEMBER_BATCH, {}, Answer(outcomes))["result"]
    assert [one["profile_id"] for one in told] == [outcome.profile_id for outcome in outcomes]
    codes = REGISTER_MEMBER_BATCH.codes
    assert [str(one["error"]) for one in told] == [codes[outcome.status] for outcome in outcomes]


@given(st.lists(imported, max_size=6), st.integers(0, 5))
def test_what_became_of_rows_reads_alike_in_json_and_xml(outcomes: list[Outcome], first: int) -> None:
    # GIVEN a reply in both formats, of a part of an import
    answer = Answer(outcomes, JOB_ID, first)
    told = body_of(CUSTOMERS_BATCH, {"json": True, "condensed": True}, answer)
    # THEN they say the same
    assert body_of(CUSTOMERS_BATCH, {"json": False}, answer) == told
    # AND count every row, and name those that have something to say
    assert sum(told["batch"]["customers"].values()) == len(outcomes)
    noted = [at for at, one in enumerate(outcomes, start=first + 1) if one.values or one.status in ("invalid", "busy")]
    assert [row["number"] for row in told["batch"].get("rows", [])] == noted


@given(st.lists(earned, max_size=6), st.booleans())
def test_what_became_of_earns_is_counted_and_told_for_each(outcomes: list[Outcome], by_id: bool) -> None:
    # GIVEN a reply, the promotion named in either way
    named = {"promotion_id": "56799"} if by_id else {"promotion_id": None, "promotion_identifier": "Promo"}
    told = body_of(DIRECT_EARN, {"program_id": "469", **named}, Answer(outcomes))
    # THEN it has an element for each customer, and counts those that failed
    good = [outcome.status in ("created", "exhausted") for outcome in outcomes]
    assert ["result" in element for element in told["response"]] == good
    assert (told["totalCount"], told["failureCount"]) == (len(outcomes), good.count(False))


@given(st.lists(revoked, max_size=6), st.booleans())
def test_what_became_of_revocations_is_counted_and_told_for_each(outcomes: list[Outcome], by_id: bool) -> None:
    # GIVEN a reply, the promotion named in either way
    named = {"promotion_id": "56799"} if by_id else {"promotion_id": None, "promotion_identifier": "Promo"}
    told = body_of(REVOKE_DIRECT_EARN, {"program_id": "469", **named}, Answer(outcomes, repeat_under="job-1"))
    # THEN it has an element for each customer, with the earns that were revoked, and counts those that failed
    good = [outcome.status is Status.UPDATED for outcome in outcomes]
    ids = [(outcome.values or {}).get("earn_ids") for outcome in outcomes if outcome.status is Status.UPDATED]
    elements = told["response"]
    assert ["result" in element for element in elements] == good
    assert [element["result"]["revokedEarnIds"] for element in elements if "result" in element] == ids
    assert (told["totalCount"], told["failureCount"]) == (len(outcomes), good.count(False))


@given(st.lists(earned, max_size=1))
def test_what_became_of_a_single_issue_is_told(outcomes: list[Outcome]) -> None:
    told = body_of(ISSUE_PROMOTION, {"program_id": "469", "promotion_id": "56799"}, Answer(outcomes))
    created = [outcome.values or {} for outcome in outcomes if outcome.status is Status.CREATED]
    assert [effect["earnedId"] for effect in told.get("sideEffects", [])] == [one["earned_id"] for one in created]
    assert ("sideEffects" in told) == (told["errors"] == [])


@given(st.lists(st.sampled_from(list(UNDO.codes)), max_size=6))
def test_what_became_of_an_undo_is_told_for_each_item(statuses: list[Status]) -> None:
    told = body_of(UNDO, {}, Answer([Outcome(status) for status in statuses], JOB_ID))
    assert told == {"job_id": JOB_ID, "first": 0, "results": [UNDO.codes[status] for status in statuses]}
