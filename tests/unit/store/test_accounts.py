"""Accounts, credentials and programs: stored, found, cached for a minute, and apart from each other."""

import re

import pytest

from loyalty.domain.account import Account, Caller, Credential, CustomField, Grant, Program
from loyalty.domain.errors import CredentialsMissing, CredentialsUnknown, InternalError, RightMissing
from loyalty.doors.auth import authenticate
from loyalty.store.engine.cache import LIFETIME_SECONDS, TimedCache
from loyalty.store.tables import accounts
from tests.fakes.clock import FakeClock
from tests.fakes.store import Store

FIELDS = (CustomField(1, "user_id", "User ID", match=True), CustomField(2, "size", "Size", match=False))
ACME = Account("acme", always_200=True, custom_fields=FIELDS)
TOKEN = Credential("token", "t0ken")


def test_what_is_stored_is_found() -> None:
    # GIVEN an account with a credential and two programs
    store = Store()
    programs = [Program("1", "One", "points", active=True), Program("2", "Two", "product", active=False)]
    accounts.put_account(store.database, ACME)
    accounts.put_grant(store.database, TOKEN, Grant("acme", frozenset({"enrol", "import"})))
    for program in programs:
        accounts.put_program(store.database, "acme", program)
    # WHEN they are looked up
    # THEN they are the same
    assert accounts.find_account(store.database, "acme") == ACME
    assert accounts.find_grant(store.database, TOKEN) == Grant("acme", frozenset({"enrol", "import"}))
    assert [accounts.find_program(store.database, "acme", one) for one in "12"] == programs


def test_what_is_not_there_is_none() -> None:
    # GIVEN another account's program
    store = Store()
    accounts.put_program(store.database, "other", Program("1", "One", "points", active=True))
    # THEN this account has none
    assert accounts.find_program(store.database, "acme", "1") is None
    assert accounts.find_account(store.database, "acme") is None
    assert accounts.find_grant(store.database, TOKEN) is None


def test_a_secret_of_one_kind_is_none_of_another_kind() -> None:
    # GIVEN a token
    store = Store()
    accounts.put_grant(store.database, TOKEN, Grant("acme", frozenset({"enrol"})))
    # THEN the same secret as a password opens nothing, nor a token that spells kind and secret
    assert accounts.find_grant(store.database, Credential("password", "t0ken")) is None
    assert accounts.find_grant(store.database, Credential("", "token:t0ken")) is None


def test_a_credential_is_stored_and_shown_without_its_secret() -> None:
    # GIVEN a credential
    store = Store()
    accounts.put_grant(store.database, TOKEN, Grant("acme", frozenset({"enrol"})))
    # THEN neither table nor text holds it
    assert "t0ken" not in repr(store.dynamodb.calls)
    assert "t0ken" not in repr(TOKEN)
    assert re.fullmatch("[0-9a-f]{64}", TOKEN.fingerprint())


def test_a_program_id_with_the_key_separator_is_refused() -> None:
    with pytest.raises(ValueError, match="a#b"):
        accounts.put_program(Store().database, "acme", Program("a#b", "", "points", active=True))


def test_an_account_id_with_the_key_separator_is_refused() -> None:
    with pytest.raises(ValueError, match="a#b"):
        accounts.put_account(Store().database, Account("a#b"))


def test_only_match_fields_are_identifiers() -> None:
    assert [ACME.match_kind(name) for name in ("user_id", "size", "email", "")] == ["custom_field_1", None, None, None]


def test_what_was_found_is_kept_for_a_minute_and_changes_count_then() -> None:
    # GIVEN a credential that was looked up
    store = Store()
    accounts.put_grant(store.database, TOKEN, Grant("acme", frozenset({"enrol"})))
    accounts.find_grant(store.database, TOKEN)
    # WHEN its rights are taken away, and later requests of the same process look it up
    accounts.put_grant(store.database, TOKEN, Grant("acme", frozenset({"jobs:read"})))
    store.clock.now += LIFETIME_SECONDS - 0.1
    before = accounts.find_grant(store.database.within(29), TOKEN)
    store.clock.now += 0.2
    after = accounts.find_grant(store.database.within(29), TOKEN)
    # THEN they still count for the rest of a minute
    assert (before, after) == (Grant("acme", frozenset({"enrol"})), Grant("acme", frozenset({"jobs:read"})))
    assert store.dynamodb.count("get_item") == 2


def test_what_was_not_found_is_looked_up_again() -> None:
    # GIVEN a token that was unknown
    store = Store()
    assert accounts.find_grant(store.database, TOKEN) is None
    # WHEN it is made
    accounts.put_grant(store.database, TOKEN, Grant("acme", frozenset({"enrol"})))
    # THEN it counts at once
    assert accounts.find_grant(store.database, TOKEN) is not None


def test_the_cache_does_not_grow_without_end() -> None:
    # GIVEN a cache that was asked for thousands of things
    clock = FakeClock()
    cache = TimedCache(clock)
    for number in range(3_001):
        assert cache.get(number, lambda number=number: number) == number  # type: ignore[misc]
    # THEN the last is kept and the first was forgotten
    assert cache.get(3_000, lambda: -1) == 3_000
    assert cache.get(0, lambda: -1) == -1


@pytest.mark.parametrize(
    ("credentials", "error"),
    [
        ([], CredentialsMissing),
        ([Credential("token", "other")], CredentialsUnknown),
        ([Credential("token", "other"), Credential("password", "t0ken")], CredentialsUnknown),
        ([TOKEN], InternalError),
        ([Credential("password", "t0ken"), TOKEN], InternalError),
    ],
)
def test_who_is_not_known_is_told_why(credentials: list[Credential], error: type[Exception]) -> None:
    # GIVEN a token of an account that is not there
    store = Store()
    accounts.put_grant(store.database, TOKEN, Grant("acme", frozenset({"enrol"})))
    # WHEN somebody calls
    # THEN each reason has its error
    with pytest.raises(error):
        authenticate(store.database, credentials, "203.0.113.7")


def test_a_caller_has_the_rights_of_its_credential_and_no_others() -> None:
    # GIVEN a token that may enrol
    store = Store()
    accounts.put_account(store.database, ACME)
    accounts.put_grant(store.database, TOKEN, Grant("acme", frozenset({"enrol"})))
    # WHEN it is used
    caller = authenticate(store.database, [TOKEN], "203.0.113.7")
    # THEN the account is known, and what may be done
    assert caller == Caller(ACME, frozenset({"enrol"}), TOKEN.kind)
    caller.require("enrol")
    with pytest.raises(RightMissing):
        caller.require("import")
