"""The parameters of `customers_batch` beside its headers and data.

Source: "Batch Import Customers" (API 1.5), common parameters and notes; `overwrite_duplicates` is ignore
where it is missing; `dry_run` and `decimal_mark` are ours.
"""

import re
from collections.abc import Mapping

from loyalty.domain import moment
from loyalty.domain.cards import LEAST_DIGITS, MOST_DIGITS
from loyalty.domain.errors import BadRequest, ParameterError
from loyalty.domain.quoting import quote
from loyalty.domain.text import folded
from loyalty.http.forms import Form
from loyalty.operations.import_customers.items import Overwrite, Params
from loyalty.vendors.stickystreet.columns import is_header
from loyalty.vendors.stickystreet.envelope import COMMON
from loyalty.vendors.stickystreet.rows import DELIMITERS

DATA = "profiles_data"

NAMES = COMMON | frozenset(
    {
        *("delimiter", "overwrite_duplicates", "allow_undo", "no_undo", "card_number_generate"),
        *("campaigns_to_include", "dry_run", "decimal_mark", DATA),
    }
)
"""All parameters but the numbered headers, in lower case."""

MOST_CAMPAIGNS = 50
"""Campaigns of one import; a customer, its identifiers and its memberships have to fit one transaction."""

_OVERWRITES = frozenset(Overwrite)
_SWITCHES = ("dry_run", "no_undo", "allow_undo")
LONGEST_CAMPAIGN = 256
_MOST_COMMAS = 1_000  # blank and repeated names are not counted, so there may be more than campaigns


def read(form: Mapping[str, str]) -> Params:
    """How to import; raises BadRequest."""
    dry_run = _yes(form, "dry_run")
    return Params(
        campaigns=_campaigns(form.get("campaigns_to_include", "")),
        overwrite=_overwrite(form.get("overwrite_duplicates", "").strip()),
        received_at=moment.now(),
        card_digits=_card_digits(form.get("card_number_generate", "").strip()),
        keep_undo=not (dry_run or _yes(form, "no_undo")),
        dry_run=dry_run,
    )


def read_delimiter(form: Mapping[str, str]) -> str:
    """The character between cells; raises BadRequest."""
    name = form.get("delimiter", "").strip()
    if not name:
        raise BadRequest("delimiter is required: pipe, comma or tab")
    if folded(name) not in DELIMITERS:
        raise ParameterError("delimiter", "must be pipe, comma or tab", name)
    return DELIMITERS[folded(name)]


def check_switches(form: Mapping[str, str]) -> None:
    """Every parameter that says yes or no says one of them, or nothing; raises ParameterError."""
    for parameter in _SWITCHES:
        text = form.get(parameter, "").strip()
        if folded(text) not in ("", "yes", "no"):
            raise ParameterError(parameter, "must be yes or no", text)


def has_decimal_comma(form: Mapping[str, str]) -> bool:
    """Whether the rows come from where a dot may part thousands; raises ParameterError."""
    mark = folded(form.get("decimal_mark", "").strip())
    if mark not in ("", "dot", "comma"):
        raise ParameterError("decimal_mark", "must be dot or comma", mark)
    return mark == "comma"


def check_form(form: Form) -> None:
    """Refuse a form with a file that is no parameter, or that a raw & has cut; raises BadRequest."""
    for name in sorted(form.files):
        if name not in NAMES and not is_header(name):
            raise ParameterError("The name of a file", f"must be that of a parameter, such as {DATA}", name)
    _check_ampersands(form)


def _check_ampersands(form: Form) -> None:
    """Refuse a form in which a raw & has cut the rows: what follows it is a field that is none of ours.

    Such a field holds a line end or the delimiter, or stands after the rows. Raises BadRequest.
    """
    parts = {"\r", "\n", DELIMITERS.get(folded(form.fields.get("delimiter", "").strip()), "\n")}
    rows_were_read = False
    for name in form.parted:
        key = folded(name)
        if key == DATA:
            if rows_were_read:
                raise BadRequest(f"{DATA} comes twice: send all rows in one")
            rows_were_read = True
        elif key not in NAMES and not is_header(key):
            value = form.fields.get(key, "")
            if rows_were_read or not parts.isdisjoint(name) or not parts.isdisjoint(value):
                raise BadRequest(
                    f"the form has a field {quote(name)} that is no parameter: percent-encode & in {DATA} as %26"
                )


def _yes(form: Mapping[str, str], parameter: str) -> bool:
    return folded(form.get(parameter, "").strip()) == "yes"


def _campaigns(text: str) -> tuple[str, ...]:
    """The campaigns' ids, each once, between `,` or `|,|`."""
    if text.count(",") > _MOST_COMMAS:
        raise _too_many_campaigns(text)
    names = dict.fromkeys(name for part in text.replace("|,|", ",").split(",") if (name := part.strip()))
    if not names:
        raise BadRequest("campaigns_to_include is required: at least one campaign")
    if len(names) > MOST_CAMPAIGNS:
        raise _too_many_campaigns(text)
    for name in names:
        if len(name) > LONGEST_CAMPAIGN:
            raise BadRequest(unknown_campaign(name))
    return tuple(names)


def unknown_campaign(name: str) -> str:
    """The error about a campaign that the account does not have."""
    return f"campaigns_to_include names an unknown campaign, {quote(name)}"


def _too_many_campaigns(text: str) -> BadRequest:
    return BadRequest(f"campaigns_to_include names more than {MOST_CAMPAIGNS} campaigns: {quote(text)}")


def _overwrite(text: str) -> Overwrite:
    wish = folded(text) or Overwrite.IGNORE
    if wish not in _OVERWRITES:  # an enum would quote all of it in its own error
        raise ParameterError("overwrite_duplicates", "must be yes, update or ignore", text)
    return Overwrite(wish)


def _card_digits(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch("[0-9]{1,2}", text) or not LEAST_DIGITS <= int(text) <= MOST_DIGITS:
        fault = f"must be a number of digits, {LEAST_DIGITS} to {MOST_DIGITS}"
        raise ParameterError("card_number_generate", fault, text)
    return int(text)
