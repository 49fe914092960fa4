"""Few modules store what lets callers in, and none that ships knows the demo's; see docs/decisions."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.local.template import ROOT

STORING = {
    "shared/loyalty/operations/issue_token.py": "an access token, generated there",
    "tools/operator/callers.py": "a token for one command, generated there",
    "tools/operator/credentials.py": "what secret_kinds generates",
    "tools/operator/smoke/command.py": "what secret_kinds generates, for an hour",
    "tools/demo.py": "the demo's, on the local stack",
}
"""Which modules store credentials, and whose."""


def calls(source: Path) -> Iterator[str]:
    """The functions that a module calls by the name of another module, with it."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
        ):
            yield f"{node.func.value.id}.{node.func.attr}"


def test_few_modules_store_credentials() -> None:
    # GIVEN everything that ships, and the tools
    sources = [path for folder in ("shared/loyalty", "functions", "tools") for path in (ROOT / folder).rglob("*.py")]
    storing = {"credentials.add", "credentials.exchange", "accounts.put_grant"}
    # THEN those that store a credential are known
    found = {str(path.relative_to(ROOT)) for path in sources if not storing.isdisjoint(calls(path))}
    assert found == STORING.keys()


def test_the_demo_is_imported_by_the_local_stack_alone() -> None:
    # GIVEN, WHEN whoever imports the demo accounts
    sources = [path for folder in ("shared/loyalty", "functions", "tools") for path in (ROOT / folder).rglob("*.py")]
    importing = {
        str(path.relative_to(ROOT))
        for path in sources
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and (node.module == "tools.demo" or (node.module == "tools" and "demo" in {one.name for one in node.names}))
    }
    # THEN none of it is on AWS
    assert not {one for one in importing if not one.startswith("tools/")}
    assert "tools/local/stack.py" in importing
