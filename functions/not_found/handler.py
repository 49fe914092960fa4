"""Every path and method that no other function serves: a readable 404, or 405 with the methods there are."""

import re
from typing import Any

from loyalty.domain.quoting import quote
from loyalty.http.request import json_error, read_event, to_proxy
from loyalty.vendors.capillary.replies import unserved

READ, WRITE = "GET, HEAD", "POST"
ALLOWED = {
    "/": WRITE,
    "/account": READ,
    "/api.php": WRITE,
    "/api/v1.1/loyalty/delete_member": WRITE,
    "/api/v1.1/loyalty/account/balance": WRITE,
    "/api/v1.1/loyalty/register_member": WRITE,
    "/api/v1.1/loyalty/register_member_batch": WRITE,
    "/api/v1.1/loyalty/register_member_batch_task": WRITE,
    "/api/v1.1/profiles/delete": WRITE,
    "/api/v1.1/profiles/import": WRITE,
    "/api/v1.1/profiles/import_batch": WRITE,
    "/api/v1.1/profiles/update": WRITE,
    "/console": READ,
    "/customers": READ,
    "/customers/{profile_id}": READ,
    "/docs": READ,
    "/files": WRITE,
    "/health": READ,
    "/jobs": READ,
    "/jobs/{job_id}": READ,
    "/jobs/{job_id}/cancel": WRITE,
    "/jobs/{job_id}/results": READ,
    "/jobs/{job_id}/retry": WRITE,
    "/jobs/{job_id}/undo": WRITE,
    "/openapi.json": READ,
    "/programs": READ,
    "/promotions": READ,
    "/v2/customers": WRITE,
    "/v2/customers/lookup": READ,
    "/v2/customers/lookup/customerDetails": READ,
    "/v2/customers/lookup/promotionData": READ,
    "/v2/promotion/bulk/directEarn": WRITE,
    "/v2/promotion/bulk/revokeDirectEarn": WRITE,
    "/v2/promotion/issue": WRITE,
    "/v3/oauth/token/generate": WRITE,
    "/webhook": f"{READ}, PUT, DELETE",
}
"""The methods of each path that is served, as in an Allow header; a test holds it against the template."""

_ONE = {re.compile("^/jobs/[^/]+"): "/jobs/{job_id}", re.compile("^/customers/[^/]+"): "/customers/{profile_id}"}
_CAPILLARYS = re.compile("/v[23](/|$)")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Say what is wrong with the address, below Capillary's paths in its own form."""
    request = read_event(event, context)
    allowed = ALLOWED.get(_route(request.path.rstrip("/")) or "/")
    if allowed and request.method not in allowed.split(", "):
        status, headers = 405, {"Allow": allowed}
        text = f"This path does not take {request.method}; use {allowed.partition(',')[0]}"
    else:
        status, headers = 404, {}
        text = f"There is nothing at {quote(request.path)}"
    if _CAPILLARYS.match(request.path):
        return to_proxy(unserved(request, status, text, headers), request)
    return to_proxy(json_error(status, text, headers), request)


def _route(path: str) -> str:
    """The path with the names of its parameters in their places."""
    for parameter, name in _ONE.items():
        path = parameter.sub(name, path)
    return path
