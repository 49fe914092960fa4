"""Least privilege: what the template grants each function is what it was seen to do, no less and no more.

The end-to-end tests drove the functions, and each stack recorded what they asked for; conditions are evaluated as IAM
does, which no emulator asks.
"""

from pathlib import Path

import pytest

from tests.rights import Asked, allowed, needed
from tools.local.template import load
from tools.operator.policies import of_functions

TEMPLATE = load()


@pytest.fixture
def used(left: Path) -> dict[str, set[Asked]]:
    """What functions asked for in any stack."""
    return needed(TEMPLATE, left.glob("*.calls"))


def test_no_function_asked_for_anything_that_its_policies_refuse(used: dict[str, set[Asked]]) -> None:
    statements = of_functions(TEMPLATE)
    refused = {
        name: {one for one in asked if not any(allowed(statement, one) for statement in statements[name])}
        for name, asked in used.items()
    }
    assert {name: asked for name, asked in refused.items() if asked} == {}


def test_every_right_of_a_function_was_used_by_the_end_to_end_tests(used: dict[str, set[Asked]]) -> None:
    # GIVEN every action of every statement, with the condition that it stands under
    unused = {
        name: {
            (statement["Sid"], action)
            for statement in statements
            for action in statement["Action"]
            if not any(one.right.action == action and allowed(statement, one) for one in used[name])
        }
        for name, statements in of_functions(TEMPLATE).items()
    }
    # THEN some call needed it
    assert {name: rights for name, rights in unused.items() if rights} == {}
