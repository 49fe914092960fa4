"""Least privilege: what the template grants each function is what it was seen to do, no less and no more.

Other tests of this folder drive the functions; `conftest.py` runs these last.
"""

from tests.rights import granted, needed
from tools.local.template import load

TEMPLATE = load()


def test_no_function_asked_for_anything_that_its_policies_refuse(stack, calls):
    missing = {name: rights - granted(TEMPLATE)[name] for name, rights in needed(TEMPLATE, calls).items()}
    assert {name: rights for name, rights in missing.items() if rights} == {}


def test_every_right_of_a_function_was_used_by_the_end_to_end_tests(stack, calls):
    used = needed(TEMPLATE, calls)
    unused = {name: rights - used[name] for name, rights in granted(TEMPLATE).items()}
    assert {name: rights for name, rights in unused.items() if rights} == {}
