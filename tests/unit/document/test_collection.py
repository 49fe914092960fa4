"""The Postman collection: what it is made of. `make clients` runs it by newman."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.described import DOCUMENT
from tools.document import collection as making
from tools.document.collection import collection
from tools.document.requests import operations, requests
from tools.local.template import ROOT

COLLECTION = collection(DOCUMENT, "https://api.example.com/prod")
ITEMS = {item["name"]: item for folder in COLLECTION["item"] for item in folder["item"]}


def test_every_request_is_in_the_folder_of_its_tag() -> None:
    # GIVEN the requests of the document
    sent = [request for one in operations(DOCUMENT) for request in requests(DOCUMENT, *one)]
    # THEN the folders have them, each under a name of its own
    sizes = {folder["name"]: len(folder["item"]) for folder in COLLECTION["item"]}
    assert sizes == {tag["name"]: sum(one.tag == tag["name"] for one in sent) for tag in DOCUMENT["tags"]}
    assert len(ITEMS) == len(sent)


def test_what_a_reader_fills_in_is_a_variable_and_stands_nowhere_else() -> None:
    # GIVEN the variables
    values = {one["key"]: one["value"] for one in COLLECTION["variable"]}
    assert values.pop("baseUrl") == "https://api.example.com/prod"
    # THEN each is used, and its value is not written down a second time
    rest = json.dumps({**COLLECTION, "variable": []})
    used = set(re.findall(r"{{(\w+)}}", rest))
    assert used == {"baseUrl", *values}
    assert [name for name, value in values.items() if value in rest] == []


def test_a_request_has_its_credentials_parameters_and_body_as_postman_writes_them() -> None:
    # GIVEN a request with a body, and one with parameters
    earn, job = ITEMS["Issue a promotion to customers"]["request"], ITEMS["Read a job's results"]["request"]
    # THEN they are there, what is optional switched off
    assert earn["auth"]["basic"] == [
        {"key": "username", "value": "{{user}}", "type": "string"},
        {"key": "password", "value": "{{password}}", "type": "string"},
    ]
    assert json.loads(earn["body"]["raw"])["promotionDetails"] == {"programId": 469, "promotionId": 56799}
    assert [(one["key"], one.get("disabled", False)) for one in earn["header"]] == [
        ("Content-Type", False),
        ("Idempotency-Key", True),
        ("Prefer", True),
        ("X-Job-Label", True),
    ]
    assert job["url"]["raw"] == "{{baseUrl}}/jobs/:job_id/results"
    assert [(one["key"], one["value"]) for one in job["url"]["variable"]] == [("job_id", "{{job_id}}")]
    assert [(one["key"], one["disabled"]) for one in job["url"]["query"]] == [
        ("outcome", True),
        ("redirect", True),
        ("partial", True),
        ("from", True),
        ("limit", True),
    ]


def test_a_form_is_a_list_of_fields() -> None:
    body: dict[str, Any] = ITEMS["Import, record, look up or erase customers"]["request"]["body"]
    assert body["mode"] == "urlencoded"
    assert {"key": "user_api_key", "value": "{{user_api_key}}"} in body["urlencoded"]


def test_the_command_writes_it_for_the_address_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN an address with a slash at its end
    monkeypatch.setattr(making, "ROOT", tmp_path)
    monkeypatch.setattr(making, "FILE", tmp_path / "build" / "collection.json")
    monkeypatch.setenv("URL", "https://api.example.com/prod/")
    # WHEN the collection is made
    assert making.main() == 0
    # THEN it is there, and the command says where
    assert json.loads((tmp_path / "build" / "collection.json").read_text(encoding="utf-8")) == COLLECTION
    assert capsys.readouterr().out == "build/collection.json\n"


@pytest.mark.parametrize(("named", "url"), [("", "http://127.0.0.1:3000"), ("3100", "http://127.0.0.1:3100")])
def test_without_an_address_it_is_for_the_stack_of_this_machine(
    named: str, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN the port of the local stack, or none
    monkeypatch.setattr(making, "ROOT", tmp_path)
    monkeypatch.setattr(making, "FILE", tmp_path / "build" / "collection.json")
    monkeypatch.setenv("URL", "")
    monkeypatch.setenv("PORT", named)
    # THEN the requests go there
    assert making.main() == 0
    made = json.loads((tmp_path / "build" / "collection.json").read_text(encoding="utf-8"))
    assert made["variable"][0] == {"key": "baseUrl", "value": url}


def test_what_is_no_port_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("URL", "")
    monkeypatch.setenv("PORT", "http")
    assert making.main() == 1
    assert capsys.readouterr().err == "PORT must be a number up to 65535; it is 'http'.\n"


def test_make_hands_the_port_on() -> None:
    recipe = (ROOT / "Makefile").read_text().split("\ncollection:")[1].split("\n\n")[0]
    assert "PORT='$(PORT)'" in recipe
