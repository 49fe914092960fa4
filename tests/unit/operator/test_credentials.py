"""Credentials: each opens what it is for, is shown once, and ends when it is taken back."""

import base64
import re

import pytest

from loyalty.domain.account import Credential, Grant
from loyalty.domain.errors import CredentialsUnknown
from loyalty.doors.auth import authenticate
from loyalty.store.engine.cache import LIFETIME_SECONDS
from loyalty.store.tables import accounts, credentials
from loyalty.store.tables.credentials import Listed
from loyalty.vendors.capillary.credentials import basic_credential, client_credential
from loyalty.vendors.stickystreet.envelope import import_credential
from tests.fakes.gateway import ACCESS_TOKEN, ACCOUNT, BALANCE, CUSTOMERS, EARN, LEAVE, PROFILE_DELETE
from tests.fakes.operator import Desk

EARNING = {
    "type": "CUSTOMER",
    "promotionDetails": {"programId": 469, "promotionId": 56799},
    "identifierName": "email",
    "customers": [{"identifierValue": "user1@example.com", "source": "INSTORE"}],
}


def credential(kind: str, made: dict[str, str]) -> Credential:
    """What a client that was given this would send."""
    if kind == "token":
        return Credential("token", made["token"])
    if kind == "import-user":
        return import_credential(made["user_id"], made["user_api_key"])
    if kind == "basic":
        return basic_credential(made["user"], made["password"])
    return client_credential(made["key"], made["secret"])


@pytest.mark.parametrize(
    ("kind", "rights"),
    [
        ("token", {"enrol", "import", "jobs:read", "read"}),
        ("import-user", {"import", "jobs:read", "read"}),
        ("basic", {"earn", "import", "jobs:read", "read"}),
        ("client", {"earn", "import", "jobs:read", "read"}),
    ],
)
def test_a_credential_opens_the_account_and_its_secret_is_seen_once(kind: str, rights: set[str], desk: Desk) -> None:
    # WHEN a credential is made
    made = desk.json("credential", "create", "greatwidgets", kind, "shop")
    # THEN it opens the account with the rights that such a credential is for
    caller = authenticate(desk.system.database(), [credential(kind, made)], "203.0.113.7")
    assert (caller.account.id, set(caller.rights)) == ("greatwidgets", rights)
    # AND it is listed without its secret, which is in no table
    (listed,) = [one for one in desk.json("credential", "list", "greatwidgets") if one["name"] == "shop"]
    assert listed.pop("created_at")
    assert listed == {"id": made["id"], "kind": kind, "name": "shop", "rights": sorted(rights)}
    secret = made.get("token") or made.get("user_api_key") or made.get("password") or made["secret"]
    assert secret not in repr(desk.world.dynamodb.tables)
    # AND has 128 random bits or more
    assert len(secret) >= (32 if re.fullmatch("[0-9a-f]+", secret) else 22)


def test_a_basic_user_is_told_the_header_that_its_clients_send(desk: Desk) -> None:
    made = desk.json("credential", "create", "greatwidgets", "basic", "till")
    reply = desk.world.send(EARN, EARNING, {"Authorization": made["authorization"]})
    assert reply.json()["failureCount"] == 0
    assert base64.b64decode(made["authorization"].split()[1]).startswith(b"till:")


def test_rights_are_those_that_are_asked_for(desk: Desk) -> None:
    made = desk.json(
        "credential", "create", "greatwidgets", "token", "mover", "--right", "import", "--right", "migrate"
    )
    assert made["rights"] == ["import", "migrate"]
    result = desk.run("credential", "create", "greatwidgets", "token", "x", "--right", "all")
    assert (result.exit_code, result.err.split(";")[0]) == (1, "There is no right all")


@pytest.mark.parametrize("kind", ["token", "import-user", "basic", "client"])
def test_no_credential_erases_or_undoes_unless_that_was_asked_for(kind: str, desk: Desk) -> None:
    # GIVEN, WHEN a credential is made as usual, and others with one right each
    usual = desk.json("credential", "create", "greatwidgets", kind, "usual")
    single = {"read", "erase", "jobs:undo", "migrate"}
    made = {
        right: desk.json("credential", "create", "greatwidgets", kind, right.replace(":", "-"), "--right", right)
        for right in single
    }
    # THEN the first has none of those that take something away or bring ids, and of the others each has its own alone
    assert {"erase", "jobs:undo", "migrate"}.isdisjoint(usual["rights"])
    assert {right: one["rights"] for right, one in made.items()} == {right: [right] for right in single}
    # AND a new secret changes nothing of that
    assert desk.json("credential", "rotate", "greatwidgets", "usual")["rights"] == usual["rights"]


def test_a_stored_credential_gains_no_right(desk: Desk) -> None:
    # GIVEN a token with all the rights that there were in an earlier version
    earlier = {"enrol", "import", "earn", "jobs:read", "jobs:undo", "migrate"}
    stored = Credential("token", "of-an-earlier-version")
    accounts.put_grant(desk.system.database(), stored, Grant("greatwidgets", frozenset(earlier)))
    # WHEN it looks somebody up, and erases somebody
    headers = {"Authorization": "Bearer of-an-earlier-version"}
    person = {"email": "user2@example.com", "matching": "email", "loyalty_program_id": 123}
    replies = [desk.world.send(path, person, headers) for path in (BALANCE, PROFILE_DELETE)]
    replies.append(desk.world.get(CUSTOMERS, headers, kind="email", value="user2@example.com"))
    # THEN it is refused
    assert [reply.status for reply in replies] == [403, 403, 403]
    # AND it may do what it might before
    assert desk.world.send(LEAVE, person, headers).status == 200
    assert set(desk.world.get(ACCOUNT, headers).json()["rights"]) == earlier


@pytest.mark.parametrize("by", ["id", "name", "beginning"])
def test_a_revoked_credential_opens_nothing_after_the_minute_that_processes_keep_it(by: str, desk: Desk) -> None:
    # GIVEN a credential that a process has just used
    made = desk.json("credential", "create", "greatwidgets", "token", "shop")
    made["beginning"] = made["id"][:6]
    token, process = credential("token", made), desk.system.database()
    authenticate(process, [token], "203.0.113.7")
    # WHEN it is taken back
    assert desk.run("credential", "revoke", "greatwidgets", made[by], "--yes").exit_code == 0
    # THEN other processes refuse it at once, that one after a minute
    with pytest.raises(CredentialsUnknown):
        authenticate(desk.system.database(), [token], "203.0.113.7")
    assert authenticate(process, [token], "203.0.113.7")
    desk.world.clock.now += LIFETIME_SECONDS
    with pytest.raises(CredentialsUnknown):
        authenticate(process.within(60), [token], "203.0.113.7")
    # AND it is listed no more
    assert "shop" not in {one["name"] for one in desk.json("credential", "list", "greatwidgets")}


@pytest.mark.parametrize("action", ["revoke", "rotate"])
def test_the_access_tokens_of_an_oauth_client_end_with_its_secret(action: str, desk: Desk) -> None:
    # GIVEN an access token of a client
    made = desk.json("credential", "create", "greatwidgets", "client", "app")
    token = desk.world.send(ACCESS_TOKEN, {"key": "app", "secret": made["secret"]}).json()["data"]["accessToken"]
    headers = {"X-CAP-API-OAUTH-TOKEN": token}
    assert desk.world.send(EARN, EARNING, headers).status == 200
    # WHEN the client is revoked, or gets another secret
    desk.run("credential", action, "greatwidgets", "app", *(["--yes"] if action == "revoke" else []))
    # THEN the token opens nothing once processes look again
    desk.world.clock.now += LIFETIME_SECONDS
    assert desk.world.send(EARN, EARNING, headers).status == 401


@pytest.mark.parametrize("kind", ["token", "import-user", "basic", "client"])
def test_a_rotated_credential_has_its_rights_and_name_and_another_secret(kind: str, desk: Desk) -> None:
    # GIVEN a credential
    old = desk.json("credential", "create", "greatwidgets", kind, "shop", "--right", "earn")
    # WHEN it is rotated
    new = desk.json("credential", "rotate", "greatwidgets", old["id"])
    # THEN the new secret opens what the old one did, and the old one nothing
    assert authenticate(desk.system.database(), [credential(kind, new)], "203.0.113.7").rights == {"earn"}
    with pytest.raises(CredentialsUnknown):
        authenticate(desk.system.database(), [credential(kind, old)], "203.0.113.7")
    listed = [one["id"] for one in desk.json("credential", "list", "greatwidgets") if one["name"] == "shop"]
    assert listed == [new["id"]]


def test_a_name_is_taken_once_for_each_kind(desk: Desk) -> None:
    # GIVEN a token and an import user of one name
    desk.json("credential", "create", "greatwidgets", "token", "shop")
    desk.json("credential", "create", "greatwidgets", "import-user", "shop")
    # THEN another token of that name is refused, and the name alone does not say which is meant
    assert "rotate it" in desk.run("credential", "create", "greatwidgets", "token", "shop").err
    result = desk.run("credential", "revoke", "greatwidgets", "shop", "--yes")
    assert (result.exit_code, "several credentials" in result.err) == (1, True)


def test_another_accounts_credential_is_not_seen(desk: Desk) -> None:
    # GIVEN a credential of the other account
    made = desk.json("credential", "create", "othertenant", "token", "theirs")
    # THEN this one can't take it back
    result = desk.run("credential", "revoke", "greatwidgets", made["id"], "--yes")
    assert result.exit_code == 1
    assert authenticate(desk.system.database(), [credential("token", made)], "203.0.113.7").account.id == "othertenant"


def test_a_question_answered_with_no_takes_nothing_back(desk: Desk) -> None:
    result = desk.run("credential", "revoke", "greatwidgets", "demo", answer="n\n")
    assert result.exit_code == 1
    assert "Take back the token demo of greatwidgets?" in result.err
    assert authenticate(desk.system.database(), [Credential("token", "abc123def456")], "203.0.113.7")


def test_the_demo_credentials_are_listed(desk: Desk) -> None:
    names = [(one["kind"], one["name"]) for one in desk.json("credential", "list", "greatwidgets")]
    assert names == [
        ("basic", "store.server"),
        ("basic", "viewer.server"),
        ("import-user", "john1970"),
        ("client", "demo-key"),
        ("client", "viewer-key"),
        ("token", "demo"),
        ("token", "reader"),
        ("token", "viewer"),
    ]


def test_a_credential_of_limited_life_is_in_no_list(desk: Desk) -> None:
    accounts.put_grant(desk.system.database(), Credential("access", "x"), Grant("othertenant", frozenset({"earn"}), 1))
    assert [one["name"] for one in desk.json("credential", "list", "othertenant")] == ["other"]


def test_the_beginning_of_several_ids_is_refused_with_what_there_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN credentials whose ids begin alike, and one that is called as their beginning
    one = Listed("abcd1" + "0" * 59, "token", "one", frozenset(), "2026-01-31T08:00:00Z")
    alike = [one, one._replace(fingerprint="abcd2" + "0" * 59, name="two")]
    found = list(alike)
    monkeypatch.setattr(credentials, "list_all", lambda *_: found)
    # THEN the candidates are named, and nothing is taken back
    removed: list[str] = []
    monkeypatch.setattr(credentials, "remove", lambda *arguments: removed.append(arguments[-1]))
    result = desk.run("credential", "revoke", "greatwidgets", "abcd", "--yes")
    assert (result.exit_code, result.err) == (
        1,
        "abcd is the beginning of 2 credentials: abcd10000000, abcd20000000\n",
    )
    assert removed == []
    # AND a name comes before an id
    found.append(one._replace(fingerprint="f" * 64, name="abcd"))
    assert desk.run("credential", "revoke", "greatwidgets", "abcd", "--yes").exit_code == 0
    assert removed == ["f" * 64]
