"""A credential that expires says when, and is dropped by the table's time to live a day later."""

from loyalty.domain.account import Credential, Grant
from loyalty.store.tables import accounts
from tests.fakes.items import Item
from tests.fakes.store import SETTINGS, Store

TOKEN = Credential("token", "t0ken")
GRANT = Grant("acme", frozenset({"enrol"}))


def only_item(store: Store) -> Item:
    (item,) = store.dynamodb.tables[SETTINGS.accounts_table].values()
    return item


def test_a_credential_that_expires_does_so_and_is_dropped_a_day_later() -> None:
    # GIVEN a credential with an end
    store = Store()
    grant = GRANT._replace(expires_at=1_900_000_000)
    accounts.put_grant(store.database, TOKEN, grant)
    # THEN it is found with that, and stays in the table for a day more
    assert accounts.find_grant(store.database, TOKEN) == grant
    assert only_item(store)["ttl"] == {"N": str(1_900_000_000 + 86_400)}


def test_a_credential_that_does_not_expire_is_never_dropped() -> None:
    # GIVEN a credential without an end
    store = Store()
    accounts.put_grant(store.database, TOKEN, GRANT)
    # THEN nothing tells the table to drop it
    assert not {"ttl", "expires_at"} & set(only_item(store))
