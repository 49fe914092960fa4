"""Every path and method that no other function serves: a readable 404, or 405 with the methods there are."""

import re
from typing import Any

from loyalty.errors import quote
from loyalty.request import json_error, read_event, to_proxy

ALLOWED = {
    "/": "POST",
    "/api.php": "POST",
    "/api/v1.1/loyalty/register_member": "POST",
    "/api/v1.1/loyalty/register_member_batch": "POST",
    "/console": "GET, HEAD",
    "/docs": "GET, HEAD",
    "/health": "GET, HEAD",
    "/jobs": "GET",
    "/jobs/{job_id}": "GET",
    "/jobs/{job_id}/results": "GET",
    "/jobs/{job_id}/undo": "POST",
    "/openapi.json": "GET, HEAD",
    "/v2/promotion/bulk/directEarn": "POST",
    "/v3/oauth/token/generate": "POST",
}
"""The methods of each path that is served, as in an Allow header; a test holds it against the template."""

_JOB = re.compile("^/jobs/[^/]+")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Say what is wrong with the address."""
    request = read_event(event, context)
    allowed = ALLOWED.get(_JOB.sub("/jobs/{job_id}", request.path.rstrip("/")) or "/")
    if allowed and request.method not in allowed.split(", "):
        ways = allowed.replace(", ", " or ")
        reply = json_error(405, f"Use {ways} for this path, not {request.method}", {"Allow": allowed})
    else:
        reply = json_error(404, f"There is nothing at {quote(request.path)}")
    return to_proxy(reply, request)
