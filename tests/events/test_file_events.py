"""The events of files: the one that asks for a job, and the messages about its file and its results."""

import json

import pytest

from loyalty.domain.job import UPLOAD_SECONDS
from loyalty.files.arrivals import LOOK
from tests.events.deliveries import DRAWN, deliver, feed, read
from tests.fakes.functions import load_handler
from tests.fakes.gateway import FakeContext
from tests.fakes.queues import CHUNKS, SPLITS
from tests.fakes.world import World

CONTENT = b"email,last_name\nann@example.com,Ann\nbroken,Bob\n"
SECONDS = 900


def test_a_file_that_arrives_is_split_and_its_results_are_written(world: World) -> None:
    # GIVEN a job that waits for its file
    assert deliver(read("create_file")).status == 201
    world.s3.objects[f"uploads/{DRAWN}"] = CONTENT
    # WHEN S3 tells that it has arrived
    handle = load_handler("split_file")
    assert handle(read("split_file"), FakeContext(milliseconds=1_000 * SECONDS)) == {"batchItemFailures": []}
    # THEN its chunk is in the queue, and done
    (message,) = world.sqs.queues[CHUNKS]
    assert json.loads(message.body)["job_id"] == DRAWN
    world.queue.deliver_all()
    # AND its results are written once they are asked for
    asked = read("job_results")
    asked["path"], asked["pathParameters"] = f"/jobs/{DRAWN}/results", {"job_id": DRAWN}
    asked["queryStringParameters"] = None
    assert deliver(asked).status == 202
    event = read("split_file_results")
    (told,) = world.sqs.queues[SPLITS]
    sample = json.loads(event["Records"][0]["body"])
    assert json.loads(told.body).keys() == sample.keys()
    event["Records"][0]["body"] = told.body
    assert handle(event, FakeContext(milliseconds=1_000 * SECONDS)) == {"batchItemFailures": []}
    reply = deliver(asked)
    key = reply.headers["Location"].removeprefix("https://files.test/").partition("?")[0]
    lines = world.s3.objects[key].decode().splitlines()
    assert (reply.status, len(lines)) == (303, 3)


def test_a_job_whose_file_is_missing_for_a_day_ends(world: World) -> None:
    # GIVEN a job whose file did not come within a day
    assert deliver(read("create_file")).status == 201
    world.clock.now += UPLOAD_SECONDS + 1
    # WHEN the rule of each hour says that it is time to look
    event = read("split_file_look")
    assert event["Records"][0]["body"] == LOOK
    assert load_handler("split_file")(event, FakeContext(milliseconds=1_000 * SECONDS)) == {"batchItemFailures": []}
    # THEN it has failed, and that was told
    (told,) = world.events.entries
    assert json.loads(told["Detail"])["job_id"] == DRAWN


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("name", ["split_file", "split_file_results", "split_file_look"])
def test_a_message_about_a_job_that_is_not_there_is_passed_over(name: str) -> None:
    if name == "split_file":
        assert feed(name) == {"batchItemFailures": []}
    else:
        assert load_handler("split_file")(read(name), FakeContext()) == {"batchItemFailures": []}
