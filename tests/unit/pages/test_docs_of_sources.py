"""The page about promotions tells the sources that the code takes, and what comes of each at every call."""

import re

from loyalty.vendors.capillary.items import SOURCES
from tests.pages import PAGES


def test_the_page_lists_the_sources_that_are_taken() -> None:
    # GIVEN the sentence that lists them
    (sentence,) = re.findall(r"It is one of (.*?), in any case", PAGES["docs/earning-promotions.md"], re.DOTALL)
    # THEN it has each, and no other
    assert set(re.findall("`([A-Z_]+)`", sentence)) == set(SOURCES)
