"""The pages that people read, and the blocks in them: what can be pasted, and what is said to come of it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tools.local.template import ROOT

PAGES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
}
"""The text of each page, by its path."""

LOCAL = ("curl ", "--local", "build/local/")
"""What a shell block has in it that talks to the stack of `make run`."""

_BLOCK = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block: its language, its text, and the block that follows with nothing between but blank lines."""

    language: str
    text: str
    reply: str | None

    @property
    def is_for_the_local_stack(self) -> bool:
        """Whether it is to be pasted while `make run` runs."""
        return self.language == "sh" and any(sign in self.text for sign in LOCAL)


def blocks(page: str) -> Iterator[Block]:
    """The blocks of a page's text, in order."""
    found = list(_BLOCK.finditer(page))
    for one, following in zip(found, [*found[1:], None], strict=False):
        adjacent = following is not None and not page[one.end() : following.start()].strip()
        is_reply = following is not None and adjacent and following[1] in ("json", "xml")
        yield Block(one[1], one[2], following[2] if following is not None and is_reply else None)


def prose(page: str) -> str:
    """A page's text without its blocks."""
    return _BLOCK.sub("", page)


def path_of(page: str) -> Path:
    """Where a page stands."""
    return ROOT / page
