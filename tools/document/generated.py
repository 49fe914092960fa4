"""The files that are made from the models: what the function describe_api serves, and the chunk message's schema."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loyalty.jobs import schema
from tools.document.openapi import document
from tools.document.page import render
from tools.local.template import ROOT

_FOLDER = ROOT / "functions" / "describe_api"
_SCHEMA = ROOT / "shared" / "loyalty" / "jobs" / "chunk_message.schema.json"


def files() -> dict[Path, str]:
    """The text of each file."""
    described = document()
    return {
        _FOLDER / "openapi.json": _json(described),
        _FOLDER / "docs.html": render(described),
        _SCHEMA: _json(schema.json_schema()),
    }


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
