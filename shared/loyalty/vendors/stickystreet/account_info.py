"""`type=account_info`: what the account's operator told of the business.

Source: "Account Info" (API 1.5). What was not told is blank.
"""

from loyalty.domain.account import Account
from loyalty.operations.read.queries import ACCOUNT, NOTHING, Nothing
from loyalty.vendors.stickystreet.calls import Content, FormCall
from loyalty.vendors.stickystreet.envelope import Envelope


def _read(_envelope: Envelope, _account: Account) -> Nothing:
    return NOTHING


def _write(_envelope: Envelope, _account: Account, found: Account) -> Content:
    business = found.business
    return {
        "account": {
            "account_id": found.id,
            "biz_name": business.name,
            "language": business.language,
            "symbol": business.currency,
            "glyph": business.glyph,
            "created": business.created_on,
        }
    }


ACCOUNT_INFO = FormCall("stickystreet.account_info", ACCOUNT, _read, _write)
