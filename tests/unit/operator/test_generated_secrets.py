"""Nobody chooses a secret: what lets callers in is generated; see docs/decisions."""

import pytest
import typer.main

from tools.operator import secret_kinds
from tools.operator.application import app
from tools.operator.common import OPTIONS
from tools.operator.secret_kinds import Kind

COMMON = {option.name for option in OPTIONS}
"""What every command takes; a --token of these says who calls the API, and is stored nowhere."""
CREDENTIALS = {
    "create": {"account", "kind", "name", "right"},
    "list": {"account"},
    "rotate": {"account", "which"},
    "revoke": {"account", "which", "yes"},
}
"""What the commands about credentials take."""


def test_no_command_takes_a_secret_for_a_credential() -> None:
    # GIVEN the commands about credentials
    group = typer.main.get_command(app).commands["credential"]  # type: ignore[attr-defined]
    # THEN they take who and what for, and nothing else
    taken = {
        name: {parameter.name for parameter in command.params} - COMMON for name, command in group.commands.items()
    }
    assert taken == CREDENTIALS


@pytest.mark.parametrize("kind", Kind)
def test_each_secret_is_another_one(kind: Kind) -> None:
    assert len({secret_kinds.make(kind, "shop").credential.secret for _ in range(100)}) == 100
