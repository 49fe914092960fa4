"""The demo accounts of a local start; a deployed stack never holds them.

The data makes the vendors' own samples work as printed: docs/local.md tells what is there.
"""

from collections.abc import Mapping

from loyalty.domain.account import (
    JOBS_READ,
    MIGRATE,
    READ,
    Account,
    Business,
    Credential,
    CustomField,
    Grant,
    Product,
    Program,
    ProgramSettings,
    Promotion,
    Reward,
)
from loyalty.domain.customer import Customer
from loyalty.domain.identifiers import custom_field
from loyalty.operations.registry import RIGHTS
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import accounts, credentials, customers, memberships, promotion_changes
from loyalty.store.tables.memberships import Membership
from loyalty.vendors.capillary.credentials import basic_credential, client_credential
from loyalty.vendors.stickystreet.envelope import import_credential
from tools.operator.database import connect

ALL_RIGHTS = RIGHTS - {MIGRATE}
"""Those of a client; bringing ids is for who migrates."""

ACCOUNT = Account(
    "greatwidgets",
    custom_fields=(CustomField(1, "user_id", "User ID", match=True),),
    business=Business("Great Widgets", "EN", "USD", "$", "2025-01-05"),
)
OTHER_ACCOUNT = Account("othertenant")

OWNER = Grant(ACCOUNT.id, ALL_RIGHTS)
READER = Grant(ACCOUNT.id, frozenset({READ}))
VIEWER = Grant(ACCOUNT.id, frozenset({JOBS_READ}))
OTHER_OWNER = Grant(OTHER_ACCOUNT.id, ALL_RIGHTS)

CREDENTIALS = [
    ("demo", Credential("token", "abc123def456"), OWNER),
    ("viewer", Credential("token", "readonly-token"), VIEWER),
    ("reader", Credential("token", "reader-token"), READER),
    ("other", Credential("token", "other-token-1"), OTHER_OWNER),
    ("john1970", import_credential("john1970", "1959caadac9b13dcb3"), OWNER),
    ("store.server", basic_credential("store.server", "server123"), OWNER),
    ("viewer.server", basic_credential("viewer.server", "server123"), VIEWER),
    ("demo-key", client_credential("demo-key", "demo-secret"), OWNER),
    ("viewer-key", client_credential("viewer-key", "viewer-secret"), VIEWER),
]
"""Each with its name and what it opens."""

WIDGET_REWARDS = ProgramSettings(
    currency="EUR",
    glyph="€",
    points_ratio="1",
    reward_ratio="15",
    rewards=(Reward("356", "1000", "Free Widget"), Reward("417", "1500", "Free Service")),
    created_at="2025-01-05T10:26:11Z",
)

STARS = ProgramSettings(currencies=("stars", "starts", "bonus_points"))
COFFEE = ProgramSettings(products=(Product("45678", "Coffee"),))

PROGRAMS = [
    Program("123", "Program 123", "points", active=True, settings=STARS),
    *(Program(number, f"Program {number}", "points", active=True) for number in ("469", "2607", "2750", "2844")),
    Program("124", "Program 124", "points", active=False),
    Program("898989889", "Widget Rewards", "points", active=True, settings=WIDGET_REWARDS),
    *(
        Program(campaign, f"Campaign {campaign}", "points", active=True)
        for campaign in ("89898989989", "13234545", "34534554")
    ),
    Program("visits-1", "Visits", "visits", active=True),
    Program("dollars-1", "Dollars", "dollars", active=True),
    Program("product-1", "Product", "product", active=True, settings=COFFEE),
]

PROMOTIONS = [
    Promotion("56799", program_id="469", name="Welcome back"),
    Promotion("56800", program_id="469", active=False),
    Promotion("201436", program_id="2750", limit=1),
    Promotion("56801", program_id="2607", identifier="Promo_testMay13", limit=2),
    Promotion("200206", program_id="2844", limit=0),
]

USERS = 50
_PROFILE_IDS = {1: "663a138cee44bb50a67115cd", 2: "69df4fd5ff232800e2d1e2d6"}  # as the batch sample answers
_CUSTOMER_IDS = {1: 98662653, 2: 98662632, 3: 423924812, 4: 387004879, 5: 423815857}


def profile_id(number: int) -> str:
    """The profile_id of user<number>@example.com."""
    return _PROFILE_IDS.get(number, f"{number:024x}")


def customer(number: int) -> Customer:
    """user<number>@example.com."""
    identifiers = {
        "email": f"user{number}@example.com",
        "phone": f"+{12025550100 + number}",
        custom_field(1): str(123456 + number),
    }
    return Customer(profile_id(number), _CUSTOMER_IDS.get(number, 500_000_000 + number), identifiers)


FIRST_CUSTOMER = Customer(
    "profile123",
    500_000_000,
    {"email": "user@example.com", "phone": "+1234567890", custom_field(1): "123456"},
)

OTHER_CUSTOMER = Customer("aaaaaaaaaaaaaaaaaaaaaaaa", 500_000_001, {"email": "user1@example.com"})


def seed(endpoint_url: str, tables: Mapping[str, str]) -> None:
    """Put the demo data into the tables of a local endpoint; what is there already stays.

    `tables` are as `database.connect` takes them.
    """
    local = {"endpoint_url": endpoint_url, "region_name": "us-east-1"}
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}  # any will do on a local stack
    fill(connect(tables, **local, **keys))


def fill(database: Database) -> None:
    """Put the demo data into the tables of a database, unless it is there: then what became of it stays."""
    if accounts.find_account(database, ACCOUNT.id) is None:
        _seed_customers(database)
        _seed_accounts(database)


def _seed_accounts(database: Database) -> None:
    for name, credential, grant in CREDENTIALS:
        credentials.add(database, credential, grant, name)
    for program in PROGRAMS:
        accounts.put_program(database, ACCOUNT.id, program)
    accounts.put_program(database, OTHER_ACCOUNT.id, PROGRAMS[0])
    for promotion in PROMOTIONS:
        promotion_changes.put(database, ACCOUNT.id, promotion)
    for account in (OTHER_ACCOUNT, ACCOUNT):  # the last: it says that all is there
        accounts.put_account(database, account)


def _seed_customers(database: Database) -> None:
    for one in (FIRST_CUSTOMER, *map(customer, range(1, USERS + 1))):
        customers.create(database, ACCOUNT.id, one)
    customers.create(database, OTHER_ACCOUNT.id, OTHER_CUSTOMER)
    member = Membership(profile_id(2), "2024-01-01T00:00:00Z", origin="demo#0")
    memberships.insert_all(database, ACCOUNT.id, "123", [member], redelivered=False)
