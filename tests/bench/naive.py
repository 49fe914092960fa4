"""The naive implementation, as a first draft of such a service is often written: the main reference.

One model with `EmailStr` for each item, one GetItem and one conditional PutItem for each, a client as it comes.
It does less than the project: it takes any token, and one format.
"""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import boto3
from pydantic import BaseModel, EmailStr, ValidationError


class Member(BaseModel):
    """One item."""

    email: EmailStr
    registration_date: datetime | None = None


class Naive:
    """Both endpoints."""

    def __init__(self, endpoint_url: str, region: str) -> None:
        self._client = boto3.client(
            "dynamodb",
            endpoint_url=endpoint_url,
            region_name=region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def batch(self, event: dict[str, Any]) -> dict[str, Any]:
        """`register_member_batch`."""
        document = json.loads(base64.b64decode(event["body"]))
        results = [self._register(document["loyalty_program_id"], element) for element in document["data"]]
        return _response({"error": 0, "error_text": "Successful operation", "result": results})

    def single(self, event: dict[str, Any]) -> dict[str, Any]:
        """`register_member`."""
        document = json.loads(base64.b64decode(event["body"]))
        return _response(self._register(document["loyalty_program_id"], document))

    def _register(self, program: int, element: dict[str, Any]) -> dict[str, Any]:
        try:
            member = Member.model_validate(element)
        except ValidationError as error:
            return _result(400, str(error))
        found = self._client.get_item(TableName="customers", Key={"pk": {"S": f"bench#email#{member.email}"}})
        if "Item" not in found:
            return _result(404, "Profile not found")
        profile_id = found["Item"]["profile_id"]["S"]
        registered_at = member.registration_date or datetime.now(UTC)
        item = {
            "pk": {"S": f"bench#{program}#{profile_id}"},
            "registered_at": {"S": registered_at.isoformat()},
            "origin": {"S": "naive"},
        }
        try:
            self._client.put_item(TableName="memberships", Item=item, ConditionExpression="attribute_not_exists(pk)")
        except self._client.exceptions.ConditionalCheckFailedException:
            return _result(409, "Member already exists", profile_id)
        return _result(0, "Successful operation", profile_id)


def _result(error: int, text: str, profile_id: str | None = None) -> dict[str, Any]:
    return {"error": error, "error_text": text, "profile_id": profile_id}


def _response(body: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
