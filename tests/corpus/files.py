"""Small files as people send them, each with what is right: the customers it makes, the rows that fail, or a refusal.

They are read by the API (headers and rows apart), by `loyalty import` and by the console, which must agree.
"""

from collections.abc import Mapping
from typing import NamedTuple

from tests.corpus import hidden

Fields = Mapping[str, str]


class File(NamedTuple):
    """A file: its headers, blank-separated (`-` for a column without a name), and the rows below.

    `customers` are those it makes, by code, else by e-mail and phone as `ImportWorld.end_state` names them, with
    their other fields; `failed` has words of the error by the row's number; `refused` words of the refusal of the
    whole file. `first` stands before the headers, `header_line` in their place.
    """

    headers: str
    rows: str | bytes
    customers: Mapping[str, Fields] = {}
    failed: Mapping[int, str] = {}
    refused: str = ""
    delimiter: str = ","
    first: bytes = b""
    header_line: bytes = b""

    @property
    def names(self) -> list[str]:
        """The headers; a column without a name has an empty one."""
        return ["" if name == "-" else name for name in self.headers.split()]

    @property
    def data(self) -> bytes:
        """The rows alone."""
        return self.rows.encode() if isinstance(self.rows, str) else self.rows

    @property
    def content(self) -> bytes:
        """The whole file."""
        header = self.header_line or self.delimiter.join(self.names).encode() + b"\n"
        return self.first + header + self.data


def ann(code: str = "A", **fields: str) -> dict[str, Fields]:
    """One customer."""
    return {code: fields}


OPEN = "quote is probably unbalanced"
MISSING = "stands for a value that is missing"
ROUNDED = "is a number that a program has rounded"
EMAIL = "must be an e-mail address"
CONTROL = "save the file as UTF-8"
AGAIN = "The row is the line of headers again"
BOTH: dict[str, Fields] = {"A": {"first_name": "Ann"}, "B": {"first_name": "Bob"}}
CN = "code first_name"

QUOTES = {
    "plain": File(CN, "A,Ann\nB,Bob\n", BOTH),
    "quoted": File(CN, '"A","Ann"\n"B","Bob"\n', BOTH),
    "a comma in quotes": File(CN, 'A,"Lee, Ann"\n', ann(first_name="Lee, Ann")),
    "a quote in quotes": File(CN, 'A,"Ann ""the"" Lee"\n', ann(first_name='Ann "the" Lee')),
    "nothing in quotes": File(
        CN, 'A,""\n"","Bob"\n"B",Bob\n', {"A": {}, "B": {"first_name": "Bob"}, "-/-": {"first_name": "Bob"}}
    ),
    "a quote within a cell": File(CN, 'A,5" Ann\nB,Bob\n', {"A": {"first_name": '5" Ann'}, "B": {"first_name": "Bob"}}),
    "a quote at the end of a cell": File(
        CN, 'A,Ann"\nB,Bob\n', {"A": {"first_name": 'Ann"'}, "B": {"first_name": "Bob"}}
    ),
    "spaces before a quote": File(CN, 'A,  "Lee, Ann"\n', ann(first_name="Lee, Ann")),
    "spaces in quotes": File(CN, 'A,"  Ann "\n', ann(first_name="Ann")),
    "a space behind a quote": File(CN, 'A,"Ann" \nB,Bob\n', {"B": {"first_name": "Bob"}}, {1: "not valid CSV"}),
    "text behind a quote": File(CN, 'A,"Ann" Lee\nB,Bob\n', {"B": {"first_name": "Bob"}}, {1: "not valid CSV"}),
    "text behind a quote, then a good cell": File(
        "code first_name last_name",
        'A,"Ann"x,"Lee"\nB,Bob,"Fox"\n',
        ann("B", first_name="Bob", last_name="Fox"),
        {1: "not valid CSV"},
    ),
    "quotes that are not doubled": File(
        CN, 'A,"Ann "the" Lee"\nB,Bob\n', {"B": {"first_name": "Bob"}}, {1: "not valid CSV"}
    ),
    "a stray quote up to the next one": File(
        "code first_name email", 'A,Ann,a@b.c\nB,"Bob,b@b.c\nC,Cid,c@b.c\nD,Dora",d@b.c\n', refused=OPEN
    ),
    "a stray quote to the end": File(CN, 'A,Ann\nB,"Bob\nC,Cid\n', refused=OPEN),
    "a stray quote in the last row": File(CN, 'A,Ann\nB,"Bob', refused=OPEN),
    "a stray quote in the first cell": File(CN, '"A,Ann\nB,Bob\n"C,Cid\n', refused=OPEN),
    "a doubled quote that closes nothing": File(CN, 'A,"Ann""\nB,Bob\n', refused=OPEN),
    "a stray quote in a street": File("code street1 email", 'A,"Main 1,a@b.c\nB,Oak 2",b@b.c\n', refused=OPEN),
    "a stray quote before a quoted street": File("code street1", 'A,"Main 1\nB,"Oak 2"\n', refused=OPEN),
    "lines in a name": File(CN, 'A,"Ann\nLee"\n', refused=OPEN),
    "lines in a column that is not read": File("code - email", 'A,"x\ny",a@b.c\n', refused=OPEN),
    "lines in a surplus cell": File(CN, 'A,Ann,"x\ny"\n', refused=OPEN),
    "lines in a street": File(
        "code street1", 'A,"Main 1\nFloor 2"\nB,Oak\n', {"A": {"street1": "Main 1\nFloor 2"}, "B": {"street1": "Oak"}}
    ),
    "lines of every kind in a street": File("code street2", 'A,"1\r\n2\r3\n\n4"\n', ann(street2="1\r\n2\r3\n\n4")),
    "lines in a custom field": File("code custom_field_1", 'A,"x"\n', ann(custom_field_1="x")),
    "a comma and lines in a street": File(
        "code street1", 'A,"Main 1,\nUlm, Germany"\n', ann(street1="Main 1,\nUlm, Germany")
    ),
    "quotes between pipes": File(
        CN, 'A|"Ann\nB|Bob"\n', {"A": {"first_name": '"Ann'}, "B": {"first_name": 'Bob"'}}, delimiter="|"
    ),
    "quotes between tabs": File(CN, 'A\t"Ann"\n', ann(first_name='"Ann"'), delimiter="\t"),
    "quotes between semicolons": File(
        CN, 'A;"Lee; Ann"\nB;Bob\n', {"A": {"first_name": "Lee; Ann"}, "B": {"first_name": "Bob"}}, delimiter=";"
    ),
    "a stray quote between semicolons": File(CN, 'A;"Ann\nB;Bob"\n', refused=OPEN, delimiter=";"),
    "text behind a quote between semicolons": File(
        CN, 'A;"Ann"x\nB;Bob\n', {"B": {"first_name": "Bob"}}, {1: "not valid CSV"}, delimiter=";"
    ),
}

LINES = {
    "carriage returns": File(CN, "A,Ann\rB,Bob\r", BOTH, header_line=b"code,first_name\r"),
    "carriage returns and line feeds": File(CN, "A,Ann\r\nB,Bob\r\n", BOTH, header_line=b"code,first_name\r\n"),
    "no end of the last line": File(CN, "A,Ann\nB,Bob", BOTH),
    "blank lines": File(CN, "\n\nA,Ann\n \n\r\n\t\nB,Bob\n\n", BOTH),
    "rows of blank cells": File(CN, ',\nA,Ann\n , \n"",""\nB,Bob\n,,,,\n', BOTH),
    "blank rows are not numbered": File(CN, ",\nA,Ann\n\n,,\n#N/A,Cid\nB,Bob\n", BOTH, {2: MISSING}),
    "a line separator is no line end": File(
        CN, "A,Ann\u2028Lee\nB,Bob\x0b\n", {"A": {"first_name": "Ann\u2028Lee"}}, {2: CONTROL}
    ),
    "blank lines first": File(CN, "A,Ann\n", ann(first_name="Ann"), first=b"\n \r\n"),
    "a byte order mark": File(CN, "A,Ann\n", ann(first_name="Ann"), first=b"\xef\xbb\xbf"),
    "sep": File(CN, "A;Ann\n", ann(first_name="Ann"), first=b"sep=;\n", delimiter=";"),
    "sep after a byte order mark": File(
        CN, "A|Ann\n", ann(first_name="Ann"), first=b"\xef\xbb\xbfSEP=|\r\n", delimiter="|"
    ),
    "sep of the comma": File(CN, "A,Ann\n", ann(first_name="Ann"), first=b"sep=,\n\n"),
}

CELLS = {
    "a surplus blank cell": File(CN, "A,Ann,\nB,Bob,,,\n", BOTH),
    "a surplus no-break space": File(CN, "A,Ann,\u00a0\nB,Bob, ,\u3000\n", BOTH),
    "a surplus cell": File(
        CN, "A,Ann,x\nB,Bob\n", {"B": {"first_name": "Bob"}}, {1: "The row has 3 cells, the headers name 2"}
    ),
    "a surplus cell behind blank ones": File(
        CN, "A,Ann,,,x\nB,Bob\n", {"B": {"first_name": "Bob"}}, {1: "The row has 5 cells"}
    ),
    "a missing cell": File(
        "code first_name email",
        "A,Ann\nB,Bob,b@b.c\nC\n",
        {"A": {"first_name": "Ann"}, "B": {"first_name": "Bob", "email": "b@b.c"}, "C": {}},
    ),
    "headers with blank ones behind": File(CN, "A,Ann,,\nB,Bob\n", BOTH, header_line=b"code,first_name,, \n"),
    "a column without a name": File("code - first_name", "A,x,Ann\nB,,Bob\n", BOTH),
    "spaces around": File(CN, " A ,\u00a0 Ann\u2003\n", ann(first_name="Ann")),
    "a tab is no space": File(CN, "A,\tAnn\n", ann(first_name="\tAnn")),
    "the headers again": File(CN, "code,first_name\nA,Ann\n", ann(first_name="Ann"), {1: AGAIN}),
    "the headers of a second file": File(CN, "A,Ann\n\ufeffCode,First_Name\nB,Bob\n", BOTH, {2: AGAIN}),
    "one column, and its header again": File("code", "code\nA\n", {"A": {}}, {1: AGAIN}),
    "a row with a header's name": File(CN, "code,Ann\n", ann("code", first_name="Ann")),
    "a control character": File(CN, "A,A\x00nn\nB,Bob\n", {"B": {"first_name": "Bob"}}, {1: CONTROL}),
    "a control character in a column that is not read": File(
        "code - first_name", "A,\x07,Ann\nB,,Bob\n", {"B": {"first_name": "Bob"}}, {1: CONTROL}
    ),
    "a C1 control, as of Windows-1252": File(CN, "A,Ann\x85\nB,Bob\n", {"B": {"first_name": "Bob"}}, {1: CONTROL}),
    "delete": File(CN, "A,Ann\x7f\n", {}, {1: CONTROL}),
    "UTF-16 without a byte order mark": File(CN, "A,Ann\n".encode("utf-16-le"), {}, {1: CONTROL, 2: CONTROL}),
    "a wrong delimiter": File("code first_name email", "A;Ann;a@b.c\nB;Bob;b@b.c\n", refused="delimiter"),
    "a wrong delimiter, pipes for tabs": File(CN, "A|Ann\nB|Bob\n", refused="delimiter", delimiter="\t"),
    "an equals sign": File(CN, 'A,"=""00123"""\n', ann(first_name="00123")),
    "an equals sign without quotes of CSV": File(
        "code postal_code", '="00123",="02138"\n', ann("00123", postal_code="02138")
    ),
    "an apostrophe before digits": File("code postal_code", "'00124,'02139\n", ann("00124", postal_code="02139")),
    "an apostrophe before a phone": File(
        "code phone", "A,'+49 30 123456\nB,'030/12\n", {"A": {"phone": "+49 30 123456"}, "B": {"phone": "030/12"}}
    ),
    "an apostrophe before a formula": File(
        CN, "A,'=1+1\nB,'@b\n", {"A": {"first_name": "=1+1"}, "B": {"first_name": "@b"}}
    ),
    "two apostrophes": File(CN, "A,''=1+1\nB,''12\n", {"A": {"first_name": "'=1+1"}, "B": {"first_name": "'12"}}),
    "an apostrophe before a name": File(CN, "A,'t Hooft\n", ann(first_name="'t Hooft")),
    "a formula": File(CN, "A,=1+1\n", ann(first_name="=1+1")),
    "amounts with a point": File("code auto_add", "A,1.000\nB,1.5\n", {"A": {}, "B": {}}),
    "amounts with a point between semicolons": File(
        "code auto_add",
        "A;1.000\nB;1.5\nC;1000\nD;1.234.567\n",
        {"B": {}, "C": {}},
        {1: "ambiguous", 4: "ambiguous"},
        delimiter=";",
    ),
    "amounts with a comma": File("code auto_add", 'A,"1,000"\nB,"1.234,50"\n', {}, {1: "auto_add", 2: "auto_add"}),
}


def _identifiers() -> dict[str, File]:
    """Rows of two people whose cells say the same, or seem to."""
    files = {}
    for text in hidden.MISSING:
        files[f"{text} for two people"] = File(
            "card_number first_name",
            f"{text},Ann\n{text},Bob\nc1,Cid\n",
            {"-/-": {"card_number": "c1", "first_name": "Cid"}},
            {1: MISSING, 2: MISSING},
        )
    for text in hidden.ROUNDED:
        cell = f'"{text}"' if "," in text else text
        files[f"{text} for two people"] = File(
            "code first_name", f"{cell},Ann\n{cell},Bob\nC,Cid\n", ann("C", first_name="Cid"), {1: ROUNDED, 2: ROUNDED}
        )
    for text in hidden.NO_EMAIL:
        files[f"the e-mail {text}"] = File("code email", f'A,"{text}"\nB,b@b.c\n', ann("B", email="b@b.c"), {1: EMAIL})
    for one, other in hidden.SAME:
        kind = "email" if "@" in one else "phone"
        stored = hidden.EMAILS.get(one, one)
        name = f"{stored}/-" if kind == "email" else f"-/{one}"
        files[f"{other} and {one}"] = File(
            f"{kind} first_name",
            f'"{one}",Ann\n"{other}",Bob\n',
            {
                name if kind == "email" else f"-/{other}": {
                    "first_name": "Bob",
                    kind: stored if kind == "email" else other,
                }
            },
        )
    for unseen in hidden.UNSEEN:
        files[f"U+{ord(unseen):04X} in a code"] = File(
            "code first_name",
            f"A{unseen},Ann\n{unseen}A,Bob\nA,Cid\n",
            ann(first_name="Cid"),
            {1: f"U+{ord(unseen):04X}", 2: f"U+{ord(unseen):04X}"},
        )
    for blank in hidden.BLANK:
        files[f"U+{ord(blank):04X} is blank"] = File(
            "code first_name", f"A,Ann\nA,{blank}\n{blank},{blank}\n", ann(first_name="Ann")
        )
    return files


FILES: dict[str, File] = {**QUOTES, **LINES, **CELLS, **_identifiers()}
