"""The parameters of a file, as JSON brings them: an error names what is wrong, and says what would be right."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from loyalty.domain.errors import BadRequest, ParameterError
from loyalty.domain.quoting import quote
from loyalty.domain.text import LONGEST_WORD, control_fault

_MOST_COLUMNS = 1_000


class Parameters:
    """An object of parameters, which `called` names in errors; raises BadRequest for one that is not `known`."""

    def __init__(self, document: object, called: str, known: Sequence[str]) -> None:
        if not isinstance(document, dict):
            raise ParameterError(called, "must be an object", document)
        self._document: Mapping[str, Any] = {name: value for name, value in document.items() if value is not None}
        self._called = called
        if unknown := sorted(self._document.keys() - set(known)):
            raise BadRequest(f"unknown parameter {quote(f'{called}.{unknown[0]}')}; one of {', '.join(known)}")

    def text(self, name: str) -> str | None:
        """A text that is not blank, or an integer as one; None where there is none. Raises BadRequest."""
        value = self._document.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if value is not None and not _is_text(value):
            raise ParameterError(self._name(name), f"must be text of 1 to {LONGEST_WORD} characters", value)
        return None if value is None else str(value).strip()

    def required(self, name: str) -> str:
        """A text that has to be there; raises BadRequest."""
        text = self.text(name)
        if text is None:
            raise BadRequest(f"{self._name(name)} is required")
        return text

    def one_of(self, name: str, values: Collection[str], otherwise: str) -> str:
        """One of these words; raises BadRequest."""
        value = self._document.get(name, otherwise)
        if not isinstance(value, str) or value not in values:
            raise ParameterError(self._name(name), f"must be {' or '.join(values)}", value)
        return value

    def switch(self, name: str, *, otherwise: bool) -> bool:
        """Whether something is wanted; raises BadRequest."""
        value = self._document.get(name, otherwise)
        if not isinstance(value, bool):
            raise ParameterError(self._name(name), "must be true or false", value)
        return value

    def number(self, name: str, least: int, most: int) -> int | None:
        """A whole number, None where there is none; raises BadRequest."""
        value = self._document.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ParameterError(self._name(name), f"must be a whole number from {least} to {most}", value)
        return value

    def texts(self, name: str, most: int) -> tuple[str, ...]:
        """A list of texts or integers, each once; raises BadRequest."""
        value = self._document.get(name)
        called = f"must be a list of 1 to {most} ids"
        if not isinstance(value, list) or not 0 < len(value) <= most:
            raise ParameterError(self._name(name), called, value)
        found = [str(one) if isinstance(one, int) and not isinstance(one, bool) else one for one in value]
        for one in found:
            if not _is_text(one):
                raise ParameterError(self._name(name), called, one)
        return tuple(dict.fromkeys(one.strip() for one in found))

    def columns(self, name: str) -> dict[str, str]:
        """Fields by the headers of their columns; raises BadRequest."""
        value = self._document.get(name, {})
        if not isinstance(value, dict) or len(value) > _MOST_COLUMNS:
            raise ParameterError(self._name(name), "must be an object of headers and their fields", value)
        for header, field in value.items():
            if not _is_text(header) or not _is_text(field):
                raise ParameterError(f"{self._name(name)} of {quote(header)}", "must be the name of a field", field)
        return value

    def _name(self, name: str) -> str:
        return f"{self._called}.{name}"


def _is_text(value: object) -> bool:
    """Whether it is a text that can be stored: not blank, of no more characters than any name has, and no controls."""
    return isinstance(value, str) and bool(value.strip()) and len(value) <= LONGEST_WORD and is_one_line(value)


def is_one_line(text: str) -> bool:
    """Whether a text holds no control character, line ends and tabs among them."""
    return not control_fault(text) and {"\t", "\r", "\n"}.isdisjoint(text)
