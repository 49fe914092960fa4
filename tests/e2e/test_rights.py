"""Least privilege: what the template grants each function is what it was seen to do, no less and no more.

The other tests of this folder drive the functions; `conftest.py` runs these last.
"""

import pytest

from tests.rights import granted, needed
from tools.local.template import load

TEMPLATE = load()


@pytest.fixture
def used(stack, logs):
    """The rights that functions have needed since the session began."""
    assert stack.url
    return needed(TEMPLATE, logs.glob("*.calls"))


def test_no_function_asked_for_anything_that_its_policies_refuse(used):
    missing = {name: rights - granted(TEMPLATE)[name] for name, rights in used.items()}
    assert {name: rights for name, rights in missing.items() if rights} == {}


def test_every_right_of_a_function_was_used_by_the_end_to_end_tests(used):
    unused = {name: rights - used[name] for name, rights in granted(TEMPLATE).items()}
    assert {name: rights for name, rights in unused.items() if rights} == {}
