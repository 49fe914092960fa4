"""The in-memory client with DynamoDB's limits, its memory of transaction tokens, and a meter of write units."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from tests.fakes.memory import Item, MemoryClient

_UNIT = 1024


class MeteredClient(MemoryClient):
    """Refuses what DynamoDB refuses; `units` are the write units spent by table, `remembers_tokens` as DynamoDB does."""

    def __init__(self, *, remembers_tokens: bool = True) -> None:
        super().__init__()
        self.units: Counter[str] = Counter()
        self._tokens: set[str] = set()
        self._remembers_tokens = remembers_tokens

    def put_item(self, **request: Any) -> Item:
        """Put, at a unit for each KB."""
        self.units[request["TableName"]] += _units(request["Item"])
        return super().put_item(**request)

    def update_item(self, **request: Any) -> Item:
        """Update, at a unit."""
        self.units[request["TableName"]] += 1
        return super().update_item(**request)

    def batch_get_item(self, RequestItems: Mapping[str, Item]) -> Item:
        """Read at most 100 distinct items."""
        ((_, wanted),) = RequestItems.items()
        _refuse_repeats([str(key) for key in wanted["Keys"]], most=100)
        return super().batch_get_item(RequestItems)

    def batch_execute_statement(self, Statements: Sequence[Item]) -> Item:
        """Insert at most 25 distinct items, at a unit for each KB of each."""
        _refuse_repeats([str(statement["Parameters"][:2]) for statement in Statements], most=25)
        for statement in Statements:
            self.units[statement["Statement"].split('"')[1]] += math.ceil(len(str(statement["Parameters"])) / _UNIT)
        return super().batch_execute_statement(Statements)

    def transact_write_items(self, TransactItems: Sequence[Item], ClientRequestToken: str) -> Item:
        """Do at most 100 actions on distinct items, at two units for each KB; once for each token."""
        actions = [next(iter(action.values())) for action in TransactItems]
        keys = [action.get("Key") or action["Item"] for action in actions]
        places = [
            f"{action['TableName']} {key['pk']} {key.get('sk')}" for action, key in zip(actions, keys, strict=True)
        ]
        _refuse_repeats(places, most=100)
        if self._remembers_tokens and ClientRequestToken in self._tokens:
            return {}
        for action in actions:
            self.units[action["TableName"]] += 2 * _units(action.get("Item", {}))
        answer = super().transact_write_items(TransactItems, ClientRequestToken)
        self._tokens.add(ClientRequestToken)
        return answer


def _units(item: Item) -> int:
    size = sum(len(name) + sum(map(_size, value.values())) for name, value in item.items())
    return max(1, math.ceil(size / _UNIT))


def _size(value: Any) -> int:
    return len(value) if isinstance(value, bytes | str) else len(str(value))


def _refuse_repeats(keys: Sequence[str], most: int) -> None:
    if len(set(keys)) != len(keys) or not 0 < len(keys) <= most:
        raise ClientError({"Error": {"Code": "ValidationException"}}, "")
