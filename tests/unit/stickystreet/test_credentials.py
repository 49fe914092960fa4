"""Who may import: the key of header or body, a token, and what is asked of each."""

import pytest

from tests.fakes.importing import FORM, SEED, ImportWorld, as_form

WITHOUT = {name: text for name, text in SEED.items() if name not in ("user_id", "user_api_key", "account_id")}
USER = {"user_id": "john1970", "account_id": "greatwidgets"}
KEY = "1959caadac9b13dcb3"

WAYS = {
    "key": (USER | {"user_api_key": KEY}, {}),
    "password": (USER | {"user_password": KEY}, {}),
    "header": (USER, {"api_access_key": KEY}),
    "header_over_a_wrong_key": (USER | {"user_api_key": "wrong"}, {"Api_Access_Key": KEY}),
    "token": ({}, {"Authorization": "Bearer abc123def456"}),
    "token_and_account": ({"account_id": "greatwidgets"}, {"Authorization": "bearer abc123def456"}),
}


def status(body: dict[str, str], headers: dict[str, str]) -> tuple[str, str | None]:
    reply = ImportWorld().post(as_form(WITHOUT | body), headers={"Content-Type": FORM, **headers})
    return reply.json()["status"], reply.json().get("error")


@pytest.mark.parametrize(("body", "headers"), WAYS.values(), ids=WAYS)
def test_every_way_to_name_oneself_opens_the_account(body: dict[str, str], headers: dict[str, str]) -> None:
    assert status(body, headers) == ("success", None)


WRONG = "user_id, user_api_key or account_id is wrong"
REFUSED = {
    "unknown_token": ({}, {"Authorization": "Bearer nobody"}, WRONG),
    "token_of_another_account": (
        {"account_id": "greatwidgets"},
        {"Authorization": "Bearer other-token-1"},
        WRONG,
    ),
    "token_without_the_right": (
        {},
        {"Authorization": "Bearer readonly-token"},
        "This user has no right to import customers",
    ),
    "token_as_a_key": (USER | {"user_api_key": "abc123def456"}, {}, WRONG),
    "another_scheme": (
        {},
        {"Authorization": f"Basic {KEY}"},
        "user_id, user_api_key and account_id are required",
    ),
    "nothing": ({}, {}, "user_id, user_api_key and account_id are required"),
}


@pytest.mark.parametrize(("body", "headers", "text"), REFUSED.values(), ids=REFUSED)
def test_who_is_not_known_or_has_no_right_is_told_so(body: dict[str, str], headers: dict[str, str], text: str) -> None:
    assert status(body, headers) == ("error", text)
