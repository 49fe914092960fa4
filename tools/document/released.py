"""`make released`: keeps the present OpenAPI document as that of the last release, less its explanations."""

import json
from typing import Any

from tools.document.openapi import document
from tools.local.template import ROOT

PATH = ROOT / "tests" / "unit" / "document" / "released.json"
_EXPLAINED = {"description", "summary", "title"}


def without_explanations(part: Any) -> Any:
    """A part of the document without examples and texts for people, which break nobody."""
    if isinstance(part, list):
        return [without_explanations(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        name: without_explanations(one)
        for name, one in part.items()
        if name != "examples" and not (name in _EXPLAINED and isinstance(one, str))
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(without_explanations(document()), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
