"""No secret, and no customer's address, is left where it does not belong: logs, jobs, messages that were parked.

Requests of every kind, good and bad, at once and through the queue, bring secrets and addresses that can't occur by
chance; then all that a stack leaves behind is searched for them, for their MD5 and their base64.
"""

import base64
import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest

from loyalty.domain.account import Credential, Grant
from loyalty.store.tables import accounts
from loyalty.vendors.capillary.credentials import basic_credential, client_credential
from loyalty.vendors.stickystreet.envelope import import_credential
from tests.e2e.marks import Contacts, Marks, database, demo_secrets, items, leaks, messages, readable
from tests.e2e.requests import BATCH, SINGLE, get, post
from tests.e2e.waiting import until
from tests.fakes.capillary import basic
from tests.fakes.capillary import request as earning
from tests.fakes.gateway import ACCESS_TOKEN, EARN, IMPORT
from tests.fakes.importing import as_form, rows_form
from tests.fakes.requests import as_json, as_xml, batch, single
from tools import demo
from tools.local.deploy import client
from tools.local.stack import LocalStack

MARKS, CONTACTS = Marks(), Contacts()
CREDENTIALS = {
    Credential("token", MARKS.token),
    import_credential("marked-user", MARKS.import_key),
    basic_credential("marked.server", MARKS.password),
    client_credential("marked-client", MARKS.client_secret),
}
BEARER = {"Authorization": f"Bearer {MARKS.token}"}
LATER = {"Prefer": "respond-async"}
COLUMNS = "code email phone customer_password customer_PIN first_name"
MARKED_ROWS = (
    f"MARK1|{CONTACTS.email}|{CONTACTS.phone}|{MARKS.customer_password}|{MARKS.customer_pin}|Ann",
    f"MARK2|{CONTACTS.other_email}|{CONTACTS.other_phone}|||Bob",
    f"MARK3|{CONTACTS.broken_email}|{CONTACTS.phone}|{MARKS.customer_password}|{MARKS.customer_pin}|Cid",
)


@pytest.fixture(scope="module")
def searched(stack: LocalStack) -> tuple[LocalStack, str]:
    """The stack, after requests of every kind, with no job left to do; and access tokens that it gave out."""
    for credential in CREDENTIALS:
        accounts.put_grant(database(stack), credential, Grant(demo.ACCOUNT.id, demo.ALL_RIGHTS))
    access = json.loads(post(stack, ACCESS_TOKEN, body(key="marked-client", secret=MARKS.client_secret)).body)
    token = access["data"]["accessToken"]
    imports(stack)
    registrations(stack)
    earns(stack, token)
    jobs(stack, token)
    parked(stack)
    return stack, token


def body(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def import_form(key: str, *lines: str, **changes: str) -> bytes:
    form = rows_form(COLUMNS, *lines, **changes) | {"user_id": "marked-user", "user_api_key": key}
    return as_form(form).encode()


def imports(stack: LocalStack) -> None:
    """Rows with passwords, at once and as a job; wrong keys, keys in the URL, bodies that are cut off."""
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    good = import_form(MARKS.import_key, *MARKED_ROWS)
    assert b'"new": 2' in post(stack, IMPORT, good, **form).body
    renamed = good.replace(b"Ann", b"Joan").replace(b"Bob", b"Jack")
    assert b'"queued"' in post(stack, IMPORT, renamed, **form, **LATER).body
    for broken in (
        import_form(MARKS.wrong_import_key, *MARKED_ROWS),
        import_form(MARKS.import_key, *MARKED_ROWS, delimiter=MARKS.customer_password),
        import_form(MARKS.import_key, *MARKED_ROWS, campaigns_to_include=CONTACTS.email),
        good + b"%ff",
        good + b"&customer_PIN=" + b"%zz",
    ):
        assert b'"error"' in post(stack, IMPORT, broken, **form).body
    assert b"error" in post(stack, f"{IMPORT}?user_api_key={MARKS.import_key}", good, **form).body
    multipart = f'--{MARKS.import_key}\r\nContent-Disposition: form-data; name="{CONTACTS.email}"\r\n\r\n'.encode()
    post(stack, IMPORT, multipart, Content_Type=f"multipart/form-data; boundary={MARKS.import_key}")


def registrations(stack: LocalStack) -> None:
    """By e-mail and phone, one and many, in JSON and XML, known and unknown, with tokens that are good and not."""
    one = single(token=MARKS.token, email=CONTACTS.email)
    some = [{"email": email} for email in (CONTACTS.other_email, CONTACTS.unknown_email, CONTACTS.broken_email)]
    many = batch(some, token=MARKS.token)
    assert post(stack, SINGLE, as_json(one).encode()).status == 200
    assert post(stack, SINGLE, as_xml(one).encode()).status == 409
    assert (
        post(stack, SINGLE, as_json({**one, "matching": "phone", "phone": CONTACTS.broken_email}).encode()).status
        == 400
    )
    assert post(stack, SINGLE, as_json({**one, "token": MARKS.wrong_token}).encode()).status == 401
    assert post(stack, BATCH, as_json(many).encode()).status == 200
    assert post(stack, BATCH, as_json({**many, "token": MARKS.wrong_token}).encode()).status == 401
    assert post(stack, BATCH, as_json(many).encode(), **LATER).status == 202
    assert post(stack, BATCH, as_json({**many, "matching": MARKS.token}).encode()).status == 400
    assert post(stack, BATCH, as_json({**many, "loyalty_program_id": CONTACTS.phone}).encode()).status == 400
    assert post(stack, BATCH, as_json(many).encode()[:-30]).status == 400
    assert post(stack, f"{BATCH}?token={MARKS.token}", as_json({**many, "token": None}).encode()).status == 401
    assert post(stack, f"/nowhere/{MARKS.token}/{CONTACTS.email}", b"").status == 404


def earns(stack: LocalStack, token: str) -> None:
    """With passwords and access tokens that are good and not."""
    good = as_json(earning(CONTACTS.email, CONTACTS.unknown_email, identifierName="email")).encode()
    mobile = as_json(earning(CONTACTS.phone, identifierName="mobile")).encode()
    for status, headers in (
        (200, basic("marked.server", MARKS.password)),
        (401, basic("marked.server", MARKS.wrong_password)),
        (401, basic(CONTACTS.email, MARKS.wrong_password)),
        (200, {"X_CAP_API_OAUTH_TOKEN": token}),
        (401, {"X_CAP_API_OAUTH_TOKEN": MARKS.wrong_token}),
        (401, {"Authorization": f"Basic {MARKS.wrong_password}"}),
        (202, {**basic("marked.server", MARKS.password), **LATER}),
    ):
        assert post(stack, EARN, good, **headers).status == status
    assert post(stack, EARN, mobile, **basic("marked.server", MARKS.password)).status == 200
    assert post(stack, ACCESS_TOKEN, body(key=CONTACTS.email, secret=MARKS.wrong_client_secret)).status == 401
    assert post(stack, ACCESS_TOKEN, body(key="marked-client", secret=MARKS.wrong_client_secret)).status == 401


def jobs(stack: LocalStack, token: str) -> None:
    """The jobs API by every kind of credential; all jobs are done when it ends, and one is undone."""
    wrong = {"Authorization": f"Bearer {MARKS.wrong_token}"}
    job = f"/jobs/{uuid.uuid4().hex}"
    for path in ("/jobs", job, f"{job}/results"):
        assert get(stack, path, **wrong).status == 401
    assert post(stack, f"{job}/undo", b"", **wrong).status == 401
    assert get(stack, "/jobs", **basic("marked.server", MARKS.wrong_password)).status == 401
    assert get(stack, "/jobs", Authorization=f"Bearer {token}").status == 200
    until(lambda: all(one["status"] in ("done", "cancelled", "undone") for one in listed(stack)))
    for one in listed(stack)[:10]:
        assert get(stack, one["links"]["results"], **BEARER).status in (200, 404)  # 404: a single call found nobody
    undone = next(one for one in listed(stack) if one["operation"] == "import" and one["undo"] == "available")
    assert post(stack, undone["links"]["undo"], b"", **BEARER).status == 202
    until(lambda: all(one["status"] in ("done", "cancelled", "undone") for one in listed(stack)))


def listed(stack: LocalStack) -> list[dict[str, Any]]:
    jobs_: list[dict[str, Any]] = json.loads(get(stack, "/jobs", **BEARER).body)["jobs"]
    return jobs_


def parked(stack: LocalStack) -> None:
    """Messages that are parked: of an unknown account, malformed, and no JSON at all; secrets under other names too."""
    fields = {"email": CONTACTS.email, "customer_password": MARKS.customer_password, "customer_PIN": MARKS.customer_pin}
    chunk = {"version": 1, "job_id": uuid.uuid4().hex, "account": "nobody", "operation": "import", "chunk": 1}
    chunk |= {"params": {"campaigns": ["898989889"], "overwrite": "update"}, "chunks": 1, "total": 1, "first_index": 0}
    chunk |= {"items": [{"fields": fields}]}
    renamed = {
        "items": [{"fields": {"Customer_Password": MARKS.customer_password, "customer_pin": MARKS.customer_pin}}]
    }
    beside = {"customer_password": MARKS.customer_password, "note": {"customer_PIN": MARKS.customer_pin}}
    for document in (chunk, {**chunk, "chunks": fields}, {**chunk, **renamed}, {**chunk, **beside}):
        send(stack, json.dumps(document))
    send(stack, f"{MARKS.customer_password} {fields}")
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    asked = {"QueueUrl": stack.queues["PARKED_QUEUE_URL"], "AttributeNames": names}
    sqs = client("sqs", stack.endpoint_url)  # which counts them; receiving them hides some from the next look
    until(lambda: sum(map(int, sqs.get_queue_attributes(**asked)["Attributes"].values())) >= 5)


def send(stack: LocalStack, text: str) -> None:
    client("sqs", stack.endpoint_url).send_message(QueueUrl=stack.queues["CHUNK_QUEUE_URL"], MessageBody=text)


def test_no_log_holds_a_secret_or_an_address(searched: tuple[LocalStack, str], logs: Path) -> None:
    # GIVEN the logs of every stack of these tests, with the lines of these requests
    stack, token = searched
    until(lambda: '"function":"process_chunk"' in stack.log.read_text())
    text = "\n".join(log.read_text() for log in logs.glob("*.log"))
    assert {"altcraft.register_member", "capillary.issue_token", "jobs.undo_job"} <= endpoints(text)
    # THEN there is no secret in them
    assert leaks([*MARKS, token], text) == []
    # AND no address
    assert leaks(CONTACTS, text) == []
    # AND nothing of the demo accounts', which all other tests use
    assert leaks([*demo_secrets(), "@example.com", "+12025550"], text) == []


def endpoints(text: str) -> set[str]:
    """The endpoints that wrote lines."""
    return set(re.findall('"endpoint":"([^"]+)"', text))


def test_no_table_holds_a_secret(searched: tuple[LocalStack, str]) -> None:
    # GIVEN all that is stored
    stack, token = searched
    for variable in stack.tables:
        text = "\n".join(map(readable, items(stack, variable)))
        # THEN passwords, PINs, keys and tokens are nowhere, of customers only hashes
        assert (variable, leaks([*MARKS, token], text)) == (variable, [])


def test_of_jobs_only_undo_states_kept_messages_and_reasons_hold_addresses(searched: tuple[LocalStack, str]) -> None:
    # GIVEN what is stored of jobs
    stack, _ = searched
    stored = items(stack, "JOBS_TABLE")
    undo = [item for item in stored if item["sk"]["S"].startswith("undo#")]
    # THEN the states that an undo needs hold what customers were
    assert leaks(CONTACTS, "\n".join(map(readable, undo))) != []
    # AND reasons show the refused value to who sent it; what chunks that were closed keep is what is parked of them
    others = "\n".join(readable({**item, "kept": {"S": ""}}) for item in stored if item not in undo)
    assert leaks(CONTACTS, others) == [CONTACTS.broken_email]
    assert f'it is \\"{CONTACTS.broken_email}\\"' in others


def test_no_queue_holds_a_secret(searched: tuple[LocalStack, str]) -> None:
    # GIVEN what is left in the queues once all is done
    stack, token = searched
    for variable in stack.queues:
        text = "\n".join(messages(stack, variable))
        # THEN passwords, PINs, keys and tokens are not there; parked messages keep what a redrive needs
        assert (variable, leaks([*MARKS, token], text)) == (variable, [])


@pytest.mark.parametrize(
    "text",
    [
        f'{{"token":"{MARKS.password}"}}',
        basic_credential("marked.server", MARKS.password).secret,
        basic("marked.server", MARKS.password)["Authorization"],
        basic("another.server", MARKS.password)["Authorization"],
        import_form(MARKS.password).decode(),
        base64.b64encode(f"a{MARKS.password}b".encode()).decode(),
    ],
    ids=["plain", "md5", "base64", "base64 elsewhere", "form", "base64 in the midst"],
)
def test_what_leaks_would_be_found(text: str) -> None:
    assert leaks([MARKS.password], text) == [MARKS.password]
