"""Where a body stops being one that a client would send: each limit is reached by one that is read, and not passed."""

import json
from collections.abc import Mapping

import pytest

from tests.fakes.capillary import CapillaryWorld
from tests.fakes.capillary import request as earn_request
from tests.fakes.gateway import BATCH
from tests.fakes.importing import ImportWorld, rows_form
from tests.fakes.requests import JSON, XML, batch, emails
from tests.fakes.world import TOKEN, World

MANY_VALUES = "The JSON has more values than a request needs"
MANY_ELEMENTS = "The XML has more elements or attributes than a request needs"
EMOJI = "The body may have at most 5000000 bytes when there are emoji or the like in it"


def text_of(body: object, headers: Mapping[str, str]) -> str:
    """What the endpoint says to a body that asks for JSON."""
    reply = World().send(BATCH, body, {**headers, "Accept": "application/json"})
    return str(reply.json()["error_text"])


def json_of(values: int) -> str:
    """A request with so many values beside its own five and the one that fills it up."""
    numbers = ",".join(["1"] * values)
    return (
        f'{{"token":"{TOKEN}","loyalty_program_id":123,"matching":"email","data":[{{"email":"a@b"}}],"x":[{numbers}]}}'
    )


def xml_of(inner: str) -> str:
    """A request with more than it needs."""
    params = f"<token>{TOKEN}</token><loyalty_program_id>123</loyalty_program_id><matching>email</matching>"
    return f"<xml>{params}<data><email>a@b</email></data>{inner}</xml>"


def test_json_may_have_fifteen_values_for_each_item_that_a_request_may_hold() -> None:
    own = json_of(1).count(",") + json_of(1).count("[") + json_of(1).count("{")
    assert text_of(json_of(300_000 - own + 1), JSON) == "Successful operation"
    assert text_of(json_of(300_000 - own + 2), JSON) == MANY_VALUES


@pytest.mark.parametrize("element", ["<x/>", "<x></x>"])
def test_xml_may_have_eight_elements_for_each_item_that_a_request_may_hold(element: str) -> None:
    own = xml_of("").count("<") - xml_of("").count("</")
    assert text_of(xml_of(element * (8 * 20_001 - own)), XML) == "Successful operation"
    assert text_of(xml_of(element * (8 * 20_001 - own + 1)), XML) == MANY_ELEMENTS


def test_xml_may_have_a_hundred_fields_in_one_element_and_any_number_of_items() -> None:
    fields = [f"<x{number}/>" for number in range(100)]
    assert text_of(xml_of(f"<data>{''.join(fields)}</data>"), XML) == "Successful operation"
    assert text_of(xml_of(f"<data>{''.join(fields)}<x0/></data>"), XML) == "Successful operation"
    assert text_of(xml_of(f"<data>{''.join(fields)}<y/></data>"), XML) == MANY_ELEMENTS
    assert text_of(xml_of("<data/>" * 101), XML) == "Successful operation"


def test_xml_may_have_three_attributes_for_each_item_that_a_request_may_hold() -> None:
    assert text_of(xml_of("<data array='true'/>" * 10_000), XML) == "Successful operation"
    assert text_of(xml_of("<x a='' b='' c=''/>" * 20_001), XML) == "Successful operation"
    assert text_of(xml_of("<x a='' b='' c=''/>" * 20_001 + "="), XML) == MANY_ELEMENTS


XML_EMOJI = "The XML may have at most 4000000 bytes when there are emoji or the like in it"


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize(("letter", "text"), [("\u0436", "Successful operation"), ("\U0001f600", EMOJI)])
def test_a_body_with_emoji_may_have_half_the_size_of_others(letter: str, text: str, ascii_only: bool) -> None:
    # GIVEN, WHEN a large body with a letter as it is, or as an escape
    request = batch(emails("user1"), note=letter + "x" * 5_000_000)
    # THEN it is how much memory the letter takes that counts
    assert text_of(json.dumps(request, ensure_ascii=ascii_only), JSON) == text


@pytest.mark.parametrize(
    ("letter", "text"),
    [
        ("\u0436", "Successful operation"),
        ("&#x436;", "Successful operation"),
        ("&#1078;", "Successful operation"),
        ("&#65533;", "Successful operation"),
        ("&#xFFFD;", "Successful operation"),
        ("\U0001f600", XML_EMOJI),
        ("&#x1F600;", XML_EMOJI),
        ("&#x00010000;", XML_EMOJI),
        ("&#x10ffff;", XML_EMOJI),
        ("&#65536;", XML_EMOJI),
        ("&#0128512;", XML_EMOJI),
        ("&#1114111;", XML_EMOJI),
    ],
)
def test_xml_with_emoji_may_have_less_than_half_the_size_of_others(letter: str, text: str) -> None:
    assert text_of(xml_of(f"<note>{letter}{'x' * 4_000_000}</note>"), XML) == text
    assert text_of(xml_of(f"<note>{letter}{'x' * 3_900_000}</note>"), XML) == "Successful operation"


HOSTS = (
    "E-mail addresses may have at most 50000 characters of international domains together; send the rest in further "
    "requests"
)


def addresses(domains: int, each: int = 1) -> list[str]:
    """Addresses at so many international domains of ten characters, a number of them at each."""
    return [f"a{n}@\u0436{number:05d}.com" for number in range(domains) for n in range(each)]


@pytest.mark.parametrize(("domains", "text"), [(5_000, "Successful operation"), (5_001, HOSTS)])
def test_members_of_one_request_may_be_at_so_many_international_domains(domains: int, text: str) -> None:
    items = [{"email": one} for one in addresses(domains, each=2)]
    assert text_of(batch(items), JSON) == text


@pytest.mark.parametrize(("domains", "error"), [(5_000, None), (5_001, HOSTS)])
def test_customers_of_one_import_may_be_at_so_many_international_domains(domains: int, error: str | None) -> None:
    form = rows_form("email first_name", *(f"{one}|" for one in addresses(domains)), dry_run="yes")
    assert ImportWorld().send(form).get("error") == error


@pytest.mark.parametrize(("domains", "status"), [(5_000, 200), (5_001, 413)])
def test_earning_customers_may_be_at_so_many_international_domains(domains: int, status: int) -> None:
    customers = [{"identifierValue": one, "source": "INSTORE"} for one in addresses(domains)]
    assert CapillaryWorld().earn(earn_request(identifierName="email", customers=customers)).status == status


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ('A,"' + "x" * 999_990 + '"', None),
        ('A,"' + "x" * 1_000_000 + '"', "profiles_data, line 1: the row has more than 1000000 characters"),
        (
            'A,a\r\nB,"' + "x\r\n" * 400_000 + '"',
            "profiles_data, line 2: the row has more than 1000000 characters",
        ),
        ("\n" * 1_000_001, "profiles_data may hold at most 1000000 lines"),
        ("\r\n" * 1_000_000 + "A,a", None),
    ],
    ids=["long", "too long", "too long in many lines", "too many lines", "many blank lines"],
)
def test_rows_with_quotes_end_somewhere(data: str, error: str | None) -> None:
    # GIVEN, WHEN an import whose rows or lines are many or long
    answer = ImportWorld().send(rows_form("code street1", data, delimiter="comma"))
    # THEN one that nobody sends is refused as a whole, since where its row ends is not known
    assert answer.get("error") == error


@pytest.mark.parametrize("delimiter", ["|", "\t", ","])
def test_a_row_without_quotes_fails_alone_however_long(delimiter: str) -> None:
    # GIVEN, WHEN an import with a row of nothing but delimiters among good ones
    lines = (f"A{delimiter}a", delimiter * 3_000_000, f"B{delimiter}b")
    name = {"|": "pipe", "\t": "tab", ",": "comma"}[delimiter]
    batch = ImportWorld().rows("code first_name", *lines, delimiter=name, no_undo="yes")
    # THEN it alone fails
    assert batch["rows"] == [{"number": 2, "error": "The row is larger than 64 KB"}]
    assert batch["customers"] == {"new": 2, "updated": 0, "failed": 1}
