"""`type=customer_search`: customers by what is known of them.

Source: "Customer Search" (API 1.5). There is no scan here on purpose: one of the identifiers has to be whole and to
find the customer; all fields then choose, each by a part of it in any case unless `exact_match` says otherwise.
"""

from collections.abc import Sequence

from loyalty.domain.account import Account
from loyalty.domain.errors import BadRequest, ParameterError
from loyalty.domain.identifiers import SHARED, UNIQUE, custom_field, normalise, refused_as
from loyalty.domain.profile import SECRETS, STANDARD
from loyalty.operations.read.known import Known
from loyalty.operations.read.queries import SEARCH, Search, Words
from loyalty.vendors.stickystreet import people
from loyalty.vendors.stickystreet.calls import Content, FormCall
from loyalty.vendors.stickystreet.envelope import Envelope

_NEEDS = "Search needs card_number, code, phone, email, customer_username or a match field"
_EXACT = {"": (False, True), "sensitive": (True, False), "insensitive": (True, True)}
"""By `exact_match`: whether texts have to be whole, and whether their case doesn't matter."""


def _read(envelope: Envelope, account: Account) -> Search:
    sent = [
        (parameter, name, text) for parameter, name in _fields(account).items() if (text := envelope.text(parameter))
    ]
    given = {name: text for _, name, text in sent}
    kinds = (*UNIQUE, *SHARED, *match_kinds(account))
    identifiers = [(kind, spelling) for kind in kinds if (spelling := normalise(kind, given.get(kind, "")))]
    if not identifiers:
        broken = [refused_as(parameter, kind, text) for parameter, kind, text in sent if kind in kinds]
        raise BadRequest(broken[0] if broken else _NEEDS)
    return search(envelope, [Words(identifiers, given)])


def search(envelope: Envelope, groups: Sequence[Words]) -> Search:
    """The search for these words, as the form wants texts compared; raises ParameterError."""
    wish = envelope.text("exact_match")
    if wish.lower() not in _EXACT:
        raise ParameterError("exact_match", "must be sensitive or insensitive", wish)
    whole, any_case = _EXACT[wish.lower()]
    return Search(groups, whole, any_case, memberships=envelope.switch("include_balances"))


def match_kinds(account: Account) -> list[str]:
    """The kinds of the account's own fields that find customers."""
    return [custom_field(one.number) for one in account.custom_fields if one.match]


def write(envelope: Envelope, _account: Account, found: Sequence[Known]) -> Content:
    """The customers, or that none was found, which is a status of its own."""
    if not found:
        return {"status": "no_match"}
    with_balances = envelope.switch("include_balances")
    return {
        "customers": [people.told(one) | ({"campaigns": people.held(one)} if with_balances else {}) for one in found]
    }


def _fields(account: Account) -> dict[str, str]:
    """The field of each parameter that can be searched by; secrets are ignored."""
    own = [custom_field(one.number) for one in account.custom_fields]
    fields = {name: name for name in (*STANDARD, *own) if name not in SECRETS}
    return fields | ({"custom_field": custom_field(1)} if custom_field(1) in own else {})


CUSTOMER_SEARCH = FormCall("stickystreet.customer_search", SEARCH, _read, write)
