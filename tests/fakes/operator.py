"""The operator's command line on the demo accounts in memory."""

import json
from typing import Any, NamedTuple

from typer.testing import CliRunner

from loyalty.store.dynamodb import Database
from tests.fakes.world import World
from tools.operator.application import app


class Result(NamedTuple):
    """What a command left: its exit code, its output, its remarks."""

    exit_code: int
    out: str
    err: str

    def json(self) -> Any:
        """The output, read as JSON."""
        return json.loads(self.out)


class FakeSystem:
    """A system whose tables and endpoints are a World's."""

    def __init__(self, world: World) -> None:
        self._world = world

    def database(self, seconds: float = 60) -> Database:
        """The tables, with nothing cached."""
        return self._world.process(self._world.dynamodb).within(seconds)


class Desk:
    """An operator at work on a World."""

    def __init__(self) -> None:
        self.world = World()
        self.system = FakeSystem(self.world)

    def run(self, *arguments: str, answer: str | None = None) -> Result:
        """Give a command; `answer` is typed when it asks."""
        result = CliRunner().invoke(app, arguments, obj=self.system, input=answer)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Result(result.exit_code, result.stdout, result.stderr)

    def json(self, *arguments: str) -> Any:
        """Give a command that succeeds; what it says."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result
        return result.json()
