"""The files that the function describe_api serves, as they have to be."""

import json
from pathlib import Path

from tools.document.openapi import document
from tools.document.page import render
from tools.local.template import ROOT

_FOLDER = ROOT / "functions" / "describe_api"


def files() -> dict[Path, str]:
    """The text of each file."""
    described = document()
    return {
        _FOLDER / "openapi.json": json.dumps(described, indent=1, ensure_ascii=False) + "\n",
        _FOLDER / "docs.html": render(described),
    }
