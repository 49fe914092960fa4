"""The pages as pages: a README that is read in two minutes, links that lead somewhere, blocks that tests can find."""

import re
from pathlib import Path

import pytest

from tests.pages import PAGES, blocks, path_of
from tools.local.template import ROOT

LONGEST_README = 200
LANGUAGES = {"sh", "json", "xml", "text", "mermaid", "python", "diff"}
PROSE = {"CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "README.md"}
"""Pages that answer no single question."""
LINK = re.compile(r"\]\(([^)#:]*(?:#[^)]*)?)\)")


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
