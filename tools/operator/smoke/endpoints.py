"""The endpoints as smoke checks call them, each with the account's own credential unless another is given."""

import json
from typing import Any
from urllib.parse import urlencode

from ..http import Reply
from ..secret_kinds import Kind
from .scene import CAMPAIGN, JSON, PROGRAM, PROMOTION, Scene

REGISTER, BATCH = "/api/v1.1/loyalty/register_member", "/api/v1.1/loyalty/register_member_batch"
IMPORT, EARN, TOKENS = "/api.php", "/v2/promotion/bulk/directEarn", "/v3/oauth/token/generate"
ASYNC = {"Prefer": "respond-async"}


def register(scene: Scene, email: str, token: str | None = None) -> Reply:
    """One registration, in JSON."""
    body = {"token": token or scene.token, "loyalty_program_id": PROGRAM, "matching": "email", "email": email}
    return scene.http.send("POST", REGISTER, JSON, json.dumps(body).encode())


def register_batch(scene: Scene, emails: list[str], headers: dict[str, str] | None = None) -> Reply:
    """Many registrations, in JSON."""
    items = [{"email": email} for email in emails]
    body = {"token": scene.token, "loyalty_program_id": PROGRAM, "matching": "email", "data": items}
    return scene.http.send("POST", BATCH, {**JSON, **(headers or {})}, json.dumps(body).encode())


def register_xml(scene: Scene, emails: list[str]) -> Reply:
    """Many registrations, in XML."""
    items = "".join(f"<item><email>{email}</email></item>" for email in emails)
    about = f"<token>{scene.token}</token><loyalty_program_id>{PROGRAM}</loyalty_program_id><matching>email</matching>"
    body = f"<xml>{about}<data>{items}</data></xml>".encode()
    return scene.http.send("POST", BATCH, {"Content-Type": "application/xml"}, body)


def import_(scene: Scene, emails: list[str], key: str | None = None, headers: dict[str, str] | None = None) -> Reply:
    """Customers by their addresses, answered in JSON."""
    told = scene.made[Kind.IMPORT_USER].told
    form = {
        "user_id": told["user_id"],
        "user_api_key": key or told["user_api_key"],
        "account_id": scene.account,
        "type": "customers_batch",
        "output": "JSON",
        "delimiter": "comma",
        "overwrite_duplicates": "update",
        "campaigns_to_include": CAMPAIGN,
        "profiles_header_1": "email",
        "profiles_header_2": "first_name",
        "profiles_data": "\n".join(f"{email},Smoke{number}" for number, email in enumerate(emails)),
    }
    sent = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
    return scene.http.send("POST", IMPORT, sent, urlencode(form).encode())


def earn(scene: Scene, emails: list[str], headers: dict[str, str] | None = None) -> Reply:
    """One earn of each customer, as the Basic user unless the headers say otherwise."""
    authorization = headers or {"Authorization": scene.made[Kind.BASIC].told["authorization"]}
    body: dict[str, Any] = {
        "type": "CUSTOMER",
        "promotionDetails": {"programId": int(PROGRAM), "promotionId": int(PROMOTION)},
        "identifierName": "email",
        "customers": [{"identifierValue": email, "source": "INSTORE"} for email in emails],
    }
    return scene.http.send("POST", EARN, {**JSON, **authorization}, json.dumps(body).encode())


def access_token(scene: Scene, secret: str | None = None) -> Reply:
    """An access token for the OAuth client."""
    told = scene.made[Kind.CLIENT].told
    body = {"key": told["key"], "secret": secret or told["secret"]}
    return scene.http.send("POST", TOKENS, JSON, json.dumps(body).encode())
