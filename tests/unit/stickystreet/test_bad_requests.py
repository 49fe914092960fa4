"""Requests that can't be done: an error with HTTP 200 that names the parameter and quotes the value, nothing stored."""

from urllib.parse import urlencode

import pytest

from tests.fakes.importing import SEED, TYPES, ImportWorld, refusal

FIFTY_ONE = ",".join(map(str, range(51)))
COLUMNS = "which is no field of the account's customers"

OPEN = (
    " in its line, so a quote is probably unbalanced there; only street1, street2 and custom fields may hold line ends"
)
REFUSED = {
    "wrong_key": (
        {"user_api_key": "nope"},
        "user_id, user_api_key or account_id is wrong",
    ),
    "wrong_user": (
        {"user_id": "jane1970"},
        "user_id, user_api_key or account_id is wrong",
    ),
    "wrong_account": (
        {"account_id": "othertenant"},
        "user_id, user_api_key or account_id is wrong",
    ),
    "no_key": (
        {"user_api_key": ""},
        "user_id, user_api_key and account_id are required",
    ),
    "no_user": ({"user_id": ""}, "user_id, user_api_key and account_id are required"),
    "no_account": (
        {"account_id": " "},
        "user_id, user_api_key and account_id are required",
    ),
    "wrong_type": (
        {"type": "customer_batch"},
        f'type must be one of {TYPES}; it is "customer_batch"',
    ),
    "no_type": (
        {"type": ""},
        f"type is required, one of {TYPES}",
    ),
    "wrong_version": ({"API": "2.0"}, 'API must be 1.5; it is "2.0"'),
    "no_campaign": (
        {"campaigns_to_include": " |,| ,"},
        "campaigns_to_include is required: at least one campaign",
    ),
    "unknown_campaign": (
        {"campaigns_to_include": "898989889,foo"},
        'campaigns_to_include names an unknown campaign, "foo"',
    ),
    "endless_campaign": (
        {"campaigns_to_include": "c" * 3000},
        f'campaigns_to_include names an unknown campaign, "{"c" * 63}…"',
    ),
    "inactive_campaign": (
        {"campaigns_to_include": "124"},
        'campaigns_to_include names the campaign "124", which is not active',
    ),
    "51_campaigns": (
        {"campaigns_to_include": FIFTY_ONE},
        f'campaigns_to_include names more than 50 campaigns: "{FIFTY_ONE[:63]}…"',
    ),
    "no_header_1": ({"profiles_header_1": ""}, "profiles_header_1 is required"),
    "gap_of_two": (
        {"profiles_header_3": "", "profiles_header_4": " "},
        "profiles_header_3 and profiles_header_4 are missing: headers may skip one number, not more",
    ),
    "endless_header_number": (
        {"profiles_header_9999": "city"},
        "profiles_header_7 and profiles_header_8 are missing: headers may skip one number, not more",
    ),
    "header_twice": (
        {"profiles_header_6": "Code"},
        'profiles_header_6 repeats profiles_header_1 ("Code")',
    ),
    "header_and_its_alias": (
        {"profiles_header_6": "custom_date"},
        'profiles_header_6 repeats profiles_header_5 ("custom_date")',
    ),
    "unknown_header": (
        {"profiles_header_3": "shoe size"},
        f'profiles_header_3 names "shoe size", {COLUMNS}',
    ),
    "unknown_custom_field": (
        {"profiles_header_3": "custom_field_2"},
        f'profiles_header_3 names "custom_field_2", {COLUMNS}',
    ),
    "header_for_migrants": (
        {"profiles_header_3": "profile_id"},
        'profiles_header_3 names "profile_id", which needs a user with the right to migrate',
    ),
    "header_of_registered": (
        {"profiles_header_3": "Registered"},
        'profiles_header_3 names "Registered", which needs a user with the right to migrate',
    ),
    "unknown_delimiter": (
        {"delimiter": "semicolon"},
        'delimiter must be pipe, comma or tab; it is "semicolon"',
    ),
    "no_delimiter": ({"delimiter": ""}, "delimiter is required: pipe, comma or tab"),
    "unknown_overwrite": (
        {"overwrite_duplicates": "no"},
        'overwrite_duplicates must be yes, update or ignore; it is "no"',
    ),
    "unknown_output": ({"output": "CSV"}, 'output must be XML or JSON; it is "CSV"'),
    **{
        f"card_length_{digits}": (
            {"card_number_generate": digits},
            f'card_number_generate must be a number of digits, 4 to 19; it is "{digits}"',
        )
        for digits in ("3", "20", "ten", "²", "5.0")
    },
    "no_data": ({"Profiles_Data": ""}, "profiles_data is required: it holds no row"),
    "blank_data": (
        {"Profiles_Data": " \n\r\n  \r"},
        "profiles_data is required: it holds no row",
    ),
    "too_many_rows": (
        {"Profiles_Data": "1\n" * 20_001},
        "profiles_data may hold at most 20000 rows; send the rest in further requests",
    ),
    "open_quote_after_blank_and_broken_rows": (
        {"delimiter": "comma", "Profiles_Data": '1,2\n\n \n3,"x"y\n4,"5\n6,7'},
        f"profiles_data, line 5: the quoted cell 2 is not closed{OPEN}",
    ),
    "open_quote": (
        {"delimiter": "comma", "Profiles_Data": '1,2\n3,"4\n5,6'},
        f"profiles_data, line 2: the quoted cell 2 is not closed{OPEN}",
    ),
    "quotes_that_swallow_rows": (
        {"delimiter": "comma", "Profiles_Data": '1,2\n2,3,"Bob\n3,4,Cid\n4,5,Dora",x\n5,6'},
        f"profiles_data, line 2: the quoted cell 3 is not closed{OPEN}",
    ),
    "quotes_that_swallow_rows_as_a_street": (
        {
            "delimiter": "comma",
            "profiles_header_3": "street1",
            "Profiles_Data": '1,2,,,,\n2,3,"Main,,,1\n3,4,Oak",,,2',
        },
        "profiles_data, line 2: a quoted cell holds whole rows, so a quote is probably unbalanced there",
    ),
    "quotes_that_end_at_the_next_quoted_street": (
        {"delimiter": "comma", "profiles_header_3": "street1", "Profiles_Data": '2,3,"Main\n3,4,"Oak",,,2'},
        f"profiles_data, line 1: the quoted cell 3 is not closed{OPEN}",
    ),
    "no_delimiter_in_any_row": (
        {"delimiter": "comma", "Profiles_Data": "W1;Ann\nW2;Bob"},
        "no row of profiles_data has the delimiter, though the headers name 6 columns: is delimiter wrong?",
    ),
    "another_delimiter_before_the_rows": (
        {"Profiles_Data": "\nsep=;\nW1;Ann"},
        "profiles_data begins with sep=;, so delimiter must be semicolon",
    ),
    "decimal_mark": ({"decimal_mark": "point"}, 'decimal_mark must be dot or comma; it is "point"'),
}


def error(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<response status="error"><error>{escaped}</error></response>'


@pytest.mark.parametrize(("changes", "text"), REFUSED.values(), ids=REFUSED)
def test_a_refused_parameter_is_named_and_nothing_is_imported(changes: dict[str, str], text: str) -> None:
    # GIVEN the seed's sample with one thing wrong
    world = ImportWorld()
    before = world.dynamodb.snapshot()
    # WHEN it is sent
    reply = world.post(urlencode(SEED | changes))
    # THEN the answer says what is wrong, with HTTP 200
    assert (reply.status, reply.headers["Content-Type"]) == (
        200,
        "text/xml; charset=utf-8",
    )
    assert reply.body == error(text)
    # AND nothing was stored
    stored = world.dynamodb.snapshot()
    counts = {key for key in stored["accounts"] if key[0].startswith("rate#")}  # of wrong credentials
    assert stored | {"accounts": {key: stored["accounts"][key] for key in stored["accounts"].keys() - counts}} == before


@pytest.mark.parametrize("header", ["x" * 10, "1959caadac9b13dcb3x"])
def test_a_key_in_the_header_wins_over_a_right_one_in_the_body(header: str) -> None:
    # GIVEN a good key in the body and another in the header
    world = ImportWorld()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "api_access_key": header,
    }
    # WHEN the request is sent
    reply = world.post(urlencode(SEED), headers=headers)
    # THEN it is the header's that counts
    assert reply.body == error("user_id, user_api_key or account_id is wrong")


CALLBACKS = {
    "code": "alert(1)//",
    "too_long": "a" * 129,
    "200_characters": "a" * 200,
    "letters_beyond_ascii": "функция",
    "digit_first": "1a",
    "empty_part": "a..b",
    "trailing_line_end": "a\nb",
}


@pytest.mark.parametrize("callback", CALLBACKS.values(), ids=CALLBACKS)
def test_a_callback_that_is_no_name_is_refused_in_json_without_being_called(
    callback: str,
) -> None:
    # GIVEN a callback that would run in the client's page
    world = ImportWorld()
    # WHEN JSONP is asked for
    answer = world.send(SEED | {"callback": callback})
    # THEN the answer is plain JSON
    assert answer["status"] == "error"
    assert answer["error"].startswith(
        "callback must be a dotted JavaScript name of at most 128 ASCII characters; it is "
    )


@pytest.mark.parametrize("name", ["user_id", "user_api_key", "user_password", "API_ACCESS_KEY"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_credentials_in_the_url_are_refused_with_the_reason(name: str, method: str) -> None:
    # GIVEN a request with a credential in its URL
    world = ImportWorld()
    before = world.dynamodb.snapshot()
    # WHEN it is sent
    reply = world.post(urlencode(SEED), httpMethod=method, queryStringParameters={name: "x"})
    # THEN the answer tells where credentials belong
    text = f"{name.lower()} must be sent in the body of a POST, never in a URL, which logs keep"
    assert (reply.status, reply.body) == (200, error(text))
    assert world.dynamodb.snapshot() == before


def test_get_is_refused_with_the_reason() -> None:
    # GIVEN, WHEN a GET without anything
    reply = ImportWorld().post("", httpMethod="GET", queryStringParameters=None)
    # THEN the answer says what to use
    assert reply.status == 200
    assert reply.body == error("GET is not allowed: use POST, with the parameters in its body")


def test_a_user_without_the_right_to_import_is_told_so() -> None:
    # GIVEN a user with another right
    world = ImportWorld()
    viewer = world.grant("viewer", "key", "jobs:read")
    # WHEN it imports
    answer = world.send(SEED | viewer)
    # THEN it is refused
    assert answer == refusal("This user has no right to import customers")
