"""The operations, each named once: messages, jobs, rights, documents and the command line follow from this.

A new one is a folder beside the others, and a word in `_OWN`.
"""

from collections.abc import Mapping
from typing import Any

from loyalty.domain.account import JOBS_READ, MIGRATE, READ
from loyalty.operations.base import Operation
from loyalty.operations.earn.operation import EARN
from loyalty.operations.enrol.operation import ENROL
from loyalty.operations.erase.operation import ERASE
from loyalty.operations.import_customers.operation import IMPORT
from loyalty.operations.kind import Fields, Item, Kind, Params
from loyalty.operations.leave.operation import LEAVE
from loyalty.operations.revoke.operation import REVOKE
from loyalty.operations.undo.operation import undo_of

AnyOperation = Operation[Fields, object, object]
"""An operation that is known by its name only: what it reads and prepares can only be given back to it."""

_OWN: tuple[Operation[Any, Any, Any], ...] = (ENROL, IMPORT, EARN, REVOKE, LEAVE, ERASE)
"""What contracts can ask for. The only place where types are forgotten: one collection holds values of many types."""

UNDO = undo_of({one.kind.name: one for one in _OWN})

_ALL = {one.kind.name: one for one in (*_OWN, UNDO)}

OPERATIONS: Mapping[str, AnyOperation] = _ALL
"""By their names in messages and jobs."""

RIGHTS = frozenset({JOBS_READ, MIGRATE, READ, *(one.kind.right for one in OPERATIONS.values())})
"""What a credential may be for."""


def of(kind: Kind[Params, Item]) -> Operation[Params, Item, object]:
    """The operation of a kind; what it prepares can only be given back to it."""
    return _ALL[kind.name]
