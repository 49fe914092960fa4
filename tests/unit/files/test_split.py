"""A file that has arrived becomes chunks: what its rows come to is what a request with them comes to."""

import json
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest

from loyalty.domain.job import UPLOAD_SECONDS
from loyalty.operations.import_customers import items
from tests.fakes.gateway import BATCH, EARN, IMPORT
from tests.fakes.queues import CHUNKS, SPLITS
from tests.unit.files.file_world import FileWorld
from tests.unit.jobs.job_world import JobWorld, Order

HEADERS = ("email", "code", "card_number", "last_name", "auto_add")
EARNER = {"Authorization": "Basic c3RvcmUuc2VydmVyOjhhMTZhNmI3MDUwNWViMWYxZmY3Y2RjMGNkNTU1OWE3"}


def rows_of(seed: int, count: int) -> list[list[str]]:
    """Rows of which many share an identifier with others, directly or through a third one; some are wrong."""
    draw = Random(seed)  # noqa: S311 - rows, not secrets
    rows = []
    for number in range(count):
        email = f"user{draw.randrange(count)}@files.example" if draw.random() < 0.7 else ""
        code = f"C{draw.randrange(count)}" if draw.random() < 0.4 else ""
        card = f"4{draw.randrange(count):05d}" if draw.random() < 0.3 else ""
        wrong = draw.random()
        rows.append([email if wrong > 0.05 else "broken", code, card, f"Name {number}", "5" if wrong < 0.5 else ""])
    return rows


def file_of(rows: list[list[str]], headers: tuple[str, ...] = HEADERS) -> str:
    return "".join(",".join(cells) + "\n" for cells in [list(headers), *rows])


def imported(rows: list[list[str]]) -> JobWorld:
    """The world after a request with these rows."""
    world = JobWorld()
    form = {
        "user_id": "john1970",
        "user_api_key": "1959caadac9b13dcb3",
        "account_id": "greatwidgets",
        "type": "customers_batch",
        "delimiter": "comma",
        "output": "JSON",
        "overwrite_duplicates": "update",
        "campaigns_to_include": "898989889",
        **{f"profiles_header_{number}": header for number, header in enumerate(HEADERS, start=1)},
        "profiles_data": "".join(",".join(cells) + "\n" for cells in rows),
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    world.submit(Order(IMPORT, urlencode(form), headers))
    world.work()
    return world


@pytest.mark.parametrize("seed", range(12))
def test_a_file_of_customers_comes_to_what_a_request_with_its_rows_comes_to(seed: int) -> None:
    # GIVEN rows in a request
    rows = rows_of(seed, 40)
    requested = imported(rows)
    (job_id,) = requested.job_ids()
    # WHEN they come in a file
    world = FileWorld()
    filed = world.bring(file_of(rows))
    # THEN customers, memberships, and what is told of each row are the same
    assert world.end_state() == requested.end_state()
    told = requested.told(job_id)
    assert world.told(filed) == told
    assert told["status"] == "done"
    batch, other = (
        one.job("GET /jobs/{job_id}/results", at, from_="0").json()["batch"]
        for one, at in _both(world, filed, requested)
    )
    assert batch["customers"] == other["customers"]
    assert [row.get("error") for row in batch["rows"]] == [row.get("error") for row in other["rows"]]
    # AND nothing is left
    assert world.parked() == []
    assert world.sqs.queues[SPLITS] == []
    assert sorted(key.split("/")[0] for key in world.s3.objects) == ["cuts", "uploads"]
    # AND it can be taken back
    world.undo(filed)
    world.work()
    assert world.end_state() == FileWorld().end_state()


def _both(world: FileWorld, filed: str, requested: JobWorld) -> list[tuple[JobWorld, str]]:
    return [(world, filed), (requested, requested.job_ids()[0])]


def test_a_file_of_members_comes_to_what_a_request_comes_to() -> None:
    # GIVEN members of whom some are named twice, are members already or are unknown, one with a date
    rows = [["user1@example.com", "2024-09-01T14:34:56+02:00"], ["USER1@example.com", ""], ["user2@example.com", ""]]
    rows += [["nobody@example.com", ""], ["broken", ""], ["user3@example.com", "yesterday"], ["user4@example.com", ""]]
    data = [{"email": email, **({"registration_date": date} if date else {})} for email, date in rows]
    requested = JobWorld()
    body = {"token": "abc123def456", "loyalty_program_id": 123, "matching": "email", "data": data}
    job_id = requested.submit(Order(BATCH, json.dumps(body), {"Content-Type": "application/json"}))
    requested.work()
    # WHEN they come in a file
    world = FileWorld()
    filed = world.bring(file_of(rows, ("email", "registration_date")), "enrol")
    # THEN each has the same result
    results = [
        one.job("GET /jobs/{job_id}/results", at, from_="0").json() for one, at in ((world, filed), (requested, job_id))
    ]
    assert results[0] == results[1]
    assert [one["error"] for one in results[0]["result"]] == [0, 409, 409, 404, 400, 400, 0]
    assert world.end_state() == requested.end_state()


def test_a_file_of_earns_comes_to_what_a_request_comes_to() -> None:
    # GIVEN customers who earn under a limit, some more often than that
    rows = [
        ["user1@example.com", ""],
        ["user1@example.com", "JD"],
        ["user1@example.com", ""],
        ["nobody@example.com", ""],
    ]
    rows += [["user2@example.com", "WEB"], ["user3@example.com", "jd"], ["", ""]]
    customers = [{"identifierValue": email, "source": source or "INSTORE"} for email, source in rows]
    promotion = {"programId": 2607, "promoIdentifier": "Promo_testMay13"}
    body = {"type": "CUSTOMER", "identifierName": "email", "promotionDetails": promotion, "customers": customers}
    requested = JobWorld()
    job_id = requested.submit(Order(EARN, json.dumps(body), EARNER))
    requested.work()
    # WHEN they come in a file, but for the row that is blank
    world = FileWorld()
    filed = world.bring(file_of(rows, ("email", "source")), "earn")
    # THEN each has the same result
    results = [
        one.job("GET /jobs/{job_id}/results", at, from_="0").json()["response"]
        for one, at in ((world, filed), (requested, job_id))
    ]
    without_ids = [[(one["errors"], one["warnings"], "result" in one) for one in result] for result in results]
    assert without_ids[0] == without_ids[1][:-1]
    assert world.end_state() == requested.end_state()


@pytest.mark.parametrize(
    ("operation", "content", "params", "outcomes"),
    [
        (
            "enrol",
            "phone,Mail,Since\n+1,user1@example.com,2024-09-01T14:34:56Z\n,user2@example.com,\n,,yesterday\n",
            {"columns": {"phone": "-", "Mail": "email", "Since": "registration_date"}},
            [0, 409, 400],
        ),
        (
            "enrol",
            "email;Number\na@example.com;123457\nb@example.com;1\n",
            {"columns": {"Number": "user_id"}, "matching": "user_id"},
            [0, 404],
        ),
        (
            "earn",
            "mobile,Mail,Where\n+1,user1@example.com,jd\n+1,nobody@example.com,\n,user1@example.com,WEB\n",
            {"columns": {"mobile": "-", "Mail": "email", "Where": "source"}},
            [0, 8015, 400],
        ),
    ],
)
def test_columns_of_members_and_earners_may_be_called_otherwise(
    operation: str, content: str, params: dict[str, Any], outcomes: list[int]
) -> None:
    # GIVEN a file whose columns have names of its own, and one that is called as a field and is to be left out
    world = FileWorld()
    job_id = world.bring(content, operation, **params)
    # THEN each row is read as if they were called as the fields are
    reply = world.job("GET /jobs/{job_id}/results", job_id, from_="0").json()
    if operation == "enrol":
        assert [one["error"] for one in reply["result"]] == outcomes
    else:
        assert [(one["errors"] or [{"code": 0}])[0]["code"] for one in reply["response"]] == outcomes


def test_rows_of_one_customer_keep_their_order_across_a_whole_file_in_chunks_that_wait_for_each_other() -> None:
    # GIVEN two customers whose rows stand all over the file, one of them in more rows than a chunk has
    rows = [[f"user{number}@files.example", f"Name {number}"] for number in range(30)]
    rows += [["often@files.example", f"Often {number}"] for number in range(9)]
    rows += [["twice@files.example", "First"], ["last@files.example", "Last"], ["twice@files.example", "Second"]]
    Random(5).shuffle(rows)  # noqa: S311 - rows, not secrets
    world = FileWorld()
    job_id = world.ask()
    world.upload(job_id, file_of(rows, ("email", "last_name")))
    world.split()
    # THEN a chunk that goes on with a customer waits for the one before, and each row is in one chunk
    sent = [json.loads(message.body) for message in world.sqs.queues[CHUNKS]]
    assert sorted(place for one in sent for place in places(one)) == list(range(len(rows)))
    assert {one["chunk"] for one in sent} == set(range(1, sent[0]["chunks"] + 1))
    assert sum("after" in one for one in sent) == 2
    # WHEN they are done in the worst order
    world.sqs.queues[CHUNKS].reverse()
    world.work()
    # THEN the last row of each customer is what stays
    names = {
        item["email"]["S"]: item["last_name"]["S"]
        for item in world.dynamodb.tables["customers"].values()
        if "last_name" in item
    }
    last = dict(rows)
    assert {email: names[email] for email in last} == last
    assert world.shown(job_id)["counts"] == {"new": 33, "updated": 9}


def places(sent: dict[str, Any]) -> list[int]:
    """Where the items of a message stand."""
    return sent.get("indexes") or list(range(sent["first_index"], sent["first_index"] + len(sent["items"])))


def test_more_rows_of_one_customer_than_an_import_may_have_fail_in_a_file_too(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a limit of six rows, and a customer with nine
    monkeypatch.setattr(items, "MOST_ROWS", 6)
    rows = [["often@files.example", f"Often {number}"] for number in range(9)] + [["once@files.example", "Once"]]
    world = FileWorld()
    job_id = world.bring(file_of(rows, ("email", "last_name")))
    # THEN the last three fail
    batch = world.job("GET /jobs/{job_id}/results", job_id, from_="0").json()["batch"]
    assert batch["customers"] == {"new": 2, "updated": 5, "failed": 3}
    assert [row["number"] for row in batch["rows"] if "error" in row] == [7, 8, 9]


def test_columns_are_named_left_out_and_of_several_lines() -> None:
    # GIVEN a file of semicolons, with a byte order mark, whose headers are not fields' names
    world = FileWorld()
    content = 'sep=;\r\nMail;Notes;Street\r\n"a@files.example";x;"Main\r\nStreet"\r\nb@files.example;y;\r\n'
    columns = {"Mail": "email", "Notes": "-", "Street": "street1"}
    job_id = world.bring("\ufeff" + content, columns=columns)
    # THEN its rows are read
    assert world.shown(job_id)["counts"] == {"new": 2}
    streets = [item["street1"]["S"] for item in world.dynamodb.tables["customers"].values() if "street1" in item]
    assert "Main\r\nStreet" in streets


def test_reasons_in_a_file_of_failed_rows_are_not_read() -> None:
    world = FileWorld()
    job_id = world.bring("email,loyalty_error\na@files.example,was wrong\nb@files.example\n")
    assert world.shown(job_id)["counts"] == {"new": 2}


def test_a_dry_run_writes_nothing() -> None:
    world = FileWorld()
    body = {"operation": "import", "name": "a.csv", "params": {"campaigns": ["898989889"]}, "dry_run": True}
    job_id = world.send("/files", body, {"Authorization": "Bearer abc123def456"}).json()["job_id"]
    world.upload(job_id, "email\na@files.example\n")
    world.split()
    world.work()
    assert world.shown(job_id)["counts"] == {"new": 1}
    assert world.end_state() == FileWorld().end_state()


def test_a_file_that_comes_after_a_day_is_not_read() -> None:
    # GIVEN a job whose day is over
    world = FileWorld()
    job_id = world.ask()
    world.clock.now += UPLOAD_SECONDS
    # WHEN its file comes
    world.upload(job_id, "email\na@files.example\n")
    world.split()
    # THEN it has failed, for good
    shown = world.shown(job_id)
    assert (shown["status"], shown["error"]) == ("failed", "No file arrived within a day")
    assert world.sqs.queues[CHUNKS] == []


@pytest.mark.parametrize("key", ["uploads/0123456789abcdef0123456789abcdef", "uploads/x", "other/y"])
def test_an_object_that_no_job_waits_for_is_passed_over(key: str) -> None:
    world = FileWorld()
    world.s3.objects[key] = b"email\na@files.example\n"
    world.tell(key)
    world.split()
    assert world.sqs.queues[CHUNKS] == []


def test_what_s3_says_to_a_new_queue_is_passed_over() -> None:
    world = FileWorld()
    entry = {"Id": "1", "MessageBody": '{"Service":"Amazon S3","Event":"s3:TestEvent"}', "MessageGroupId": "s3"}
    world.sqs.send_message_batch(QueueUrl=SPLITS, Entries=[entry])
    world.split()
    assert world.sqs.queues[SPLITS] == []
