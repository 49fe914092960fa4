"""`loyalty import`, `register` and `earn`: bulk work from a file, through the same endpoints as clients use."""

from typing import Annotated, Any

import typer

from loyalty.doors.headers import LONGEST_LABEL, is_printable
from loyalty.operations.import_customers.items import Overwrite
from loyalty.vendors.capillary.items import SOURCES

from .arguments import Rows as File
from .commands import Session, command, group
from .faults import OperatorError
from .requests import MOST_ROWS
from .sending.earn_door import EarnDoor
from .sending.files import Work, send
from .sending.import_door import ImportDoor
from .sending.register_door import RegisterDoor
from .sending.sources import opened

app = group()

_NOT_SENT = "-"
_ROWS_PER_REQUEST = 10_000


def _printable(label: str) -> str:
    """A job's name; raises BadParameter for what no header can bring."""
    if not is_printable(label, LONGEST_LABEL):
        raise typer.BadParameter(f"a name has at most {LONGEST_LABEL} characters of printable ASCII")
    return label


Rows = Annotated[
    int | None,
    typer.Option(
        "--rows",
        metavar="COUNT",
        min=1,
        max=MOST_ROWS,
        help=f"Rows in one request, of which so many are sent; without it a file of more than {MOST_ROWS} is one job.",
    ),
]
Campaigns = Annotated[
    list[str], typer.Option("--campaign", metavar="ID", help="Make every customer a member; may be repeated.")
]
OverwriteOption = Annotated[Overwrite, typer.Option("--overwrite", help="What rows do to customers that exist.")]
CardDigits = Annotated[
    int | None,
    typer.Option(
        "--card-digits",
        metavar="COUNT",
        min=4,
        max=19,
        help="Give customers without a card a number of so many digits.",
    ),
]
Label = Annotated[str, typer.Option("--label", metavar="TEXT", help="What the jobs are called.", callback=_printable)]
NoUndo = Annotated[bool, typer.Option("--no-undo", help="Keep no undo state.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Validate and count, write nothing.")]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="HEADER=FIELD",
        help="The field of a column whose header is not a field's name; - leaves the column out.",
    ),
]
Program = Annotated[str, typer.Option("--program", metavar="ID", help="The program's id.")]
Matching = Annotated[
    str | None,
    typer.Option(
        "--matching", metavar="HEADER", help="The column that finds customers, if not email, phone or profile_id."
    ),
]
Promotion = Annotated[str | None, typer.Option("--promotion", metavar="ID", help="The promotion's id.")]
Identifier = Annotated[
    str | None, typer.Option("--identifier", metavar="TEXT", help="The promotion's identifier, instead of its id.")
]
Source = Annotated[
    str | None,
    typer.Option(
        "--source",
        metavar="SOURCE",
        help="Where customers earn, such as INSTORE, unless a column source says it.",
        autocompletion=lambda: sorted(SOURCES),
    ),
]


@command(app, "import")
def import_(
    session: Session,
    file: File,
    campaign: Campaigns,
    *,
    overwrite: OverwriteOption = Overwrite.UPDATE,
    card_digits: CardDigits = None,
    no_undo: NoUndo = False,
    dry_run: DryRun = False,
    column: Columns = None,
    label: Label = "",
    rows: Rows = None,
) -> None:
    """Import customers. If interrupted, repeat the command to continue; failed rows go to FILE's .failed file."""
    with opened(session, file) as brought:
        fields = _fields(brought.headers, column or [])
        sent = brought._replace(file=brought.file.of_fields(fields))
        parameters = {
            "campaigns_to_include": ",".join(campaign),
            "overwrite_duplicates": overwrite.value,
            "card_number_generate": "" if card_digits is None else str(card_digits),
            "no_undo": "yes" if no_undo else "no",
            "dry_run": "yes" if dry_run else "no",
        }
        if sent.file.has_decimal_comma:
            parameters["decimal_mark"] = "comma"
        door = ImportDoor(brought.headers, fields, parameters)
        options = {**parameters, "fields": fields}
        each = door.most_rows(rows or _ROWS_PER_REQUEST)
        send(session, Work("import", sent, door, options, each, dry_run, label, in_requests=rows is not None))


@command(app, "register")
def register(
    session: Session,
    file: File,
    program: Program,
    *,
    matching: Matching = None,
    label: Label = "",
    rows: Rows = None,
) -> None:
    """Make the customers of a file members of a program; a column registration_date may say since when."""
    with opened(session, file) as brought:
        door = RegisterDoor(brought.headers, program, matching)
        options = {"program": program, "matching": matching}
        each = rows or _ROWS_PER_REQUEST
        send(session, Work("register", brought, door, options, each, label=label, in_requests=rows is not None))


@command(app, "earn")
def earn(
    session: Session,
    file: File,
    program: Program,
    *,
    promotion: Promotion = None,
    identifier: Identifier = None,
    source: Source = None,
    label: Label = "",
    rows: Rows = None,
) -> None:
    """Have the customers of a file earn a promotion; every row is an earn of its own."""
    with opened(session, file) as brought:
        named: dict[str, Any] = {"promotionId": promotion, "promoIdentifier": identifier}
        details = {"programId": program, **{name: value for name, value in named.items() if value}}
        door = EarnDoor(brought.headers, details, source)
        options, each = {**details, "source": source}, rows or _ROWS_PER_REQUEST
        send(session, Work("earn", brought, door, options, each, label=label, in_requests=rows is not None))


def _fields(headers: tuple[str, ...], columns: list[str]) -> list[str | None]:
    """Each column's field, None for one that is not sent."""
    named = dict(column.rpartition("=")[::2] for column in columns)
    if unknown := sorted(named.keys() - set(headers)):
        raise OperatorError(f"There is no column {unknown[0]!r}; there are {', '.join(headers)}")
    fields = [None if (field := named.get(header, header)) in ("", _NOT_SENT) else field for header in headers]
    if not any(fields):
        raise OperatorError("All columns are left out, so there is nothing to import")
    return fields
