"""The pages' examples, pasted into a shell beside a fresh stack: they work, and answer what the pages show.

What needs AWS, Docker or minutes is in `tests/unit/pages/test_commands.py`.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.pasting import is_as_shown, paste
from tests.pages import PAGES, blocks
from tools.local.stack import LocalStack

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("curl") is None, reason="the examples are for curl"),
]
BLOCKS = {name: [block for block in blocks(page) if block.is_for_the_local_stack] for name, page in PAGES.items()}
PASTED = [name for name, found in BLOCKS.items() if found]
SUCCESSES = range(200, 300)


@pytest.fixture(scope="module")
def fresh(stack_with: Callable[..., LocalStack]) -> Iterator[LocalStack]:
    """A stack with nothing but the demo accounts, as `make run` begins; no two pages change the same customers."""
    with stack_with() as running:
        yield running


@pytest.mark.parametrize("name", PASTED)
def test_the_examples_of_a_page_work_as_they_are_pasted(name: str, fresh: LocalStack, tmp_path: Path) -> None:
    # WHEN the blocks of a page are pasted one after the other
    pasted = paste([block.text for block in BLOCKS[name]], fresh, tmp_path)
    # THEN every request succeeds
    assert all(status in SUCCESSES for status in pasted.statuses), pasted
    # AND where the page shows a reply, that is it
    for block, output in zip(BLOCKS[name], pasted.outputs, strict=True):
        if block.reply is not None:
            assert is_as_shown(output, block.reply), f"{output}\nis not\n{block.reply}"


def test_every_reply_that_a_page_shows_is_compared() -> None:
    # GIVEN the replies that follow a block which is pasted
    compared = {name for name, found in BLOCKS.items() if any(block.reply for block in found)}
    # THEN the pages of all three vendors are among them
    vendors = {f"docs/{name}.md" for name in ("registering-members", "importing-customers", "earning-promotions")}
    assert {"README.md", *vendors} <= compared
