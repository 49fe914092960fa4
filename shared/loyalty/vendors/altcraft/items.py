"""Altcraft's parameters and the elements of its `data`: normalised, or refused with a reason.

A list is validated inside pydantic-core with None in the place of each wrong element, so that one bad
item costs the others nothing; only the wrong ones are looked at again, for the reason.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Annotated, Any, NotRequired

from pydantic import AfterValidator, GetCoreSchemaHandler, StrictInt, TypeAdapter, ValidationError
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from typing_extensions import TypedDict

from loyalty.domain import moment
from loyalty.domain.account import Account
from loyalty.domain.errors import BadRequest, ParameterError
from loyalty.domain.identifiers import Identifier, normalise, refused, refused_as
from loyalty.domain.outcome import Outcome, invalid
from loyalty.domain.quoting import quote, refusal
from loyalty.http.body import Hosts, integer_id, too_large
from loyalty.operations.enrol.items import Item

Items = list[Item | Outcome]


def program_id(value: object) -> str:
    """`loyalty_program_id`, an integer or its digits in a string, as decimal text; raises BadRequest."""
    if value is None:
        raise BadRequest("loyalty_program_id is required")
    if (program := integer_id(value)) is None:
        raise ParameterError("loyalty_program_id", "must be a positive integer of 64 bits", value)
    return program


def reader(matching: object, account: Account) -> Callable[[Sequence[Any]], Items]:
    """What turns elements into items under this `matching`; raises BadRequest when there is no such matching."""
    if matching is None:
        raise BadRequest("matching is required")
    if not isinstance(matching, str) or matching not in SHAPES:
        raise ParameterError("matching", "must be email, phone, profile_id or custom", matching)
    identify = partial(_by_custom_field, account) if matching == "custom" else partial(_by_field, matching)
    return partial(_read, matching, identify)


def whom(document: Mapping[str, Any], account: Account) -> Identifier | Outcome:
    """Whom a single call is about, by its `matching` and the fields of that; raises BadRequest."""
    read = reader(document.get("matching"), account)
    item = read([{name: document[name] for name in _NAMING if name in document}])[0]
    return item if isinstance(item, Outcome) else item.identifier


def no_match_field(value: object, account: Account) -> str:
    """Why that is no `field_name`, and what would be one."""
    names = [one.name for one in account.custom_fields if one.match]
    if not names:
        return f"field_name {quote(value)} is no match field: the account has none"
    return refusal("field_name", f"must be {' or '.join(names)}", value)


def to_utc(date: str | None) -> str | None:
    """An RFC 3339 date and time with a zone as the same moment in UTC; raises PydanticCustomError."""
    if date is None:
        return None
    if (stored := moment.utc(date)) is None:
        raise PydanticCustomError("rfc_3339", "must be a date and time with a zone as in RFC 3339")
    return stored


Date = Annotated[str | None, AfterValidator(to_utc)]


class _ByEmail(TypedDict):
    email: str
    registration_date: NotRequired[Date]


class _ByPhone(TypedDict):
    phone: str
    registration_date: NotRequired[Date]


class _ByProfileId(TypedDict):
    profile_id: str
    registration_date: NotRequired[Date]


class _ByCustomField(TypedDict):
    field_name: str
    field_value: str | StrictInt
    registration_date: NotRequired[Date]


SHAPES: dict[str, Any] = {"email": _ByEmail, "phone": _ByPhone, "profile_id": _ByProfileId, "custom": _ByCustomField}
"""What an element has to be under each `matching`."""


_NAMING = frozenset().union(*(shape.__annotations__ for shape in SHAPES.values())) - {"registration_date"}
"""The fields of all shapes that name a customer."""

_EXPECTED = {"field_value": "must be text or an integer"}


class _NoneWhenWrong:
    """Annotation: a value that fails validation becomes None and fails nothing around it."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


@cache
def _element(matching: str) -> TypeAdapter[Any]:
    return TypeAdapter(SHAPES[matching])


@cache
def _elements(matching: str) -> TypeAdapter[Any]:
    return TypeAdapter(list[Annotated[SHAPES[matching], _NoneWhenWrong()]])  # type: ignore[valid-type]  # made at run time


def _read(matching: str, identify: Callable[[Mapping[str, Any]], Item | Outcome], elements: Sequence[Any]) -> Items:
    hosts = Hosts()
    for element in elements if matching == "email" else ():
        hosts.note(element.get("email") if isinstance(element, dict) else None)
    rows = _elements(matching).validate_python(elements)
    return [
        invalid("The item is larger than 64 KB")
        if too_large(element)
        else invalid(_reason(matching, element))
        if row is None
        else identify(row)
        for row, element in zip(rows, elements, strict=True)
    ]


def _by_field(kind: str, row: Mapping[str, Any]) -> Item | Outcome:
    text = normalise(kind, row[kind])
    if text is None:
        return invalid(refused(kind, row[kind]))
    return Item((kind, text), row.get("registration_date"))


def _by_custom_field(account: Account, row: Mapping[str, Any]) -> Item | Outcome:
    kind = account.match_kind(row["field_name"])
    if kind is None:
        return invalid(no_match_field(row["field_name"], account))
    text = normalise(kind, str(row["field_value"]))
    if text is None:
        return invalid(refused_as("field_value", kind, str(row["field_value"])))
    return Item((kind, text), row.get("registration_date"))


def _reason(matching: str, element: object) -> str:
    try:
        _element(matching).validate_python(element)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False)[0]
        return _say(fault["loc"], fault["type"], fault["msg"], fault["input"])
    raise AssertionError("an element that failed in its list is valid by itself")


def _say(location: tuple[int | str, ...], kind: str, message: str, value: object) -> str:
    if not location:
        return refusal("The item", "must be an object", value)
    name = str(location[0])
    if kind == "missing" or value is None:
        return f"{name} is required"
    return refusal(name, message if kind == "rfc_3339" else _EXPECTED.get(name, "must be text"), value)
