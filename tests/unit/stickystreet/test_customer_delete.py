"""customer_delete: a customer is erased; every outcome in every format, and what is refused."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.fakes.gateway import IMPORT, Reply
from tests.fakes.importing import CREDENTIALS, FORM, ImportWorld, refusal
from tests.fakes.world import World

CODE = "11223344"
DELETE = {**CREDENTIALS, "type": "customer_delete", "code": CODE}


def world() -> ImportWorld:
    """A customer whom an import made."""
    made = ImportWorld()
    made.rows("code email", f"{CODE}|jane@example.com")
    return made


def ask(made: ImportWorld, /, *, prefer: str = "", **changes: Any) -> Reply:
    """Send the request with changes; None leaves a field out."""
    form = {name: text for name, text in {**DELETE, **changes}.items() if text is not None}
    number = f"request-{next(made._numbers)}"
    return World.send(made, IMPORT, urlencode(form), {"Content-Type": FORM, "Prefer": prefer}, request_id=number)


@pytest.mark.parametrize("multipart", [False, True], ids=["urlencoded", "multipart"])
def test_of_two_codes_neither_is_erased(multipart: bool) -> None:
    # GIVEN two customers
    made = world()
    made.rows("code", "44332211")
    # WHEN a form names both, in fields whose names differ in their case
    fields = [*{**DELETE, "output": "JSON", "code": "44332211"}.items(), ("Code", CODE)]
    body, content_type = urlencode(fields), FORM
    if multipart:
        parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields]
        body, content_type = "".join([*parts, "--b--\r\n"]), "multipart/form-data; boundary=b"
    reply = World.send(made, IMPORT, body, {"Content-Type": content_type})
    # THEN it is refused, naming the field, and both are there
    assert reply.json() == refusal('"code" comes more than once: give it once')
    assert made.finds("code", CODE)
    assert made.finds("code", "44332211")


@pytest.mark.parametrize(
    ("style", "body"),
    [
        (
            {},
            f'<response status="success"><customer status="deleted"><code>{CODE}</code></customer></response>',
        ),
        (
            {"output": "JSON", "condensed": "yes"},
            f'{{"status":"success","customer":{{"status":"deleted","code":"{CODE}"}}}}',
        ),
        (
            {"callback": "done", "condensed": "yes"},
            f'/**/done({{"status":"success","customer":{{"status":"deleted","code":"{CODE}"}}}});',
        ),
    ],
    ids=["xml", "json", "jsonp"],
)
def test_an_erased_customer_is_told_in_each_format(style: dict[str, str], body: str) -> None:
    # GIVEN a customer
    made = world()
    # WHEN it is deleted
    reply = ask(made, **style)
    # THEN the reply names its code, and nothing finds it
    assert (reply.status, reply.body) == (200, body)
    assert not made.finds("code", CODE)
    assert not made.finds("email", "jane@example.com")


@pytest.mark.parametrize(
    ("style", "body"),
    [
        ({}, '<response status="error"><error>Customer not found</error></response>'),
        (
            {"output": "JSON", "condensed": "yes"},
            '{"status":"error","error":"Customer not found","errors":["Customer not found"]}',
        ),
    ],
    ids=["xml", "json"],
)
def test_an_unknown_code_is_an_error_and_so_is_one_whose_customer_was_deleted(style: dict[str, str], body: str) -> None:
    # GIVEN a customer who was deleted
    made = world()
    ask(made)
    # WHEN that is asked for again, or a code is named that nobody ever had
    # THEN there is nobody
    assert ask(made, **style).body == body
    assert ask(made, code="99", **style).body == body


def test_a_code_is_found_as_it_is_stored() -> None:
    # GIVEN a code with blanks around it
    made = world()
    # THEN it names the customer, and is told without them
    assert f"<code>{CODE}</code>" in ask(made, code=f"  {CODE}\u00a0 ").body
    assert not made.finds("code", CODE)


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no code": ({"code": None}, "code is required"),
    "a blank code": ({"code": "  "}, "code is required"),
    "a code that stands for none": ({"code": "#N/A"}, 'code "#N/A" stands for a value that is missing'),
    "a form of more than 64 KB": (
        {"custom_field": "x" * 65_536},
        "A request of this type may have at most 65536 bytes",
    ),
    "another way to write": ({"condensed": "maybe"}, 'condensed must be yes or no; it is "maybe"'),
    "no user": ({"user_id": None}, "user_id, user_api_key and account_id are required"),
    "a wrong key": ({"user_api_key": "x"}, "user_id, user_api_key or account_id is wrong"),
    "another account": ({"account_id": "othertenant"}, "user_id, user_api_key or account_id is wrong"),
    "another version": ({"API": "2.0"}, 'API must be 1.5; it is "2.0"'),
    "an output that is none": ({"output": "CSV"}, 'output must be XML or JSON; it is "CSV"'),
    "a callback that is none": (
        {"callback": "1x"},
        'callback must be a dotted JavaScript name of at most 128 ASCII characters; it is "1x"',
    ),
}


@pytest.mark.parametrize(("changes", "text"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_told_and_nobody_is_erased(changes: dict[str, Any], text: str) -> None:
    # GIVEN a request with one thing wrong
    made = world()
    # WHEN it is sent
    reply = ask(made, **{"output": "JSON", **changes})
    # THEN the error tells which, and the customer is there
    assert reply.status == 200
    if "output" in changes:
        assert text.replace('"', "&quot;") in reply.body or text in reply.body
    elif "callback" in changes:
        assert text.replace('"', '\\"') in reply.body
    else:
        assert reply.json() == refusal(text)
    assert made.finds("code", CODE)


def test_a_user_without_the_right_erases_nobody() -> None:
    # GIVEN a user who may import, and nothing else
    made = world()
    user = made.grant("importer", "a-key-of-its-own", "import")
    # WHEN it deletes a customer
    reply = ask(made, output="JSON", **user)
    # THEN it is refused
    assert reply.json() == refusal("This user has no right to erase customers")
    assert made.finds("code", CODE)


def test_a_client_that_does_not_wait_is_told_the_job() -> None:
    # GIVEN a client that does not wait
    made = world()
    # WHEN it deletes a customer
    reply = ask(made, prefer="respond-async")
    # THEN the customer is being deleted
    job_id = reply.headers["X-Job-Id"]
    assert reply.status == 200
    assert reply.headers["Location"].endswith(f"/jobs/{job_id}")
    assert reply.body == (
        f'<response status="success"><customer status="queued"><job_id>{job_id}</job_id></customer></response>'
    )
    # AND is deleted by the workers, whose results are the answer
    made.queue.deliver_all()
    results = made.job("GET /jobs/{job_id}/results", job_id)
    assert (
        results.body
        == f'<response status="success"><customer status="deleted"><code>{CODE}</code></customer></response>'
    )
    assert made.job("GET /jobs/{job_id}/results", job_id, from_="1").body == '<response status="success"></response>'
