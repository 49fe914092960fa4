"""Many customers at once, put into a table without any call."""

from loyalty.domain.customer import Customer
from loyalty.store.tables import keys
from tests.fakes.dynamodb import FakeDynamoDB
from tests.fakes.items import Item
from tests.fakes.store import SETTINGS


def person(number: int) -> Customer:
    """person<number>@example.com, with a phone."""
    identifiers = {"email": f"person{number}@example.com", "phone": f"+{10_000_000_000 + number}"}
    return Customer(f"{number:024x}", 1_000_000_000 + number, identifiers)


def people(count: int) -> list[Customer]:
    """person0 to the last of `count`."""
    return [person(number) for number in range(count)]


def customer_items(account_id: str, customer: Customer) -> list[Item]:
    """What the table of customers holds for one."""
    reference = {"profile_id": {"S": customer.profile_id}, "customer_id": {"N": str(customer.customer_id)}}
    names = [("profile_id", customer.profile_id), *customer.identifiers.items()]
    return [{"pk": {"S": keys.identifier(account_id, kind, text)}, **reference} for kind, text in names]


def populate(dynamodb: FakeDynamoDB, account_id: str, population: list[Customer]) -> None:
    """Have the customers in the fake table."""
    items = [item for customer in population for item in customer_items(account_id, customer)]
    dynamodb.tables[SETTINGS.customers_table].update({(item["pk"]["S"],): item for item in items})
