"""What items share and can't be done without: what is said where that is missing."""

from loyalty.domain.errors import (
    JobNotFound,
    ProgramInactive,
    ProgramNotFound,
    PromotionInactive,
    PromotionNotFound,
    RequestError,
)
from loyalty.domain.quoting import quote

_TEXTS: dict[type[RequestError], str] = {
    ProgramNotFound: "program {} does not exist",
    ProgramInactive: "program {} is not active",
    PromotionNotFound: "promotion {} does not exist in its program",
    PromotionInactive: "promotion {} can't be earned: it or its program is inactive, or the job came outside its dates",
    JobNotFound: "the job to undo is no longer kept",
}

GONE = tuple(_TEXTS)
"""The errors of an operation's `prepare` that say so."""


def said(error: RequestError) -> str:
    """What is said of one of these."""
    name = str(error)
    return _TEXTS[type(error)].format(quote(name)) if name else "the params name no promotion"
