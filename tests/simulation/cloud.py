"""AWS as a history has it: tables, queues with their mappings, functions with their rules, and what goes wrong."""

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from loyalty.doors import file_trigger, queue_trigger
from loyalty.doors.endpoint import Handler
from loyalty.settings import Settings
from loyalty.store.engine.cache import TimedCache
from loyalty.store.engine.dynamodb import Database
from tests.fakes.delivery import DEAD_LETTERS
from tests.fakes.dynamodb import FakeDynamoDB
from tests.fakes.faults import Answer
from tests.fakes.items import Key
from tests.fakes.queues import CHUNKS, PARKED, SPLITS, FakeEvents, FakeSQS, Message
from tests.simulation import weather
from tests.simulation.calls import Client
from tests.simulation.kernel import Actor, Kernel
from tests.simulation.ledger import request_id
from tests.simulation.mappings import Mapping
from tests.simulation.weather import Outage, Weather
from tools.local.template import load, resources

_PAYLOAD_CHARACTERS = 6 * 1_048_576
"""What an invocation may answer."""


class Rules(NamedTuple):
    """What template.yaml says of functions and queues."""

    request_seconds: float
    worker_seconds: float
    visibility_seconds: float
    most_receives: int


@cache
def rules() -> Rules:
    """The template's rules."""
    template = load()
    functions = resources(template, "AWS::Serverless::Function")
    queue = resources(template, "AWS::SQS::Queue")["ChunkQueue"]
    return Rules(
        float(template["Globals"]["Function"]["Timeout"]),
        float(functions["ProcessChunkFunction"]["Timeout"]),
        float(template["Parameters"]["ChunkVisibilitySeconds"]["Default"]),
        int(queue["RedrivePolicy"]["maxReceiveCount"]),
    )


class Step(NamedTuple):
    """One line of a history."""

    moment: float
    actor: str
    action: str
    arguments: Any
    fault: str | None


class Happened(NamedTuple):
    """A fault that happened: to whom, at which of its calls; what a shrunk history keeps."""

    actor: str
    call: int
    fault: str


class Cloud:
    """All of AWS in one history.

    `only` are the faults that may happen where a history is repeated with fewer of them, None for all.
    """

    def __init__(self, kernel: Kernel, weather_: Weather, settings: Settings, only: frozenset[Happened] | None) -> None:
        self.kernel, self.weather, self.settings, self._only = kernel, weather_, settings, only
        self.dynamodb = _Tables(self)
        self.sqs, self.events = _Queues(self), FakeEvents()
        self.caller: Actor | None = None
        self.steps: list[Step] = []
        self.happened: dict[Happened, None] = {}
        self.faults: Counter[str] = Counter()
        self.parked = 0
        """How many messages were parked."""
        self.given_up: dict[str, int] = {}
        """How often the chunk of each message was begun that became a dead letter."""
        self._client = Client(self, "dynamodb", self.dynamodb)
        self._services = {"sqs": Client(self, "sqs", self.sqs), "events": Client(self, "events", self.events)}
        self._warm: dict[str, list[tuple[Database, Handler]]] = {}
        self.rules = rules()
        self.mappings = {
            CHUNKS: Mapping(self, CHUNKS, "process_chunk", queue_trigger.process_chunks, 3),
            DEAD_LETTERS: Mapping(self, DEAD_LETTERS, "bury_chunk", queue_trigger.bury_chunks, 2),
            # With the time of a worker a splitter does one step: so there are many, one after the other.
            SPLITS: Mapping(self, SPLITS, "split_file", file_trigger.split_files, 2),
        }

    def look(self, url: str) -> None:
        """Have a queue's messages delivered when they become visible; nobody is fed by the parked queue."""
        if url in self.mappings:
            self.mappings[url].look()

    def calm(self) -> bool:
        """Whether faults are over."""
        return self.kernel.now >= self.weather.until

    def happens(self, actor: Actor, fault: str) -> bool:
        """Whether a fault that the seed draws happens in this repetition; it is counted then."""
        one = Happened(actor.name, actor.calls, fault)
        if self._only is not None and one not in self._only:
            return False
        self.happened[one] = None
        self.faults[fault] += 1
        return True

    def happens_to_all(self, number: int, outage: Outage, actor: Actor) -> bool:
        """The same for an outage, which happens or not as a whole."""
        one = Happened(f"outage {number} of {outage.place}", 0, outage.kind)
        if (self._only is not None and one not in self._only) or actor.kind in ("judge", "operator"):
            return False
        self.happened[one] = None
        self.faults[outage.kind] += 1
        return True

    def note(self, actor: Actor, action: str, arguments: Any, fault: str | None = None) -> None:
        """Note a step of the history."""
        self.steps.append(Step(self.kernel.now, actor.name, action, arguments, fault))

    def database(self) -> Database:
        """The database of a new process, with nothing cached."""
        kernel = self.kernel
        return Database(
            self._client,
            self.settings,
            TimedCache(kernel.clock),
            clock=kernel.clock,
            sleep=self._sleep,
            now=kernel.time,
            service=self._services.__getitem__,
        )

    def invoke(
        self, actor: Actor, function: str, make: Callable[[Callable[[], Database]], Handler], event: Any, seconds: float
    ) -> Actor:
        """Invoke a function: in a warm process where there is one, for so long at most."""
        warm = self._warm.setdefault(function, [])
        if warm and actor.rng.random() < 0.7:
            database, handler = warm.pop()
        else:
            database = self.database()
            handler = make(lambda: database)

        def run() -> Any:
            answer = handler(event, _Context(self.kernel, actor))
            assert len(answer.get("body", "")) <= _PAYLOAD_CHARACTERS
            warm.append((database, handler))
            return answer

        def timed_out(ended: Actor) -> None:
            if ended.died and self.kernel.now >= ended.deadline:
                self.faults[weather.TIMEOUT] += 1

        actor.watchers.append(timed_out)
        return self.kernel.spawn(actor, run, lifetime=seconds)

    def _sleep(self, seconds: float) -> None:
        self.kernel.pause(max(seconds, 0.001))


class _Context:
    """The context of an invocation, whose time goes by."""

    def __init__(self, kernel: Kernel, actor: Actor) -> None:
        self._kernel, self._actor = kernel, actor
        self.aws_request_id = request_id(actor.name)

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda's own."""
        return int(1_000 * (self._actor.deadline - self._kernel.now))


class _Tables(FakeDynamoDB):
    """The tables; what a call is given is not kept, which its log of calls would double."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud.kernel.clock)
        self._cloud = cloud
        assert self.versions
        self.versions.lag = self._lag

    def _call(self, _action: str, arguments: dict[str, Any], do: Callable[[dict[str, Any]], Answer]) -> Answer:
        return do(arguments) | {"ResponseMetadata": {"HTTPStatusCode": 200}}

    def _lag(self, _place: tuple[str, Key]) -> float:
        cloud = self._cloud
        actor = cloud.caller
        if actor is None or cloud.calm() or actor.kind == "judge":
            return 0.0
        chance, lag = actor.rng.random(), actor.rng.random()
        return lag if chance < cloud.weather.stale and cloud.happens(actor, weather.STALE) else 0.0


class _Queues(FakeSQS):
    """The queues; a message's id says who sent it, so that it is the same when others are not there."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud.kernel.clock)
        self._cloud = cloud
        self._sent: Counter[str] = Counter()

    def send_message_batch(self, **arguments: Any) -> Answer:
        """SendMessageBatch."""
        answer = super().send_message_batch(**arguments)
        self._cloud.look(arguments["QueueUrl"])
        self._cloud.parked += len(arguments["Entries"]) if arguments["QueueUrl"] == PARKED else 0
        return answer

    def change_message_visibility(self, **arguments: Any) -> Answer:
        """ChangeMessageVisibility."""
        answer = super().change_message_visibility(**arguments)
        self._cloud.look(arguments["QueueUrl"])
        return answer

    def _message(self, entry: dict[str, Any]) -> Message:
        sender = self._cloud.caller
        name = sender.name if sender else "nobody"
        self._sent[name] += 1
        message = super()._message(entry)
        return message._replace(id=f"{name}>{self._sent[name]}", rounds=sender.rounds if sender else 0)
