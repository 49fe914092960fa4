"""The pages as pages: a README that is read in two minutes, links that lead somewhere, blocks that tests can find."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.described import DOCUMENT
from tests.pages import PAGES, blocks, path_of, prose
from tools.local.template import ROOT

LONGEST_README = 200
LANGUAGES = {"sh", "json", "xml", "text", "mermaid", "python", "diff"}
PROSE = {"CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "README.md"}
"""Pages that answer no single question."""
LINK = re.compile(r"\]\(([^)#:]*(?:#[^)]*)?)\)")
FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:css|html|js|json|md|py|toml|txt|yaml))`")
MADE = ("../venv/", ".venv/", "build/", "N/A")
"""What files that are made when something runs begin with; and a value of spreadsheets that looks like a path."""
WITHOUT = {".git", ".venv", "build", "node_modules", "__pycache__"}


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


def test_the_readme_is_short() -> None:
    assert len(PAGES["README.md"].splitlines()) <= LONGEST_README


@pytest.mark.parametrize("name", PAGES)
def test_a_link_leads_to_a_file_and_a_heading_that_are_there(name: str) -> None:
    # GIVEN the links of a page to others of ours
    page = path_of(name)
    for target in LINK.findall(PAGES[name]):
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page.resolve()
        # THEN each leads somewhere
        assert there.is_file(), target
        assert not anchor or anchor in anchors(there), target


def project_files() -> Iterator[Path]:
    """The project's files and folders, as paths from its root."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in WITHOUT]
        yield from (Path(folder, name).relative_to(ROOT) for name in (*folders, *files))


@pytest.fixture(scope="module")
def endings() -> set[str]:
    """Every end of a file's path, with and without `.py`: `b/c.py`, `b/c`, `c.py` and `c` are ends of `a/b/c.py`.

    Ends of the API's paths are as good: a page calls `/api/v1.1/profiles/import` by its vendor's name for it.
    """
    paths = [path.parts for path in project_files()] + [tuple(path.split("/")) for path in DOCUMENT["paths"]]
    ends = {"/".join(parts[start:]) for parts in paths for start in range(len(parts))}
    return ends | {end.removesuffix(".py") for end in ends}


@pytest.mark.parametrize("name", PAGES)
def test_a_file_that_a_page_names_is_there(name: str, endings: set[str]) -> None:
    # GIVEN the files that a page names, as far from the end of their paths as is clear there
    named = {one.rstrip("/") for one in FILE.findall(prose(PAGES[name])) if not one.startswith(MADE)}
    # THEN each is there, or its text follows on the page
    made = set(re.findall(r"^`([^`]+)`:$", PAGES[name], re.MULTILINE))
    assert named - made - endings == set()


def test_the_map_shows_every_folder() -> None:
    # GIVEN the folders in which code stands, two levels deep in the layer
    folders = [path for top in ("shared/loyalty", "tools", "tests") for path in (ROOT / top).iterdir()]
    names = {path.name for path in folders if path.is_dir() and path.name not in WITHOUT}
    # THEN each is in the map
    assert {name for name in names if not re.search(rf"\b{name}\b", PAGES["docs/map.md"])} == set()


def test_every_page_is_found_from_the_readme() -> None:
    # GIVEN the pages that links lead to, from the README on
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            targets = (target.partition("#")[0] for target in LINK.findall(page.read_text()))
            waiting += [(page.parent / one).resolve() for one in targets if one.endswith(".md")]
    # THEN no page is left out
    assert {path_of(name) for name in PAGES} - reached == set()


@pytest.mark.parametrize("name", sorted(PAGES.keys() - PROSE))
def test_a_page_answers_one_question(name: str) -> None:
    # GIVEN the headings of a page
    titles = re.findall(
        r"^# (.+)$", re.sub(r"^```.*?^```$", "", PAGES[name], flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    # THEN it has one title, which asks what the page answers
    assert len(titles) == 1
    assert re.match(r"(How|What|Where|Why)\b", titles[0]), titles[0]


@pytest.mark.parametrize("name", PAGES)
def test_every_block_names_its_language(name: str) -> None:
    assert {block.language for block in blocks(PAGES[name])} <= LANGUAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_make_command_is_there(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z][a-z-]+)(?=[` \n]|$)", PAGES[name])) - NO_TARGETS <= targets


NO_TARGETS = {"it", "the", "sure", "them", "a", "customers", "an"}
"""Words that follow the verb."""
