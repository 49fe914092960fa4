"""Least privilege: what the template grants each function is what it was seen to do, no less and no more.

The end-to-end tests drove the functions, and each stack recorded what they asked for.
"""

import pytest

from tests.rights import granted, needed
from tools.local.template import load

TEMPLATE = load()


@pytest.fixture
def used(left):
    """The rights that functions needed in any stack."""
    return needed(TEMPLATE, left.glob("*.calls"))


def test_no_function_asked_for_anything_that_its_policies_refuse(used):
    missing = {name: rights - granted(TEMPLATE)[name] for name, rights in used.items()}
    assert {name: rights for name, rights in missing.items() if rights} == {}


def test_every_right_of_a_function_was_used_by_the_end_to_end_tests(used):
    unused = {name: rights - used[name] for name, rights in granted(TEMPLATE).items()}
    assert {name: rights for name, rights in unused.items() if rights} == {}
