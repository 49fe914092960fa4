"""SQS and EventBridge by either client: over HTTP to a server that answers as AWS documents it, and on the emulator."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import pytest

from loyalty.domain.errors import StorageBusy
from loyalty.settings import AwsClient
from loyalty.store import events, queue
from loyalty.store.aws import clients
from loyalty.store.aws.access import Access, Credentials
from loyalty.store.aws.errors import CallRefused, CallUnanswered
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import parked_messages
from tests.fakes.clock import FakeClock
from tests.fakes.store import SETTINGS
from tools.local.deploy import client
from tools.local.ministack import REGION

NO_QUEUE = {"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "The specified queue does not exist."}
MESSAGES = [queue.Message(f'{{"n":{number},"text":"é😀"}}', "acme", {"reason": "wrong"}) for number in range(25)]


class Asked(NamedTuple):
    """A request as it arrived."""

    target: str
    content_type: str
    body: Any


class Answers:
    """A server that keeps what it is asked, and answers everything with a status, headers and body."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.status, self.body = 200, b"{}"
        self.headers: dict[str, str] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.asked.append(Asked(self.headers["X-Amz-Target"], self.headers["Content-Type"], json.loads(body)))
                self.send_response(outer.status)
                for name, value in {**outer.headers, "Content-Length": str(len(outer.body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """End."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def answers() -> Iterator[Answers]:
    """A server of this test's own."""
    server = Answers()
    yield server
    server.close()


@pytest.fixture(params=AwsClient)
def to(request: pytest.FixtureRequest) -> Iterator[Callable[[str, str], Any]]:
    """Gives a client, of each kind, for a service at a URL."""
    made: list[Any] = []

    def connect(service: str, url: str) -> Any:
        made.append(clients.for_access(request.param, Access(REGION, Credentials("test", "test"), url))(service))
        return made[-1]

    yield connect
    for one in made:
        one.close()


def told(answer: dict[str, Any]) -> dict[str, Any]:
    """What an answer tells, but for what boto3 adds."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


class Documented(NamedTuple):
    """An action as AWS documents it; an answer that is None has no body."""

    service: str
    call: str
    parameters: dict[str, Any]
    answer: dict[str, Any] | None
    target: str
    content_type: str = "application/x-amz-json-1.0"


DOCUMENTED = [
    Documented(
        "sqs",
        "send_message_batch",
        {"QueueUrl": "q", "Entries": [{"Id": "0", "MessageBody": "é"}]},
        {"Successful": [{"Id": "0", "MessageId": "m", "MD5OfMessageBody": "d"}]},
        "AmazonSQS.SendMessageBatch",
    ),
    Documented(
        "sqs",
        "receive_message",
        {"QueueUrl": "q", "MaxNumberOfMessages": 10},
        {"Messages": [{"MessageId": "m", "Body": "é"}]},
        "AmazonSQS.ReceiveMessage",
    ),
    Documented(
        "sqs",
        "change_message_visibility",
        {"QueueUrl": "q", "ReceiptHandle": "r", "VisibilityTimeout": 0},
        None,
        "AmazonSQS.ChangeMessageVisibility",
    ),
    Documented("sqs", "delete_message", {"QueueUrl": "q", "ReceiptHandle": "r"}, None, "AmazonSQS.DeleteMessage"),
    Documented(
        "events",
        "put_events",
        {"Entries": [{"Source": "loyalty", "DetailType": "done", "Detail": "{}"}]},
        {"FailedEntryCount": 0, "Entries": [{"EventId": "e"}]},
        "AWSEvents.PutEvents",
        "application/x-amz-json-1.1",
    ),
]


@pytest.mark.parametrize("one", DOCUMENTED, ids=lambda one: one.call)
def test_an_action_is_asked_for_and_answered_as_aws_documents_it(one: Documented, answers: Answers, to: Any) -> None:
    # GIVEN a server with the documented answer
    answers.body = json.dumps(one.answer).encode() if one.answer else b""
    # WHEN the action is called twice
    client = to(one.service, answers.url)
    got = [getattr(client, one.call)(**one.parameters) for _ in range(2)]
    # THEN the answer comes back
    assert [told(answer) for answer in got] == [one.answer or {}] * 2
    # AND the request was as documented
    assert answers.asked == [Asked(one.target, one.content_type, one.parameters)] * 2


def test_a_refusal_has_the_code_of_the_json_protocol_and_not_the_older_one(answers: Answers, to: Any) -> None:
    # GIVEN the answer that AWS documents for a queue that is not there, with its older code in a header
    answers.status, answers.body = 400, json.dumps(NO_QUEUE).encode()
    answers.headers = {"x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender"}
    # WHEN a message is deleted there
    with pytest.raises(CallRefused) as caught:
        to("sqs", answers.url).delete_message(QueueUrl="q", ReceiptHandle="r")
    # THEN either client says the same
    error = caught.value
    assert (error.code, error.status, error.message) == ("QueueDoesNotExist", 400, NO_QUEUE["message"])
    assert str(error) == "DeleteMessage: QueueDoesNotExist (The specified queue does not exist.)"


@pytest.mark.parametrize(
    ("service", "call", "parameters"),
    [
        ("dynamodb", "get_item", {"TableName": "t", "Key": {"pk": {"S": "a"}}}),
        ("sqs", "delete_message", {"QueueUrl": "q", "ReceiptHandle": "r"}),
        ("events", "put_events", {"Entries": []}),
    ],
)
def test_nobody_there_is_no_answer(service: str, call: str, parameters: Any, answers: Answers, to: Any) -> None:
    # GIVEN a server that is gone
    answers.close()
    # THEN either client says that no answer came
    with pytest.raises(CallUnanswered):
        getattr(to(service, answers.url), call)(**parameters)


@pytest.fixture(params=AwsClient)
def database(request: pytest.FixtureRequest, database_endpoint: str) -> Iterator[Database]:
    """A database with queues of this test's own on the emulator, by each client."""
    sqs = client("sqs", database_endpoint)
    urls = [
        sqs.create_queue(QueueName=f"{name}-{request.node.name.split('[')[0][-40:]}-{request.param.name}")["QueueUrl"]
        for name in ("chunks", "parked")
    ]
    make = clients.for_access(request.param, Access(REGION, Credentials("test", "test"), database_endpoint))
    settings = SETTINGS._replace(chunk_queue_url=urls[0], parked_queue_url=urls[1])
    made = Database(make("dynamodb"), settings, service=make).within(20)
    yield made
    for service in ("dynamodb", "sqs", "events"):
        make(service).close()
    for url in urls:
        sqs.delete_queue(QueueUrl=url)


def received(database: Database) -> dict[str, parked_messages.Parked]:
    """All that the parked queue has, by body."""
    messages: dict[str, parked_messages.Parked] = {}
    while some := parked_messages.receive(database, database.settings.parked_queue_url):
        messages |= {one.body: one for one in some}
    return messages


def test_messages_arrive_whole_and_are_released_and_sent_on(database: Database) -> None:
    settings = database.settings
    # GIVEN messages that are sent to the parked queue
    queue.send(database, settings.parked_queue_url, MESSAGES)
    # WHEN they are received
    messages = received(database)
    # THEN each is there with what is beside it
    assert {(one.body, one.reason) for one in messages.values()} == {(one.body, "wrong") for one in MESSAGES}
    assert {one.group for one in messages.values()} == {"acme"}
    # AND nobody else gets them until they are released
    assert received(database) == {}
    parked_messages.release(database, database.settings.parked_queue_url, messages.values())
    again = received(database)
    assert again.keys() == messages.keys()
    # AND one that is sent on is in the other queue, and here no more
    parked_messages.redrive(database, again[MESSAGES[0].body])
    parked_messages.release(
        database, database.settings.parked_queue_url, [one for one in again.values() if one.body != MESSAGES[0].body]
    )
    assert received(database).keys() == messages.keys() - {MESSAGES[0].body}
    there = replace(database, settings=settings._replace(parked_queue_url=settings.chunk_queue_url))
    assert received(there).keys() == {MESSAGES[0].body}


def test_an_event_is_put(database: Database) -> None:
    events.announce(database, "Job completed", [{"job": "1"}, {"job": "2"}])


def test_a_queue_that_is_not_there_is_a_refusal_for_good(database: Database) -> None:
    url = database.settings.chunk_queue_url + "-none"
    with pytest.raises(CallRefused, match="QueueDoesNotExist"):
        queue.send(database, url, MESSAGES[:1])
    # AND to delay one of its messages fails without a word, since it comes again by itself
    queue.delay(database, url, "receipt", 0)


def test_an_emulator_that_is_gone_is_busy(answers: Answers, to: Any) -> None:
    # GIVEN an address where nobody listens any more
    answers.close()
    clock = FakeClock()
    database = Database(
        None, SETTINGS, clock=clock, sleep=clock.sleep, service=lambda service: to(service, answers.url)
    ).within(20)
    # THEN messages and events can't be sent for now
    with pytest.raises(StorageBusy):
        queue.send(database, "q", MESSAGES)
    with pytest.raises(StorageBusy):
        events.announce(database, "Job completed", [{}])
