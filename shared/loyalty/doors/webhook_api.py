"""The webhook of an account in the jobs API: the one address where ends of its jobs are told; a handler for each route.

Any credential of the account with the right `jobs:read` may set it: what is told there is what that may read.
"""

from loyalty.domain import moment
from loyalty.domain.account import Caller
from loyalty.domain.errors import WebhookNotFound
from loyalty.http.body import decode, read_json
from loyalty.http.request import Reply, Request
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import webhooks
from loyalty.store.tables.webhooks import BOTH_SECONDS, Webhook
from loyalty.telemetry.log import RequestLog
from loyalty.vendors import jobs_api as contract
from loyalty.webhooks.address import target_of
from loyalty.webhooks.signature import new_secret

_MOST_BODY_BYTES = 65_536


def set_webhook(database: Database, request: Request, caller: Caller, _log: RequestLog) -> Reply:
    """PUT /webhook: the address, and a new secret, which no later answer has.

    Where the address stays as it is the secret before signs as well for a day, so that receivers can change over.
    """
    url = read_json(decode(request.body(_MOST_BODY_BYTES))).get("url")
    target_of(url, loopback=database.settings.webhooks_to_loopback)
    before = webhooks.find(database, caller.account.id)
    now = database.now()
    webhook = Webhook(caller.account.id, str(url), request.base, new_secret(), moment.at(now))
    if before and before.url == url:
        webhook = webhook._replace(previous=before.secret, previous_until=int(now) + BOTH_SECONDS)
    webhooks.put(database, webhook)
    return contract.answer({"url": webhook.url, "secret": webhook.secret, "set_at": webhook.set_at})


def show_webhook(database: Database, _request: Request, caller: Caller, _log: RequestLog) -> Reply:
    """GET /webhook: the address, and what came of the last calls; not the secret."""
    webhook = webhooks.find(database, caller.account.id)
    if webhook is None:
        raise WebhookNotFound
    return contract.answer(contract.webhook_document(webhook.url, webhook.set_at, webhook.delivered, webhook.failed))


def delete_webhook(database: Database, _request: Request, caller: Caller, _log: RequestLog) -> Reply:
    """DELETE /webhook: nothing is told from now on; deleting twice is the same as deleting once."""
    webhooks.remove(database, caller.account.id)
    return Reply(204, "application/json", "", {"Cache-Control": "no-store"})
