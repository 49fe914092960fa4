"""Each file of events/ goes through the function that its route leads to, and the whole reply is compared."""

import json
import re
from typing import Any

import pytest

from loyalty import __version__
from loyalty.http.page import inlined
from tests.events.deliveries import DRAWN, EVENTS, OF_FILES, OF_JOBS, OF_WEBHOOKS, deliver, read
from tests.events.readings import READS
from tests.fakes.world import World
from tools.local import template
from tools.local.template import ROOT

DONE_JSON = '"error":0,"error_text":"Successful operation"'
DONE_XML = "<error>0</error><error_text>Successful operation</error_text>"
MEMBER = "Member already exists"
USER_1, USER_2 = "663a138cee44bb50a67115cd", "69df4fd5ff232800e2d1e2d6"
JSON_BATCH = (
    f'{{{DONE_JSON},"result":[{{{DONE_JSON},"profile_id":"{USER_1}"}},'
    f'{{"error":409,"error_text":"{MEMBER}","profile_id":"{USER_2}"}}]}}'
)
XML_BATCH = (
    f"<xml>{DONE_XML}<result><item>{DONE_XML}<profile_id>{USER_1}</profile_id></item>"
    f"<item><error>409</error><error_text>{MEMBER}</error_text><profile_id>{USER_2}</profile_id></item></result></xml>"
)
NOTHING = 'There is nothing at \\"/api/v1.1/loyalty/members\\"'
USE_POST = "This path does not take GET; use POST"
JSON, XML = {"Content-Type": "application/json"}, {"Content-Type": "application/xml; charset=utf-8"}
EARNED = (
    '{"response":['
    '{"result":{"entityType":"CUSTOMER","entityId":98662653,"promotionId":56799,"promotionName":"Welcome back",'
    '"programId":469,"issualId":"6112260697711105","earnedId":"1"},"errors":[],"warnings":[]},'
    '{"result":{"entityType":"CUSTOMER","entityId":98662632,"promotionId":56799,"promotionName":"Welcome back",'
    '"programId":469,"issualId":"3019124393743505","earnedId":"2"},"errors":[],"warnings":[]}],'
    '"totalCount":2,"failureCount":0}'
)
REVOKED = (
    '{"response":['
    '{"result":{"entityType":"CUSTOMER","entityId":98662653,"promotionId":56799,"programId":469,"revokedEarnIds":[1]},'
    '"errors":[],"warnings":[]},'
    '{"errors":[{"status":false,"code":8903,"message":"earn ids passed are either invalid or already revoked"}],'
    '"warnings":[]}],"totalCount":2,"failureCount":1}'
)
EFFECT = '{"programId":2750,"issualId":2451087482372537,"earnedId":1,"promotionId":201436,"type":"Points promotion"}'
ISSUED = '{"data":{"accessToken":"drawn","ttlSeconds":3600},"errors":null}'
JOB = {"X-Job-Id": DRAWN}
AS_A_JOB = {"Content-Type": "text/xml; charset=utf-8", **JOB}
CAPILLARY = {**JSON, "X-Cap-Requestid": "request-1"}

IMPORTED = (
    '<response status="success"><batch status="imported"><customers><new>3</new><updated>0</updated></customers>'
    f"<job_id>{DRAWN}</job_id></batch></response>"
)

LINKS = {"self": "", **{name: f"/{name}" for name in ("results", "cancel", "retry", "undo")}}
WRONG = 'email must be an e-mail address of at most 254 characters; it is "broken"'
CREATED = (
    f'{{"job_id":"{DRAWN}","upload":{{"method":"PUT","url":"https://files.test/uploads/{DRAWN}?PUT&seconds=3600",'
    '"headers":{"If-None-Match":"*"},"expires_at":"1970-01-01T01:16:40Z"},"links":{'
    + ",".join(f'"{name}":"/v1/jobs/{DRAWN}{path}"' for name, path in LINKS.items())
    + "}}"
)
JSON_PROFILES = (
    f'{{{DONE_JSON},"result":[{{{DONE_JSON},"profile_id":"{USER_1}"}},{{{DONE_JSON},"profile_id":"{USER_2}"}},'
    + json.dumps({"error": 400, "error_text": WRONG, "profile_id": None}, separators=(",", ":"))
    + "]}"
)
XML_PROFILES = (
    f"<xml>{DONE_XML}<result><item>{DONE_XML}<profile_id>{USER_1}</profile_id></item>"
    f"<item>{DONE_XML}<profile_id>{USER_2}</profile_id></item>"
    f"<item><error>400</error><error_text>{WRONG}</error_text><profile_id /></item></result></xml>"
)
RECORDED = (
    '<response status="success"><customer status="new"><code>5501928374</code><card_number>5501928374</card_number>'
    "</customer></response>"
)
ADDED = (
    '{"createdId":1000000000,"warnings":[],"sideEffects":[{"entityType":"USER","rawAwardedPoints":25.0,'
    '"awardedPoints":25,"type":"points"}]}'
)

REPLIES: dict[str, tuple[int, dict[str, str], str]] = {
    "register_member": (200, JSON, f'{{{DONE_JSON},"profile_id":"profile123"}}'),
    "register_member_xml": (200, XML, f"<xml>{DONE_XML}<profile_id>profile123</profile_id></xml>"),
    "delete_member": (200, JSON, f'{{{DONE_JSON},"profile_id":"{USER_2}"}}'),
    "delete_member_xml": (200, XML, f"<xml>{DONE_XML}<profile_id>{USER_2}</profile_id></xml>"),
    "profiles_delete": (200, {**JSON, **JOB}, f'{{"data":{{"profile_id":"{USER_1}"}},{DONE_JSON}}}'),
    "profiles_delete_xml": (
        200,
        {**XML, **JOB},
        f"<xml><data><profile_id>{USER_1}</profile_id></data>{DONE_XML}</xml>",
    ),
    "profiles_import": (200, JSON, f'{{{DONE_JSON},"profile_id":"profile123"}}'),
    "profiles_import_xml": (200, XML, f"<xml>{DONE_XML}<profile_id>profile123</profile_id></xml>"),
    "profiles_update": (200, JSON, f'{{{DONE_JSON},"profile_id":"profile123"}}'),
    "profiles_update_xml": (200, XML, f"<xml>{DONE_XML}<profile_id>profile123</profile_id></xml>"),
    "profiles_import_batch": (200, {**JSON, **JOB}, JSON_PROFILES),
    "profiles_import_batch_xml": (200, {**XML, **JOB}, XML_PROFILES),
    "register_member_batch": (200, JSON, JSON_BATCH),
    "register_member_batch_xml": (200, XML, XML_BATCH),
    "register_member_batch_gzip": (200, JSON, JSON_BATCH),
    "register_member_batch_task": (200, {**JSON, **JOB}, f'{{{DONE_JSON},"task_id":"{DRAWN}","next_key":"2"}}'),
    "register_member_batch_task_xml": (
        200,
        {**XML, **JOB},
        f"<xml>{DONE_XML}<task_id>{DRAWN}</task_id><next_key>2</next_key></xml>",
    ),
    "direct_earn": (200, CAPILLARY, EARNED),
    "revoke_direct_earn": (200, CAPILLARY, REVOKED),
    "issue_promotion": (200, CAPILLARY, f'{{"warnings":[],"errors":[],"sideEffects":[{EFFECT}]}}'),
    "issue_token": (200, {**CAPILLARY, "Cache-Control": "no-store", "Pragma": "no-cache"}, ISSUED),
    "customer_delete": (200, AS_A_JOB, '<response status="error"><error>Customer not found</error></response>'),
    "customers_batch": (200, AS_A_JOB, IMPORTED),
    "customers_batch_multipart": (200, AS_A_JOB, IMPORTED),
    "record_customer": (200, {"Content-Type": "text/xml; charset=utf-8"}, RECORDED),
    "add_customer": (200, CAPILLARY, ADDED),
    "create_file": (201, {**JSON, "Cache-Control": "no-store", "Location": f"/v1/jobs/{DRAWN}"}, CREATED),
    "health": (200, JSON, f'{{"status": "ok", "version": "{__version__}"}}'),
    "not_found": (404, JSON, f'{{"error":404,"error_text":"{NOTHING}","message":"{NOTHING}"}}'),
    "not_found_wrong_method": (
        405,
        {**JSON, "Allow": "POST"},
        f'{{"error":405,"error_text":"{USE_POST}","message":"{USE_POST}"}}',
    ),
}
REPLIES |= READS
BEFORE = {"revoke_direct_earn": ["direct_earn"]}
"""Events that come before another, by its name."""


PAGES = {
    "console": ("text/html; charset=utf-8", inlined(ROOT / "functions/console/page.html")),
    "describe_api": ("application/json", (ROOT / "functions/describe_api/openapi.json").read_text(encoding="utf-8")),
}
"""Events that are answered with a file, and what it is."""


def test_there_is_a_reply_for_each_event() -> None:
    named = [*REPLIES, *PAGES, *OF_JOBS, *OF_WEBHOOKS, *OF_FILES]
    assert sorted(path.stem for path in EVENTS.iterdir()) == sorted(named)


def test_there_is_an_event_for_each_function() -> None:
    # GIVEN the functions, each in a folder of its own
    functions = template.resources(template.load(), "AWS::Serverless::Function").values()
    folders = {one["CodeUri"].strip("/").removeprefix("functions/") for one in functions}
    # THEN each has an event of its name
    assert folders - {path.stem for path in EVENTS.iterdir()} == set()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.usefixtures("world")
def test_an_event_that_asks_for_a_page_gets_it(name: str) -> None:
    status, headers, body = deliver(read(name))
    assert (status, headers["Content-Type"], body) == (200, *PAGES[name])


@pytest.mark.parametrize("name", REPLIES)
@pytest.mark.usefixtures("world")
def test_an_event_gets_its_whole_reply(name: str) -> None:
    # GIVEN the demo accounts and an event
    for earlier in BEFORE.get(name, ()):
        deliver(read(earlier))
    event = read(name)
    # WHEN it is delivered to its function
    status, headers, body = REPLIES[name]
    # THEN the reply is the documented one
    always = {"X-Content-Type-Options": "nosniff", "X-Request-Id": "request-1"}
    assert deliver(event) == (status, {**headers, **always}, body)


@pytest.mark.parametrize("name", [name for name in REPLIES if name.startswith("register") and "task" not in name])
def test_an_event_that_is_delivered_again_finds_members(name: str, world: World) -> None:
    # GIVEN an event that was answered
    deliver(read(name))
    before = world.dynamodb.snapshot()
    # WHEN it comes again, as another request
    reply = deliver(read(name), "request-2")
    # THEN everybody is a member already, and nothing changes
    errors = re.findall(r"error\W{1,2}(\d+)", reply.body)
    assert errors == (["0", "409", "409"] if "batch" in name else ["409"])
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize("name", [*REPLIES, *PAGES, *OF_JOBS[2:], *OF_WEBHOOKS[:3]])
def test_an_event_agrees_with_itself(name: str) -> None:
    # GIVEN an event
    event: dict[str, Any] = read(name)
    # THEN what it says twice it says alike
    assert event["multiValueHeaders"] == {header: [value] for header, value in event["headers"].items()}
    assert event["requestContext"]["httpMethod"] == event["httpMethod"]
    assert event["requestContext"]["resourcePath"] == event["resource"]
    assert event["requestContext"]["path"] == "/v1" + event["path"]
    takes_body = event["httpMethod"] in ("POST", "PUT") and not event["path"].endswith(("/cancel", "/retry", "/undo"))
    assert takes_body == (event["body"] is not None)
