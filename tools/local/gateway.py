"""What API Gateway answers by itself, as the template words it: for faults that only the front can see."""

import uuid
from typing import Any, NamedTuple

from tools.local.template import resources


class Answer(NamedTuple):
    """A whole HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


class GatewayResponses:
    """The template's GatewayResponses."""

    def __init__(self, template: dict[str, Any]) -> None:
        self._responses: dict[str, Any] = resources(template, "AWS::Serverless::Api")["Api"]["GatewayResponses"]

    def answer(self, kind: str) -> Answer:
        """The answer of a type such as REQUEST_TOO_LARGE, with a request id of its own."""
        response = self._responses[kind]
        request_id = str(uuid.uuid4())
        headers = {
            name: request_id if source == "context.requestId" else source.strip("'")
            for name, source in response["ResponseParameters"]["Headers"].items()
        }
        body = response["ResponseTemplates"]["application/json"]
        return Answer(response["StatusCode"], {"Content-Type": "application/json", **headers}, body.encode())

    def patches(self) -> list[dict[str, Any]]:
        """The arguments of `PutGatewayResponse`, one per type, for an emulator whose SAM transform skips them."""
        return [
            {
                "responseType": kind,
                "statusCode": str(response["StatusCode"]),
                "responseParameters": {
                    f"gatewayresponse.header.{name}": source
                    for name, source in response["ResponseParameters"]["Headers"].items()
                },
                "responseTemplates": response["ResponseTemplates"],
            }
            for kind, response in self._responses.items()
        ]
