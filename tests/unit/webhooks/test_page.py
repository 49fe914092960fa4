"""What docs/webhooks.md shows works as it is printed, and tells the figures that the code has."""

import time
from typing import Any

from loyalty.domain.deadline import CALLING_SECONDS
from loyalty.webhooks.address import HTTPS_PORT, LOWEST_PORT
from loyalty.webhooks.signature import new_secret, signed
from tests.pages import PAGES, blocks
from tests.unit.webhooks.test_pauses import TABLE

PAGE = PAGES["docs/webhooks.md"]


def test_a_receiver_verifies_a_call_as_the_page_says() -> None:
    # GIVEN a call, and the lines of the page
    (code,) = [block.text for block in blocks(PAGE) if block.language == "python"]
    assert len([line for line in code.splitlines() if line]) <= 3
    secret, body = new_secret(), b'{"status":"done"}'
    known: dict[str, Any] = {"secret": secret, "body": body}
    known["headers"] = signed([secret], "job-0", int(time.time()), body)
    # WHEN they are run
    exec(code, known)  # noqa: S102 - our own page
    # THEN they give the job
    assert known["job"] == {"status": "done"}


def test_the_figures_of_the_page_are_those_of_the_code() -> None:
    assert f"at {len(TABLE)} times in all" in PAGE
    assert f"at port {HTTPS_PORT} or one from {LOWEST_PORT} on" in PAGE
    assert CALLING_SECONDS == 10
    assert "within ten seconds" in " ".join(PAGE.split())
