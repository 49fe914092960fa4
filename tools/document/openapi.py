"""The whole document."""

from typing import Any

from loyalty import __version__
from tools.document import (
    account,
    add_customer,
    altcraft,
    capillary,
    capillary_corrections,
    everywhere,
    files,
    jobs,
    lookups,
    profiles,
    reading,
    service,
    stickystreet,
    stickystreet_reads,
    webhook,
)
from tools.document.parts import Schema, integer, record, text

_ROUTES = (
    altcraft,
    profiles,
    stickystreet,
    capillary,
    capillary_corrections,
    add_customer,
    lookups,
    reading,
    files,
    jobs,
    webhook,
    account,
)
_PARTS = (*_ROUTES, stickystreet_reads)

_ABOUT = """\
Loyalty data in bulk, under the HTTP contracts of three services that companies already have clients for. A customer \
imported through one of them can be registered and can earn through the others.

Bodies may be sent, and replies are taken, gzip-encoded. At most 4.7 MB as sent, 10 MB inflated, 20,000 items. Any \
other path is answered 404, a wrong method 405 with `Allow`, both as `GatewayError`.\
"""
_TAGS = {
    "Altcraft": "User API v1.1: members of loyalty programs, their balances, and profiles. JSON and XML.",
    "Sticky Street": "API 1.5: import customers from delimited text, record or erase one, and look up customers, "
    "campaigns and balances. All at one address, by `type`.",
    "Capillary": "API v2 and OAuth v3: issue promotions to customers and revoke them, add customers and look them up. "
    "JSON.",
    "Reading": "Our own API to look up what is stored. Errors are problem documents.",
    "Jobs": "Requests that went through the queue. Errors are problem documents.",
    "Webhook": "Where an account is told that its jobs ended. Errors are problem documents.",
    "Account": "What a credential is told about itself.",
    "Service": "No credentials needed.",
}


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of all routes; addresses in it are relative to where it was read."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Loyalty bulk API",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": ".", "description": "Where this document was read"}],
        "tags": [{"name": name, "description": said} for name, said in _TAGS.items()],
        "paths": {path: item for part in (*_ROUTES, service) for path, item in part.paths().items()},
        "webhooks": webhook.webhooks(),
        "components": _components(),
    }


def _components() -> dict[str, Any]:
    return {
        "schemas": {**_shared_schemas(), **{name: one for part in _PARTS for name, one in part.schemas().items()}},
        "parameters": {**everywhere.parameters(), **jobs.parameters()},
        "headers": everywhere.components(),
        "responses": everywhere.responses(),
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "description": "An account's token, or an access token"},
            "basic": {
                "type": "http",
                "scheme": "basic",
                "description": "Capillary's: the user and the MD5 (hexadecimal) of the password. At the jobs API also "
                "an import user's user_id and user_api_key.",
            },
            "accessToken": {"type": "apiKey", "in": "header", "name": "X-CAP-API-OAUTH-TOKEN"},
            "apiAccessKey": {"type": "apiKey", "in": "header", "name": "api_access_key"},
        },
    }


def _shared_schemas() -> dict[str, Schema]:
    digits = text("Its digits", pattern="^[0-9]{1,19}$")
    number = integer(minimum=1, maximum=2**63 - 1)
    words = {"error_text": text(), "message": text("The same")}
    return {
        "IntegerId": {"anyOf": [number, digits], "examples": [123]},
        "JobId": text("A job", pattern="^[0-9a-f]{32}$"),
        "GatewayError": record({"error": integer("The HTTP status"), **words}),
    }
