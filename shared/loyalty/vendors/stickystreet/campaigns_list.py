"""`type=campaigns_list`: the account's active campaigns.

Source: "Campaigns List" (API 1.5). buyx campaigns repeat `item`; `search…` and `sort…` have no effect.
"""

from collections.abc import Sequence

from loyalty.domain.account import Account, Program
from loyalty.domain.errors import ParameterError
from loyalty.domain.text import folded
from loyalty.operations.read.queries import NOTHING, PROGRAMS, Nothing
from loyalty.vendors.stickystreet import campaigns
from loyalty.vendors.stickystreet.calls import Content, FormCall
from loyalty.vendors.stickystreet.envelope import Envelope

_TYPES = (*campaigns.TYPES.values(), campaigns.EARNED)
_MOST = 100_000


def _read(envelope: Envelope, _account: Account) -> Nothing:
    _restriction(envelope)
    _page(envelope)
    return NOTHING


def _write(envelope: Envelope, _account: Account, programs: Sequence[Program]) -> Content:
    wanted, (offset, length) = _restriction(envelope), _page(envelope)
    listed = [one for one in programs if one.active and campaigns.type_of(one) in wanted]
    content: dict[str, object] = {"campaigns": [campaigns.described(one) for one in listed[offset : offset + length]]}
    if envelope.text("offset") or envelope.text("length"):
        content["pagination"] = {"total": str(len(listed)), "offset": str(offset)}
    return content


def _restriction(envelope: Envelope) -> frozenset[str]:
    """The types that are asked for; raises ParameterError."""
    names = [name for part in envelope.text("type_restrict").split(",") if (name := part.strip())]
    for name in names:
        if folded(name) not in _TYPES:
            raise ParameterError("type_restrict", f"must be one or several of {', '.join(_TYPES)}", name)
    return frozenset(map(folded, names or _TYPES))


def _page(envelope: Envelope) -> tuple[int, int]:
    return envelope.number("offset", missing=0, most=_MOST), envelope.number("length", missing=_MOST, most=_MOST)


CAMPAIGNS_LIST = FormCall("stickystreet.campaigns_list", PROGRAMS, _read, _write)
