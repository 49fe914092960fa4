"""Whether a file can be read by its line of headers, before it is sent: by the rules of the job that would read it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from loyalty.domain.account import Account, CustomField
from loyalty.domain.errors import RequestError
from loyalty.domain.rowfile import Heading

from ..faults import OperatorError
from .doors import Door
from .import_door import no_field


def check_columns(door: Door, heading: Heading, told: Mapping[str, Any], *, dry_run: bool) -> None:
    """Refuse a file that its job would refuse; `told` is what GET /account says. Raises OperatorError."""
    from loyalty.files.columns import UnknownColumn  # noqa: PLC0415 - a quarter of a second, for large files alone
    from loyalty.files.registry import FILES  # noqa: PLC0415

    kind = FILES[door.operation]
    try:
        asked = kind.ask(door.file_params(), datetime.now(UTC).isoformat(), dry_run=dry_run)
        kind.check(heading, {**asked.wish, "rights": told["rights"]}, _account(told))
    except UnknownColumn as error:
        raise OperatorError(no_field(error.header, error.field)) from None
    except RequestError as error:
        raise OperatorError(str(error)) from None


def _account(told: Mapping[str, Any]) -> Account:
    """As much of an account as columns depend on."""
    fields = (
        CustomField(int(one["field"].rpartition("_")[2]), one["name"], one["label"], one["match"])
        for one in told["custom_fields"]
    )
    return Account(told["account"], custom_fields=tuple(fields))
