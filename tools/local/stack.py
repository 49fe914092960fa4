"""The whole local stack, as `make run` and the end-to-end tests use it."""

import http.client
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tools import demo
from tools.local import layer, port, template
from tools.local.deliveries import delivering
from tools.local.deploy import client, deploy
from tools.local.front import Front, serving
from tools.local.gateway import GatewayResponses
from tools.local.ministack import Ministack
from tools.local.state import claimed

LOGS = template.ROOT / "build" / "local"

# Here the machine is the limit: it throttles nothing, and runs as many workers as it has processors.
_PARAMETERS = {"ThrottleRate": "10000", "ThrottleBurst": "5000", "WorkerConcurrency": "2"}


def _silent(_line: str) -> None:
    pass


class LocalStack:
    """The deployed template with its demo data, between `with` and the end of its block.

    `url` is the API's base URL, `endpoint_url` the emulator's, `tables` the tables' names and `queues` the queues'
    URLs by the functions' environment variables; `parameters` are the template's. `addresses_are_told` may be set
    before the start (see `Front`), `is_warm`, without which a function starts when it is first called, and `listen`,
    the address that the API is served on. Nothing else is listened on but loopback. Several may run at once: each has
    its `log`, by its port unless it is given.
    """

    def __init__(
        self,
        front_port: int = 0,
        *,
        state: Path | None = None,
        log: Path | None = None,
        parameters: Mapping[str, str] | None = None,
        progress: Callable[[str], None] = _silent,
    ) -> None:
        self._port = front_port
        self._state = state
        self._log = log
        self._parameters = {**_PARAMETERS, **(parameters or {})}
        self.addresses_are_told = False
        self.is_warm = True
        self.listen = port.LOOPBACK
        self._progress = progress
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            self._start(opening)
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._open.close()

    def _start(self, opening: ExitStack) -> None:
        bound = opening.enter_context(port.reserve(self._port, self.listen))
        if self._state:
            opening.enter_context(claimed(self._state))
        self.port: int = bound.getsockname()[1]
        self.url = f"http://{port.LOOPBACK}:{self.port}"
        self.log = self._log or LOGS / f"{self.port}.log"
        described = template.load()
        self._progress("Preparing the layer")
        built = layer.build()
        self._progress("Starting the local AWS emulator")
        self.ministack = opening.enter_context(Ministack(self.log, self._state, built))
        self.endpoint_url = self.ministack.endpoint_url
        self._progress("Deploying template.yaml")
        deployment = deploy(described, self.endpoint_url, self._parameters)
        self.tables, self.queues = deployment.tables, deployment.queues
        self._progress("Adding the demo accounts")
        demo.seed(self.endpoint_url, self.tables)
        responses = GatewayResponses(described)
        front = Front(deployment.api_url, responses, addresses_are_told=self.addresses_are_told)
        opening.enter_context(serving(front, bound))
        if self.is_warm:
            self._progress("Warming the functions")
            self._warm(template.routes(described), deployment.workers)
        opening.enter_context(delivering(self.endpoint_url))

    def _warm(self, routes: list[template.Route], workers: list[str]) -> None:
        first = {route.function: route for route in reversed(routes)}
        with ThreadPoolExecutor() as pool:
            warming = [pool.submit(self._call, route) for route in first.values()]
            warming += [pool.submit(self._feed_nothing, worker) for worker in workers]
        for one in warming:
            one.result()

    def _call(self, route: template.Route) -> None:
        # Without credentials or a body every route but /health refuses; its process is there afterwards.
        address = self.url.removeprefix("http://")
        connection = http.client.HTTPConnection(address, timeout=60)
        try:
            connection.request(route.method, re.sub("{.*?}", "warm-up", route.path))
            connection.getresponse().read()
        finally:
            connection.close()

    def _feed_nothing(self, worker: str) -> None:
        client("lambda", self.endpoint_url).invoke(FunctionName=worker, Payload=b'{"Records":[]}')
