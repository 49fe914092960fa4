"""The webhook of an account in the Accounts table: where ends of jobs are told, and by which secret that is signed.

    pk = webhook#<account>   sk = webhook   url, base, secret, set_at; previous and previous_until, which sign as well;
                                            delivered_job and delivered_at, failed_job, failed_at and failure: the last
                                            calls that were taken and that failed

It stands apart from what workers may read. Signing takes the secret itself, so that is stored as it is.
"""

from typing import NamedTuple

from loyalty.domain import moment
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.tables import keys

BOTH_SECONDS = 24 * 3600
"""How long the secret before signs too, when only the secret was changed."""


class Webhook(NamedTuple):
    """Where an account is told: `base` is what stands before the paths of the API as its owner calls it.

    `delivered` and `failed` tell of the last call that was taken, and of the last that was not: of which job, when
    (RFC 3339), and why.
    """

    account_id: str
    url: str
    base: str
    secret: str
    set_at: str
    previous: str | None = None
    previous_until: int = 0
    delivered: tuple[str, str] | None = None
    failed: tuple[str, str, str] | None = None

    def secrets(self, now: float) -> list[str]:
        """What signs at a moment."""
        return [self.secret, *([self.previous] if self.previous and now < self.previous_until else [])]


def find(database: Database, account_id: str) -> Webhook | None:
    """The account's webhook, None where it has none; raises StorageBusy."""
    item = database.get(database.settings.accounts_table, _key(account_id))
    return _webhook(account_id, item) if item else None


def put(database: Database, webhook: Webhook) -> None:
    """Set an account's webhook in the place of the one before, of which calls nothing is told; raises StorageBusy."""
    item: Item = {
        **_key(webhook.account_id),
        **{name: {"S": getattr(webhook, name)} for name in ("url", "base", "secret", "set_at")},
    }
    if webhook.previous:
        item |= {"previous": {"S": webhook.previous}, "previous_until": {"N": str(webhook.previous_until)}}
    database.put(database.settings.accounts_table, item)


def remove(database: Database, account_id: str) -> None:
    """Have no webhook for an account; raises StorageBusy."""
    database.delete(database.settings.accounts_table, _key(account_id))


def note(database: Database, webhook: Webhook, job_id: str, failure: str | None) -> None:
    """Note what came of a call, unless the webhook was changed since; raises StorageBusy."""
    told = {"delivered_job": job_id, "delivered_at": moment.at(database.now())}
    if failure is not None:
        told = {"failed_job": job_id, "failed_at": moment.at(database.now()), "failure": failure}
    request = {
        "Key": _key(webhook.account_id),
        "UpdateExpression": "SET " + ", ".join(f"{name} = :{name}" for name in told),
        "ConditionExpression": "#secret = :secret",
        "ExpressionAttributeNames": {"#secret": "secret"},
        "ExpressionAttributeValues": {
            ":secret": {"S": webhook.secret},
            **{f":{name}": {"S": text} for name, text in told.items()},
        },
    }
    database.update_if(database.settings.accounts_table, request)


def _key(account_id: str) -> Item:
    return {"pk": {"S": keys.webhook(account_id)}, "sk": {"S": keys.WEBHOOK}}


def _webhook(account_id: str, item: Item) -> Webhook:
    told = {name: value["S"] for name, value in item.items() if "S" in value}
    delivered = (told["delivered_job"], told["delivered_at"]) if "delivered_job" in told else None
    failed = (told["failed_job"], told["failed_at"], told["failure"]) if "failed_job" in told else None
    return Webhook(
        account_id,
        url=told["url"],
        base=told["base"],
        secret=told["secret"],
        set_at=told["set_at"],
        previous=told.get("previous"),
        previous_until=int(item["previous_until"]["N"]) if "previous_until" in item else 0,
        delivered=delivered,
        failed=failed,
    )
