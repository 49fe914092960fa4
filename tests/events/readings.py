"""What the events that read are answered with, whole."""

import json
from typing import Any

from tests.fakes.capillary import limited_to_one

JSON, XML = {"Content-Type": "application/json"}, {"Content-Type": "application/xml; charset=utf-8"}
AMOUNTS = "<total_balance>0.00</total_balance><active_balance>0.00</active_balance>"
DOLLARS = "<id>dollars-1</id><name>Dollars</name><type>giftcard</type>"
KEPT_BY_NOBODY = {"Cache-Control": "no-store"}
CAPILLARY = {**JSON, **KEPT_BY_NOBODY, "X-Cap-Requestid": "request-1"}
OWN, LONG = {**JSON, **KEPT_BY_NOBODY}, {**JSON, **KEPT_BY_NOBODY, "Vary": "Accept-Encoding"}


def compact(document: dict[str, Any]) -> str:
    """A document as most replies write it."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


READS: dict[str, tuple[int, dict[str, str], str]] = {
    "customer_lookup": (200, CAPILLARY, compact({"entity": 98662653, "warnings": []})),
    "customer_details": (
        200,
        CAPILLARY,
        compact(
            {
                "id": 98662653,
                "profiles": [
                    {
                        "firstName": "",
                        "lastName": "",
                        "identifiers": [
                            {"type": "email", "value": "user1@example.com"},
                            {"type": "mobile", "value": "12025550101"},
                        ],
                        "commChannels": [],
                        "fields": {"user_id": "123457"},
                        "source": "INSTORE",
                    }
                ],
                "loyaltyInfo": {"loyaltyType": "non_loyalty"},
                "segments": {},
                "extendedFields": {},
                "loyaltyProgramDetails": [],
                "warnings": [],
            }
        ),
    ),
    "promotion_data": (
        200,
        CAPILLARY,
        compact(
            {
                "pageDetails": {"pageNumber": 0, "pageSize": 10, "totalEntries": 1, "pageCount": 1},
                "customerId": 98662653,
                "promotions": [
                    {
                        "promotionId": 201436,
                        "programId": 2750,
                        "identifier": "201436",
                        **limited_to_one("0"),
                        "earns": [],
                    }
                ],
                "warnings": [],
            }
        ),
    ),
    "find_customers": (
        200,
        OWN,
        compact(
            {
                "customers": [
                    {
                        "profile_id": "663a138cee44bb50a67115cd",
                        "customer_id": 98662653,
                        "links": {"self": "/v1/customers/663a138cee44bb50a67115cd"},
                    }
                ]
            }
        ),
    ),
    "show_customer": (
        200,
        OWN,
        compact(
            {
                "profile_id": "663a138cee44bb50a67115cd",
                "customer_id": 98662653,
                "links": {"self": "/v1/customers/663a138cee44bb50a67115cd"},
                "fields": {"custom_field_1": "123457", "email": "user1@example.com", "phone": "+12025550101"},
                "created_by": "",
                "written_by": "",
                "memberships": [],
                "earns": [],
            }
        ),
    ),
    "show_account": (
        200,
        OWN,
        compact(
            {
                "account": "greatwidgets",
                "credential": "token",
                "rights": ["earn", "enrol", "erase", "import", "jobs:read", "jobs:undo", "read"],
                "columns": [
                    *("code", "card_number", "customer_username", "email", "phone", "first_name", "last_name"),
                    *("street1", "street2", "city", "state", "postal_code", "country", "custom_date"),
                    *("customer_password", "customer_PIN", "auto_add", "user_id"),
                ],
                "identifiers": [
                    *("profile_id", "customer_id", "code", "card_number", "customer_username", "email", "phone"),
                    "user_id",
                ],
                "custom_fields": [{"field": "custom_field_1", "name": "user_id", "label": "User ID", "match": True}],
            }
        ),
    ),
    "list_programs": (
        200,
        LONG,
        compact(
            {
                "programs": [
                    {
                        "program": "123",
                        "name": "Program 123",
                        "kind": "points",
                        "active": True,
                        "currencies": ["stars", "starts", "bonus_points"],
                    },
                    {"program": "124", "name": "Program 124", "kind": "points", "active": False},
                    {"program": "13234545", "name": "Campaign 13234545", "kind": "points", "active": True},
                    {"program": "2607", "name": "Program 2607", "kind": "points", "active": True},
                    {"program": "2750", "name": "Program 2750", "kind": "points", "active": True},
                    {"program": "2844", "name": "Program 2844", "kind": "points", "active": True},
                    {"program": "34534554", "name": "Campaign 34534554", "kind": "points", "active": True},
                    {"program": "469", "name": "Program 469", "kind": "points", "active": True},
                    {
                        "program": "898989889",
                        "name": "Widget Rewards",
                        "kind": "points",
                        "active": True,
                        "currency": "EUR",
                        "glyph": "€",
                        "points_ratio": "1",
                        "reward_ratio": "15",
                        "created_at": "2025-01-05T10:26:11Z",
                        "rewards": [
                            {"id": "356", "level": "1000", "description": "Free Widget"},
                            {"id": "417", "level": "1500", "description": "Free Service"},
                        ],
                    },
                    {"program": "89898989989", "name": "Campaign 89898989989", "kind": "points", "active": True},
                    {"program": "dollars-1", "name": "Dollars", "kind": "dollars", "active": True},
                    {
                        "program": "product-1",
                        "name": "Product",
                        "kind": "product",
                        "active": True,
                        "products": [{"id": "45678", "name": "Coffee"}],
                    },
                    {"program": "visits-1", "name": "Visits", "kind": "visits", "active": True},
                ]
            }
        ),
    ),
    "list_promotions": (
        200,
        OWN,
        compact(
            {
                "promotions": [
                    {
                        "promotion": "200206",
                        "program": "2844",
                        "name": None,
                        "active": True,
                        "start": None,
                        "end": None,
                        "identifier": None,
                        "limit": 0,
                    },
                    {
                        "promotion": "201436",
                        "program": "2750",
                        "name": None,
                        "active": True,
                        "start": None,
                        "end": None,
                        "identifier": None,
                        "limit": 1,
                    },
                    {
                        "promotion": "56799",
                        "program": "469",
                        "name": "Welcome back",
                        "active": True,
                        "start": None,
                        "end": None,
                        "identifier": None,
                        "limit": None,
                    },
                    {
                        "promotion": "56800",
                        "program": "469",
                        "name": None,
                        "active": False,
                        "start": None,
                        "end": None,
                        "identifier": None,
                        "limit": None,
                    },
                    {
                        "promotion": "56801",
                        "program": "2607",
                        "name": None,
                        "active": True,
                        "start": None,
                        "end": None,
                        "identifier": "Promo_testMay13",
                        "limit": 2,
                    },
                ]
            }
        ),
    ),
    "account_balance": (
        200,
        OWN,
        compact(
            {
                "error": 0,
                "error_text": "Successful operation",
                "data": {"total_balance": "0.00", "active_balance": "0.00"},
            }
        ),
    ),
    "customer_find": (
        200,
        OWN,
        compact(
            {
                "status": "success",
                "customers": [
                    {
                        "code": "",
                        "card_number": "",
                        "first_name": "",
                        "last_name": "",
                        "phone": "+12025550101",
                        "email": "user1@example.com",
                        "street1": "",
                        "street2": "",
                        "city": "",
                        "state": "",
                        "postal_code": "",
                        "country": "",
                        "custom_date": "",
                        "custom_field": "123457",
                        "customer_username": "",
                        "registered": "N",
                        "profile_id": "663a138cee44bb50a67115cd",
                        "customer_id": "98662653",
                    }
                ],
            }
        ),
    ),
    "account_balance_xml": (
        200,
        {**XML, **KEPT_BY_NOBODY},
        f"<xml><error>0</error><error_text>Successful operation</error_text><data>{AMOUNTS}</data></xml>",
    ),
    "campaigns_list": (
        200,
        {"Content-Type": "text/xml; charset=utf-8", **KEPT_BY_NOBODY},
        f'<response status="success"><campaigns><campaign>{DOLLARS}</campaign></campaigns></response>',
    ),
}
