"""As much PartiQL as the store writes: INSERTs, and UPDATEs of one item, whose values are all parameters."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

_NAME = r"[\w.:#-]+"
_INSERT = re.compile(rf"""INSERT INTO "([\w.-]{{3,255}})" VALUE \{{('{_NAME}':\?(?:,'{_NAME}':\?)*)\}}""")
_UPDATE = re.compile(r'UPDATE "([\w.-]{3,255})" ((?:SET|REMOVE) .+?) WHERE (.+)')
_SET = re.compile(rf'SET "?({_NAME}?)"?=(?:(\w+)\+)?\?')
_REMOVE = re.compile(r"REMOVE (\w+)")
_CONDITION = re.compile(rf'"?({_NAME}?)"?( IS MISSING|=\?|<\?)')
_KEYS = ("pk", "sk")

Item = dict[str, Any]


class Change(NamedTuple):
    """A value that an UPDATE gives an attribute, after it is added to one that is there."""

    name: str
    added_to: str
    value: Item


class Statement(NamedTuple):
    """A statement about one item: its table, the item's key, what it inserts, or else changes if `conditions` hold.

    `told` is whether what it meets where they don't hold is to be told.
    """

    table: str
    key: Item
    inserts: Item | None
    changes: Sequence[Change] = ()
    removes: Sequence[str] = ()
    conditions: Mapping[str, tuple[str, Item | None]] = {}
    told: bool = False

    @property
    def refusal(self) -> str:
        """What it is refused as."""
        return "ConditionalCheckFailed" if self.inserts is None else "DuplicateItem"

    def after(self, before: Item | None) -> Item | None:
        """The item that it leaves, None where it is refused."""
        if self.inserts is not None:
            return self.inserts if before is None else None
        if before is None or not all(_holds(before.get(name), *one) for name, one in self.conditions.items()):
            return None
        changed = {**before, **{one.name: _sum(before.get(one.added_to), one.value) for one in self.changes}}
        return {name: value for name, value in changed.items() if name not in self.removes}


def read(statement: Mapping[str, Any]) -> Statement:
    """A statement as it is sent."""
    text, parameters = statement["Statement"], statement["Parameters"]
    if insert := _INSERT.fullmatch(text):
        item = dict(zip(re.findall(rf"'({_NAME})':\?", insert[2]), parameters, strict=True))
        return Statement(insert[1], _key(item), item)
    update = _UPDATE.fullmatch(text)
    assert update, text
    sets, removes = _SET.findall(update[2]), _REMOVE.findall(update[2])
    assert len(sets) == update[2].count("?"), text
    assert len(removes) == update[2].count("REMOVE "), text
    conditions = [match.groups() for one in update[3].split(" AND ") if (match := _CONDITION.fullmatch(one))]
    assert len(conditions) == 1 + update[3].count(" AND "), text
    values = iter(parameters)
    changes = [Change(name, added_to, next(values)) for name, added_to in sets]
    met = {name: (word, next(values) if "?" in word else None) for name, word in conditions}
    assert next(values, None) is None, text
    key = _key({name: value for name, (_, value) in met.items()})
    told = statement.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    return Statement(update[1], key, None, changes, removes, met, told)


def _key(attributes: Mapping[str, Any]) -> Item:
    return {name: attributes[name] for name in _KEYS if name in attributes}


def _holds(stored: Item | None, word: str, value: Item | None) -> bool:
    if word == " IS MISSING":
        return stored is None
    if stored is None or value is None:
        return False
    return stored == value if word == "=?" else float(stored["N"]) < float(value["N"])


def _sum(stored: Item | None, value: Item) -> Item:
    return {"N": str(int(stored["N"]) + int(value["N"]))} if stored else value
