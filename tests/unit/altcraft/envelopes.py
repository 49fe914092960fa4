"""What Altcraft's calls about one customer answer, whole; and parameters that each of its calls refuses alike."""

from typing import Any

from tests.fakes.gateway import Reply

HEADERS = {"X-Content-Type-Options": "nosniff", "X-Request-Id": "request-1"}
JSON_HEADERS = {"Content-Type": "application/json", **HEADERS}
XML_HEADERS = {"Content-Type": "application/xml; charset=utf-8", **HEADERS}

BAD: dict[str, tuple[dict[str, Any], int, str]] = {
    "no token": ({"token": None}, 401, "API token required"),
    "an unknown token": ({"token": "x"}, 401, "API token is invalid"),
    "a token that is a number": ({"token": 1}, 401, "API token is invalid"),
    "no program": ({"loyalty_program_id": None}, 400, "loyalty_program_id is required"),
    "a program in words": (
        {"loyalty_program_id": "one"},
        400,
        'loyalty_program_id must be a positive integer of 64 bits; it is "one"',
    ),
    "an unknown program": ({"loyalty_program_id": 999}, 404, "Loyalty program not found"),
    "no matching": ({"matching": None}, 400, "matching is required"),
    "an unknown matching": (
        {"matching": "name"},
        400,
        'matching must be email, phone, profile_id or custom; it is "name"',
    ),
    "a format that is none": ({"format": "csv"}, 400, 'format must be json or xml; it is "csv"'),
}
"""Changes of a request that concerns a program, and the HTTP status and the text that refuse them."""


def in_json(status: int, error: int, text: str, profile_id: str | None) -> Reply:
    """The envelope of one customer in JSON."""
    profile = f'"{profile_id}"' if profile_id else "null"
    return Reply(status, JSON_HEADERS, f'{{"error":{error},"error_text":"{text}","profile_id":{profile}}}')


def in_xml(status: int, error: int, text: str, profile_id: str | None) -> Reply:
    """The same in XML."""
    profile = f"<profile_id>{profile_id}</profile_id>" if profile_id else "<profile_id />"
    body = f"<xml><error>{error}</error><error_text>{text}</error_text>{profile}</xml>"
    return Reply(status, XML_HEADERS, body)
