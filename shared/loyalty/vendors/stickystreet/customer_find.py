"""`type=customer_find` (`find_customer` too): customers by words of any kind.

Source: "Customer Find" (API 1.5): blanks between words mean and, commas or. Of the words between two commas one has to
be an identifier in full, since there is no scan; the others are looked for in all fields.
"""

from loyalty.domain.account import Account
from loyalty.domain.errors import BadRequest
from loyalty.domain.identifiers import SHARED, UNIQUE, normalise
from loyalty.operations.read.queries import SEARCH, Search, Words
from loyalty.vendors.stickystreet.calls import FormCall
from loyalty.vendors.stickystreet.customer_search import match_kinds, search, write
from loyalty.vendors.stickystreet.envelope import Envelope

MOST_WORDS = 20
"""Words of one search; each is looked up as any kind of identifier."""


def _read(envelope: Envelope, account: Account) -> Search:
    groups = [words for part in envelope.text("find_customer").split(",") if (words := part.split())]
    if not groups:
        raise BadRequest("find_customer is required")
    if sum(map(len, groups)) > MOST_WORDS:
        raise BadRequest(f"find_customer may have at most {MOST_WORDS} words")
    kinds = (*UNIQUE, *SHARED, *match_kinds(account))
    return search(envelope, [_words(words, kinds) for words in groups])


def _words(words: list[str], kinds: tuple[str, ...]) -> Words:
    """What one group asks for; a phone may be written in several words."""
    tried = dict.fromkeys([*words, " ".join(words)])
    identifiers = [(kind, spelling) for text in tried for kind in kinds if (spelling := normalise(kind, text))]
    return Words(identifiers, anywhere=words)


CUSTOMER_FIND = FormCall("stickystreet.customer_find", SEARCH, _read, write)
