"""A client of the types that read: what it sends beside its credentials, in both forms of the answer."""

from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from tests.fakes.importing import CREDENTIALS, ImportWorld

COLUMNS = "code card_number first_name last_name phone email custom_date user_id auto_add"
JANE = "11223344|11223344|jane|doe|555-5555|jane@example.com|1970-07-14|123457x|25"


def world_with_jane() -> ImportWorld:
    """The demo accounts, and a customer that was imported with a credit."""
    world = ImportWorld()
    assert world.rows(COLUMNS, JANE)["customers"] == {"new": 1, "updated": 0}
    return world


def ask(world: ImportWorld, kind: str, **form: str) -> Any:
    """The answer in JSON, which is the same in XML."""
    sent = {**CREDENTIALS, "type": kind, **form}
    xml = world.post(urlencode(sent))
    as_json = world.post(urlencode(sent | {"output": "JSON"}))
    told = as_json.json()
    assert flat(ET.fromstring(xml.body)) == flat_json(told)  # noqa: S314 - our own answer
    assert [one.headers["Cache-Control"] for one in (xml, as_json)] == ["no-store", "no-store"]
    return told


def flat(element: ET.Element, path: str = "") -> list[tuple[str, str]]:
    """Paths and texts of what holds no other element, the status's among them."""
    status = [(f"{path}/status", text) for text in element.attrib.values()]
    if len(element) == 0 and not status:
        return [(path, element.text or "")]
    return status + [one for child in element for one in flat(child, f"{path}/{child.tag}")]


WRAPPED = {"campaigns": "campaign", "customers": "customer", "available_rewards": "reward", "fields": "field"}
WRAPPED |= {"balances": "item", "transactions": "transaction"}


def flat_json(value: Any, path: str = "") -> list[tuple[str, str]]:
    """The same of JSON: a list stands in an element of its own, its items in one each, but for those called `item`."""
    if isinstance(value, dict):
        inner = [(name, one) for name, one in value.items() if name != "errors"]
        return [one for name, content in inner for one in flat_json(content, f"{path}/{name}")]
    if isinstance(value, list):
        name = path.rpartition("/")[2]
        below = path if name == "item" else f"{path}/{WRAPPED[name]}"
        return [one for item in value for one in flat_json(item, below)] or [(path, "")]
    assert isinstance(value, str), f"{path} is no text"
    return [(path, value)]
