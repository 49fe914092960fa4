"""The kind of an operation: what contracts, messages, jobs and credentials have to know of it.

A kind does nothing and imports nothing but values. A contract names the kind that its requests ask for, and is checked
against its params and items without loading the store; `registry` leads from a kind to the operation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from loyalty.domain.account import Account
from loyalty.domain.identifiers import Identifier, normalise, refused
from loyalty.domain.outcome import Outcome, from_json, invalid, to_json

if TYPE_CHECKING:
    from loyalty.operations.schema import Schema

Document = Mapping[str, Any]
"""A JSON object."""


class Fields(Protocol):
    """Any NamedTuple."""

    def _asdict(self) -> Mapping[str, object]: ...


Params = TypeVar("Params", bound=Fields)
"""What all items of a request share."""
Item = TypeVar("Item")
"""One element of a request that can be tried; one that is itself wrong is an `Outcome` in its place."""


def _as_it_is(item: Item, _moment: str) -> Item:
    return item


@dataclass(frozen=True)
class Kind(Generic[Params, Item]):
    """A kind of operation, by its `name` in messages and jobs and the `right` that a credential needs for it.

    `read_params` takes params as messages hold them and the moment that stands in for a missing one (RFC 3339, UTC);
    `item_from` reads an item anew, as what comes from the queue may be anybody's, and refuses one that is itself wrong;
    `item_to` makes what `item_from` takes. `schema` has pydantic's form of both, and is called where messages are read:
    building it takes longer than a function's start may. `fed_contract` answers for jobs that another system feeds;
    None where only we send them. `came` is an item that came at a moment (RFC 3339, UTC) after its job's params.
    """

    name: str
    right: str
    read_params: Callable[[Document, str], Params]
    item_from: Callable[[Document, Account], Item | Outcome]
    item_to: Callable[[Item], Document]
    schema: Callable[[], "Schema"]
    fed_contract: str | None = None
    came: Callable[[Item, str], Item] = _as_it_is

    def write_params(self, params: Params) -> Document:
        """What `read_params` takes."""
        return given(params._asdict())

    def read_item(self, document: Document, account: Account) -> Item | Outcome:
        """An item, or the outcome that was decided before it was sent."""
        return from_json(document["decided"]) if "decided" in document else self.item_from(document, account)

    def write_item(self, item: Item | Outcome) -> Document:
        """What `read_item` takes."""
        return decided(item) if isinstance(item, Outcome) else self.item_to(item)


def given(fields: Mapping[str, object]) -> Document:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def decided(outcome: Outcome) -> Document:
    """An item that was decided before it was sent, as messages hold it."""
    return {"decided": to_json(outcome)}


def read_identifier(document: Document) -> Identifier | Outcome:
    """The `kind` and `value` of an item in a message, normalised, or why no customer can have it."""
    kind, text = document["kind"], document["value"]
    normal = normalise(kind, text)
    return (kind, normal) if normal else invalid(refused(kind, text))


def write_identifier(identifier: Identifier) -> Document:
    """What `read_identifier` takes."""
    kind, text = identifier
    return {"kind": kind, "value": text}
