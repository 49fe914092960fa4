"""Requests about profiles, in JSON and in XML, and what is stored of the demo's customers."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any

from tests.fakes.gateway import PROFILE, PROFILE_UPDATE, PROFILES, Reply
from tests.fakes.importing import ImportWorld
from tests.fakes.requests import JSON, XML, as_json, as_xml
from tests.fakes.world import TOKEN, World
from tools import demo

NEW = "new@example.com"
USER_1 = demo.profile_id(1)
ROUTES = (PROFILE, PROFILE_UPDATE, PROFILES)


class ProfileWorld(ImportWorld):
    """The demo accounts, and a client that sends profiles."""

    def ask(self, path: str, document: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
        """Send a request with the demo's token."""
        sent = {name: value for name, value in {"token": TOKEN, **document}.items() if value is not ...}
        return self._send(path, as_json(sent), {**JSON, **(headers or {})})

    def ask_in_xml(self, path: str, document: Mapping[str, Any]) -> ET.Element:
        """Send a request in XML; the root of the reply."""
        reply = self._send(path, as_xml({"token": TOKEN, **document}), XML)
        assert reply.headers["Content-Type"] == "application/xml; charset=utf-8"
        return ET.fromstring(reply.body)  # noqa: S314 - our own answer

    def fields(self, profile_id: str) -> dict[str, str]:
        """A customer's fields as stored."""
        item = self.dynamodb.tables["customers"][f"{demo.ACCOUNT.id}#profile_id#{profile_id}",]
        kept = {"pk", "profile_id", "customer_id", "origin", "created_by", "found_by", "removable_until"}
        return {name: value["S"] for name, value in item.items() if name not in kept}

    def _send(self, path: str, body: str, headers: dict[str, str]) -> Reply:
        return World.send(self, path, body, headers, request_id=f"request-{next(self._numbers)}")


def done(profile_id: str) -> dict[str, Any]:
    """The envelope, or the result, of a profile that was imported."""
    return {"error": 0, "error_text": "Successful operation", "profile_id": profile_id}


def fault(code: int, text: str) -> dict[str, Any]:
    """The envelope, or the result, of one that was not."""
    return {"error": code, "error_text": text, "profile_id": None}


def told(reply: Reply) -> tuple[int, Any]:
    """A reply's status and body."""
    return reply.status, json.loads(reply.body)
