"""What the pages promise has a test: each sentence that says never, always, twice or nothing is named here with it.

A new promise fails until somebody names its test; a promise that is reworded or moved is found again by its words.
"""

import ast
import re
from functools import cache

import pytest

from tests.pages import PAGES, prose
from tools.local.template import ROOT

PROMISING = re.compile(r"\b(never|always|exactly once|happens once|twice|nothing is)\b", re.IGNORECASE)
SENTENCE = re.compile(r"(?<=[.!?;|])\s+|\n\n|\n[-|#] ")
ELSEWHERE = ("CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "docs/security.md", "docs/adding-a-contract.md")
"""Pages for those who change the code, and one that says itself how each is tested."""

UNIT, JOBS, OPERATOR, HOOKS = "tests/unit", "tests/unit/jobs", "tests/unit/operator", "tests/unit/webhooks"
PROMISES: dict[str, dict[str, str]] = {
    "README.md": {
        "*Exactly once in effect.*": "tests/simulation/test_histories.py::test_no_history_breaks_a_promise",
        "One bad item never fails the others": (
            f"{UNIT}/altcraft/test_bad_items.py::test_a_wrong_email_fails_alone_in_a_batch"
        ),
        "a message may be delivered twice without effect": (
            f"{JOBS}/test_two_workers.py::test_a_second_worker_that_dies_at_any_call_changes_nothing_in_the_end"
        ),
    },
    "docs/api-description.md": {
        "is named beside its field, and nothing is sent": (
            "tests/e2e/test_docs_page.py::test_nothing_is_sent_before_the_credentials_are_there"
        ),
    },
    "docs/command.md": {
        "so no row is done twice": (
            f"{OPERATOR}/test_interrupted_bulk.py"
            "::test_stopped_at_any_request_the_same_command_goes_on_and_does_each_row_once"
        ),
        "A file that you edited is never overwritten or removed": (
            f"{OPERATOR}/test_failed_files.py::test_a_run_without_failures_leaves_what_was_edited"
        ),
    },
    "docs/deploying.md": {
        "0, no limit, and nothing is counted": (f"{UNIT}/limits/test_rates.py::test_what_is_right_costs_no_write"),
    },
    "docs/earning-promotions.md": {
        "a customer named twice earns twice": (
            f"{UNIT}/capillary/test_samples.py"
            "::test_the_same_customer_twice_earns_twice_under_the_promotions_own_identifier"
        ),
        'never read as "all"': (
            f"{UNIT}/capillary/test_revoke_requests.py"
            "::test_earn_ids_of_which_one_is_no_earn_of_the_customer_revoke_nothing"
        ),
    },
    "docs/exactly-once.md": {
        "What a client asked for still happens once": (
            "tests/simulation/test_histories.py::test_no_history_breaks_a_promise"
        ),
        "an item that exists is never overwritten": (
            f"{UNIT}/store/test_batch_inserts.py::test_items_that_are_there_stay_as_they_are"
        ),
        "nothing is told that could not be stored": (
            f"{JOBS}/test_closed_and_late.py::test_who_repeats_under_a_key_is_told_nothing_that_could_not_be_stored"
        ),
        "no item is done twice": (
            f"{JOBS}/test_retry.py::test_a_message_that_was_delivered_twice_before_the_retry_is_done_once"
        ),
        "an undo leaves nothing behind": (
            f"{JOBS}/test_undo_fences.py::test_a_delivery_that_begins_just_after_the_fence_writes_nothing"
        ),
        "nothing is made anew for a job that was forgotten": (
            f"{JOBS}/test_expired_jobs.py::test_what_is_redriven_after_its_job_expired_is_parked_and_makes_nothing"
        ),
        "It is never sent again": (
            f"{JOBS}/test_chains.py::test_a_file_whose_rows_share_an_address_ends_however_long_it_is"
        ),
        "never 8890 for a place that may become free": (
            f"{UNIT}/capillary/test_undecided_places.py::test_nobody_is_told_that_the_limit_is_reached_by_an_earn_that_may_not_be_written"
        ),
        "**An erasure looks twice**": (
            f"{OPERATOR}/test_customers.py"
            "::test_no_place_under_a_limit_comes_free_while_somebody_may_still_write_for_who_is_erased"
        ),
    },
    "docs/files.md": {
        "An `update` never overwrites with that": (
            f"{UNIT}/corpus/test_requests.py::test_an_update_never_overwrites_with_what_can_not_be_seen"
        ),
        "trimmed of spaces, never of tabs": (
            f"{UNIT}/corpus/test_readers.py::test_a_file_is_read_by_the_api_as_is_right"
        ),
        "is never sent": f"{OPERATOR}/test_bulk.py::test_the_file_of_failed_rows_can_be_mended_and_sent",
        "Two people must never become one customer": (
            f"{UNIT}/properties/test_any_two_people.py"
            "::test_two_rows_that_differ_to_every_reader_are_never_one_customer"
        ),
    },
    "docs/importing-customers.md": {
        "always with HTTP status 200": (
            f"{UNIT}/stickystreet/test_bad_requests.py::test_a_refused_parameter_is_named_and_nothing_is_imported"
        ),
        "the vendor's sample sent twice": (
            f"{UNIT}/stickystreet/test_modes.py"
            "::test_a_matched_row_counts_as_updated_though_nothing_changed_and_nothing_is_written"
        ),
        "A bad row never affects the others": (
            f"{UNIT}/stickystreet/test_rows.py::test_a_faulty_row_is_named_and_the_others_are_imported"
        ),
        "so it can't be given twice": (
            f"{UNIT}/stickystreet/test_credits.py::test_auto_add_is_credited_once_to_the_first_campaign"
        ),
    },
    "docs/jobs.md": {
        "(an import 200, as always)": f"{JOBS}/test_waiting.py::test_a_client_that_prefers_so_is_answered_at_once",
        "Undoing twice is the same as undoing once": f"{JOBS}/test_undo.py::test_undoing_twice_is_undoing_once",
        "is the same undo, and nothing is sent twice": (
            f"{UNIT}/files/test_fan_out.py::test_an_undo_that_is_asked_for_again_while_its_chunks_are_sent_is_the_same"
        ),
        "Asking twice is asking once": f"{JOBS}/test_cancel.py::test_cancelling_twice_is_the_same_as_cancelling_once",
        "409 if nothing is kept": f"{JOBS}/test_jobs_refused.py::test_a_job_without_undo_states_can_not_be_undone",
    },
    "docs/registering-members.md": {
        "If a JSON name occurs twice in one object, the last value counts": (
            f"{UNIT}/http/test_body.py::test_of_a_name_that_comes_twice_the_last_value_counts"
        ),
        "`http_status: always_200`": f"{UNIT}/altcraft/test_always_200.py::test_request_errors_come_with_200",
        "If a customer occurs twice in a batch": (
            f"{UNIT}/altcraft/test_outcome_order.py::test_the_first_occurrence_registers_and_the_later_ones_meet_it"
        ),
    },
    "docs/sending-files.md": {
        "never over a file that is there": (
            "tests/integration/s3_files/test_bringing.py"
            "::test_a_copy_is_of_the_object_that_was_looked_at_and_never_over_another"
        ),
    },
    "docs/upgrades.md": {
        "happens once and is answered alike": (
            "tests/integration/upgrades/test_two_versions.py::test_a_request_that_is_repeated_at_the_other_version_happens_once"
        ),
    },
    "docs/versioning.md": {
        "a member of a reply that is no longer always there": (
            f"{UNIT}/document/test_released.py::test_a_change_that_takes_something_from_clients_is_found"
        ),
    },
    "docs/webhooks.md": {
        "twice as long each time": (
            f"{HOOKS}/test_pauses.py::test_attempts_are_made_for_a_day_with_pauses_that_double_up_to_four_hours"
        ),
        "**At least once.**": (
            f"{JOBS}/test_endings.py::test_whichever_answer_is_lost_every_end_is_told_and_each_time_under_one_id"
        ),
        "`webhook-id` is the same at every attempt": (
            f"{HOOKS}/test_attempts.py::test_a_call_that_fails_is_repeated_with_growing_pauses_and_under_the_same_id"
        ),
        "another one for each end of a job": (
            f"{JOBS}/test_endings.py::test_a_job_that_is_retried_ends_once_more_under_another_id"
        ),
        "The body is what `GET /jobs/{job_id}` answers": (
            f"{HOOKS}/test_delivery.py::test_a_job_that_ended_is_told_as_the_jobs_api_shows_it_and_signed"
        ),
        "An end that was overtaken": f"{HOOKS}/test_delivery.py::test_a_job_that_goes_on_is_told_when_it_ends_again",
        "the last is made when a day is over": (
            f"{HOOKS}/test_attempts.py::test_after_a_day_it_is_given_up_and_kept_for_the_operator"
        ),
        "what is left goes there": f"{HOOKS}/test_attempts.py::test_a_webhook_that_is_set_anew_gets_what_is_left",
        "While calls fail there is one at a time": (
            f"{HOOKS}/test_attempts.py::test_while_calls_fail_one_at_a_time_is_made_so_that_others_are_served"
        ),
        "for a day calls are signed with both secrets": (
            f"{HOOKS}/test_webhook_api.py::test_the_secret_before_signs_for_a_day_where_the_address_stays"
        ),
        "every address that it has must be public": (
            f"{HOOKS}/test_call.py::test_a_name_that_leads_to_any_address_that_is_not_public_is_not_called"
        ),
        "under the same `webhook-id`": (
            f"{OPERATOR}/test_webhooks.py::test_the_end_of_a_job_is_told_once_more_as_at_first"
        ),
    },
}
"""By page: words of each promise, and the test that fails without it."""

NO_PROMISES = (
    "With AWS's always-free tier",
    "| none | an AWS emulator that the functions talk to; never on AWS |",
    "never on AWS",
    "What happens exactly once",
    "[exactly once](",
    "Anything may be delivered twice",
    "A message that the queue delivers twice may",
    "occurs twice in one call fails the whole call",
    "Reply with 202 always",
    "twice three reads",
    "nothing is lost for two weeks",
    "A registration must be written once",
)
"""Sentences with such a word that say something else, or name a page."""


def promises(page: str) -> list[str]:
    """The sentences of a page that promise."""
    sentences = (" ".join(one.split()) for one in SENTENCE.split(prose(page)))
    return [one for one in sentences if PROMISING.search(one) and not any(other in one for other in NO_PROMISES)]


@pytest.mark.parametrize("name", sorted(PAGES.keys() - set(ELSEWHERE)))
def test_every_promise_of_a_page_is_named_with_its_test(name: str) -> None:
    # GIVEN the sentences that promise something
    said, named = promises(PAGES[name]), PROMISES.get(name, {})
    # THEN each is named, and none is named that is not there any more
    assert [one for one in said if not any(words in one for words in named)] == []
    text = " ".join(prose(PAGES[name]).split())
    assert [words for words in named if words not in text] == []


@pytest.mark.parametrize("test", sorted({test for named in PROMISES.values() for test in named.values()}))
def test_the_test_of_a_promise_is_there(test: str) -> None:
    path, _, name = test.partition("::")
    assert name in _names_of(path)


@cache
def _names_of(path: str) -> set[str]:
    """The names of the tests in a file."""
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}
