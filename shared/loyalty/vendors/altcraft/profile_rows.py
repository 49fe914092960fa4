"""Altcraft's profiles to rows of an import: whom each is about, and what its `data` gives or blanks.

Names in `data` are Altcraft's own (`_fname`, `phones`, …), those that the account gave its fields, or ours; others are
ignored, as a profile there has many more. null and "" blank a field, one that is not given stays.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.domain.account import Account
from loyalty.domain.errors import BadRequest, DatabaseNotFound, ParameterError
from loyalty.domain.identifiers import Identifier, custom_field, normalise, refused_as
from loyalty.domain.outcome import Outcome, invalid
from loyalty.domain.profile import STANDARD, settle, unique_kinds
from loyalty.domain.quoting import refusal
from loyalty.domain.text import is_blank
from loyalty.http.body import Hosts, integer_id, too_large
from loyalty.operations.import_customers.items import Row
from loyalty.vendors.altcraft.items import no_match_field

_MATCHINGS = {
    **dict.fromkeys(("email", "email_profile", "email_sub", "email_phone"), "email"),
    **dict.fromkeys(("phone", "phone_sub"), "phone"),
    "profile_id": "profile_id",
    "custom": "custom",
}
_THEIRS = {"_fname": "first_name", "_lname": "last_name", "_bdate": "custom_date", "phones": "phone"}

Fields = Mapping[str, Any]


def matching(value: object) -> str:
    """By what profiles are found: email, phone, profile_id or custom; raises BadRequest."""
    if value is None:
        return "email"
    if not isinstance(value, str) or value not in _MATCHINGS:
        raise ParameterError("matching", "must be email, phone, profile_id or custom", value)
    return _MATCHINGS[value]


def check_database(value: object, account: Account) -> None:
    """Refuse a `db_id` that is not the account's; raises BadRequest or DatabaseNotFound."""
    if value is None:
        return
    if (number := integer_id(value)) is None:
        raise ParameterError("db_id", "must be a positive integer of 64 bits", value)
    if account.database_id not in (None, number):
        raise DatabaseNotFound(number)


class _Wrong(Exception):
    """What is wrong with a profile; the text is the reason."""


class Reader:
    """Reads the profiles of one request, whose document says what they are matched by."""

    def __init__(self, account: Account, by: str, document: Fields) -> None:
        self._account, self._by, self._document = account, by, document
        self._unique = frozenset(unique_kinds(account))
        self._names = _names(account)
        self._match_field = self._named_beside(document.get("field_name")) if by == "custom" else None

    def single(self, data: Fields) -> Row | Outcome:
        """The row of a profile whose matching field stands beside `data`, or in it."""
        beside = {name: value for name, value in self._document.items() if name != "data"}
        Hosts().note(data.get("email"))
        return self._row(data, beside)

    def batch(self, elements: Sequence[object]) -> list[Row | Outcome]:
        """The row of each profile, whose matching field is one of its own."""
        hosts = Hosts()
        for element in elements:
            hosts.note(element.get("email") if isinstance(element, dict) else None)
        return [self._element(element) for element in elements]

    def _element(self, element: object) -> Row | Outcome:
        if not isinstance(element, dict):
            return invalid(refusal("The item", "must be an object", element))
        return self._row(element, {})

    def _row(self, data: Fields, beside: Fields) -> Row | Outcome:
        if too_large(data):
            return invalid("The item is larger than 64 KB")
        try:
            by, spelling = self._key(data, beside)
            given = self._given(data)
        except _Wrong as wrong:
            return invalid(str(wrong))
        fields: dict[str, str] = {} if by[0] == "profile_id" else {by[0]: spelling}
        fields |= {field: text for field, text in given.items() if text}
        called = {self._names[name]: name for name in data if name in self._names}
        for field, text in fields.items():
            fields[field], fault = settle(field, text, self._unique, called.get(field))
            if fault:
                return invalid(fault)
        return Row(fields, by=(by,), blank=tuple(field for field, text in given.items() if not text))

    def _key(self, data: Fields, beside: Fields) -> tuple[Identifier, str]:
        """The identifier that finds the profile, and how it was spelled."""
        if self._by == "custom":
            kind, name, names = self._custom_kind(data), "field_value", self._custom_names(data)
        else:
            kind = name = self._by
            names = ("phone", "phones") if kind == "phone" else (kind,)
        values = (source.get(one) for source in (beside, data) for one in names)
        text = _text(name, next((value for value in values if value is not None), None))
        if is_blank(text):
            raise _Wrong(f"{name} is required")
        normal = normalise(kind, text)
        if normal is None:
            raise _Wrong(refused_as(name, kind, text))
        return (kind, normal), text

    def _custom_kind(self, data: Fields) -> str:
        name = data.get("field_name")
        if self._match_field is None and name is None:
            raise _Wrong("field_name is required")
        kind = self._match_field or self._match_kind(name)
        if kind is None:
            raise _Wrong(no_match_field(name, self._account))
        return kind

    def _custom_names(self, data: Fields) -> tuple[str, ...]:
        """Where the value of the match field stands: in `field_value`, or under its own name."""
        name = self._document.get("field_name") or data.get("field_name")
        return ("field_value", str(name), self._custom_kind(data))

    def _named_beside(self, name: object) -> str | None:
        """The match field that all profiles are matched by, None where each names its own; raises BadRequest."""
        kind = self._match_kind(name)
        if kind is None and name is not None:
            raise BadRequest(no_match_field(name, self._account))
        return kind

    def _match_kind(self, name: object) -> str | None:
        return self._account.match_kind(name) if isinstance(name, str) else None

    def _given(self, data: Fields) -> dict[str, str]:
        """What `data` gives of each field that customers have, empty where it blanks it."""
        given: dict[str, str] = {}
        for name, value in data.items():
            if field := self._names.get(name):
                text = _text(name, value)
                given[field] = "" if is_blank(text) else text
        return given


def _names(account: Account) -> dict[str, str]:
    """Each name that a field may have in `data`, and the field that it means."""
    own = {field.name: custom_field(field.number) for field in account.custom_fields}
    return {**own, **{field: field for field in (*STANDARD, *own.values())}, **_THEIRS}


def _text(name: str, value: object) -> str:
    """A value as text: of a list its first one, as phones are sent; raises _Wrong."""
    if isinstance(value, list):
        value = value[0] if value else None
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise _Wrong(refusal(name, "must be text or an integer", value))
    return value
