"""PartiQL statements, many in few calls: each is conditional, and fails by itself."""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from loyalty.domain.errors import InternalError
from loyalty.store.aws.errors import CallError
from loyalty.store.engine.batch import batches, side_by_side
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.engine.faults import PASSING_CODES, is_lost, raise_unless_passing

MOST_TOGETHER = 25
"""Statements of one BatchExecuteStatement, DynamoDB's limit."""

_REFUSED = ("DuplicateItem", "ConditionalCheckFailed")


class Answered(NamedTuple):
    """What became of a statement: it was done unless there is a `code`; the item that it `met` instead, if it said."""

    code: str | None
    met: Item | None = None

    @property
    def passing(self) -> bool:
        """Whether another try may do it, or find it done."""
        return self.code in PASSING_CODES

    @property
    def refused(self) -> bool:
        """Whether its condition did not hold."""
        return self.code in _REFUSED


_DONE = Answered(None)


def execute(database: Database, statements: Sequence[Item]) -> list[Answered]:
    """One call of at most MOST_TOGETHER statements on distinct items; what became of each."""
    try:
        answer = database.client.batch_execute_statement(Statements=statements)
    except CallError as error:
        raise_unless_passing(error)
        return [Answered("ServiceUnavailable" if is_lost(error) else "ThrottlingError")] * len(statements)
    if "Responses" not in answer:  # it was cut short
        return [Answered("ServiceUnavailable")] * len(statements)
    return [_answered(response["Error"]) if "Error" in response else _DONE for response in answer["Responses"]]


def execute_all(database: Database, statements: Sequence[Item]) -> list[Answered]:
    """Any number of them, each repeated while that may help and there is time, so that one may be its own obstacle."""

    def repeat(some: Sequence[Item]) -> list[Answered]:
        return _repeat(database, some)

    return list(chain.from_iterable(side_by_side(repeat, batches(statements, MOST_TOGETHER))))


def _answered(error: Item) -> Answered:
    return Answered(error.get("Code"), error.get("Item"))


def _repeat(database: Database, statements: Sequence[Item]) -> list[Answered]:
    answers = [Answered("ThrottlingError")] * len(statements)
    pending = list(range(len(statements)))
    for _ in database.tries():
        for index, answer in zip(pending, execute(database, [statements[place] for place in pending]), strict=True):
            answers[index] = answer
        pending = [index for index in pending if answers[index].passing]
        if not pending:
            break
    wrong = next((one for one in answers if one.code and not one.passing and not one.refused), None)
    if wrong:
        raise InternalError(f"a statement was refused: {wrong.code}")
    return answers
