"""The webhook of an account in the Accounts table: where ends of jobs are told, and by which secret that is signed.

    pk = webhook#<account>   sk = webhook   url, base, secret, set_at; previous and previous_until, which sign as well;
                                            delivered_job and delivered_at, failed_job, failed_at and failure: the last
                                            calls that were taken and that failed; closed_until while calls fail

It stands apart from what workers may read. Signing takes the secret itself, so that is stored as it is.
"""

from typing import NamedTuple

from loyalty.domain import moment
from loyalty.domain.deadline import CALLING_SECONDS
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.tables import keys

BOTH_SECONDS = 24 * 3600
"""How long the secret before signs too, when only the secret was changed."""


class Webhook(NamedTuple):
    """Where an account is told: `base` is what stands before the paths of the API as its owner calls it.

    `delivered` and `failed` tell of the last call that was taken, and of the last that was not: of which job, when
    (RFC 3339), and why. `closed_until` is set while calls fail: see `take_turn`.
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
    closed_until: float | None = None

    def secrets(self, now: float) -> list[str]:
        """What signs at a moment."""
        return [self.secret, *([self.previous] if self.previous and now < self.previous_until else [])]

    def __repr__(self) -> str:
        return f"Webhook({self.account_id})"


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


def take_turn(database: Database, webhook: Webhook) -> bool:
    """Whether a call may be begun now; raises StorageBusy.

    While calls fail there is one at a time, and a pause after it: a receiver that answers nobody must not hold all the
    functions that call others.
    """
    if webhook.closed_until is None:
        return True
    now = database.now()
    if now < webhook.closed_until:
        return False
    until = now + CALLING_SECONDS + database.settings.webhook_first_pause_seconds
    request = {
        "Key": _key(webhook.account_id),
        "UpdateExpression": "SET closed_until = :until",
        "ConditionExpression": "closed_until = :seen",
        "ExpressionAttributeValues": {":until": {"N": str(until)}, ":seen": {"N": str(webhook.closed_until)}},
    }
    return database.update_if(database.settings.accounts_table, request).done


def note(database: Database, webhook: Webhook, job_id: str, failure: str | None) -> None:
    """Note what came of a call, unless the webhook was changed since; raises StorageBusy."""
    now = database.now()
    told: Item = {"delivered_job": {"S": job_id}, "delivered_at": {"S": moment.at(now)}}
    if failure is not None:
        told = {"failed_job": {"S": job_id}, "failed_at": {"S": moment.at(now)}, "failure": {"S": failure}}
        told["closed_until"] = {"N": str(now + database.settings.webhook_first_pause_seconds)}
    changes = "SET " + ", ".join(f"{name} = :{name}" for name in told)
    request = {
        "Key": _key(webhook.account_id),
        "UpdateExpression": changes + (" REMOVE closed_until" if failure is None else ""),
        "ConditionExpression": "#secret = :secret",
        "ExpressionAttributeNames": {"#secret": "secret"},
        "ExpressionAttributeValues": {
            ":secret": {"S": webhook.secret},
            **{f":{name}": value for name, value in told.items()},
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
        closed_until=float(item["closed_until"]["N"]) if "closed_until" in item else None,
    )
