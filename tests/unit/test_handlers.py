"""The functions themselves: each handler as Lambda loads it, and the two that need no store."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from loyalty import __version__
from loyalty.doors import endpoint
from loyalty.settings import OPTIONAL
from tests.fakes.functions import load_handler
from tests.fakes.gateway import BATCH, SINGLE, FakeContext, Reply, proxy_event, reply_of
from tests.fakes.log import captured_log
from tests.fakes.store import SETTINGS

ENVIRONMENT = {name.upper(): str(value) for name, value in SETTINGS._asdict().items()}
HEADERS = {"Content-Type": "application/json", "X-Content-Type-Options": "nosniff", "X-Request-Id": "request-1"}


def call(function: str, **event: Any) -> Reply:
    return reply_of(load_handler(function)(proxy_event(**event), FakeContext()))


@pytest.fixture
def _configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a deployed function."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def test_health_tells_the_version() -> None:
    # WHEN somebody asks, without credentials
    reply = call("health", method="GET", path="/health")
    # THEN the version is told
    assert reply == (200, HEADERS, f'{{"status": "ok", "version": "{__version__}"}}')


BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_browser_at_the_apis_own_address_gets_a_page_of_links(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN the function of the root, deployed below a stage
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    # WHEN a browser opens the address
    event = proxy_event(method=method, path="/", headers=BROWSER)
    event["requestContext"]["path"] = "/prod/"
    status, headers, body = reply_of(load_handler("customers_batch")(event, FakeContext()))
    # THEN it gets the page, whose links work there, and which no cache gives to others
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "Accept" in headers["Vary"].split(", ")
    links = re.findall(r'href="([^d][^"]*)"', body)
    assert links == (["/prod/console", "/prod/docs", "/prod/openapi.json", "/prod/health"] if method == "GET" else [])
    assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "accept", "query"),
    [
        ("/", "*/*", None),
        ("/", None, None),
        ("/", "application/xml", None),
        ("/", "text/html;q=0, */*", None),
        ("/", BROWSER["Accept"], {"type": "customers_batch"}),
        ("/api.php", BROWSER["Accept"], None),
    ],
)
def test_a_program_at_the_apis_own_address_is_told_what_to_do_instead_of_get(
    path: str, accept: str | None, query: dict[str, str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN the function of the root
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    # WHEN something that is no browser, or means the import, sends a GET
    headers = {"Accept": accept} if accept else {}
    event = proxy_event(method="GET", path=path, headers=headers) | {"queryStringParameters": query}
    reply = reply_of(load_handler("customers_batch")(event, FakeContext()))
    # THEN the import answers in its own form
    assert "POST" in reply.body
    assert "<html" not in reply.body


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/nothing", "/api/v1.1/loyalty/register_members", "/healthy", "//health"])
def test_an_unknown_path_is_a_readable_404(method: str, path: str) -> None:
    # WHEN somebody asks for what there is not
    reply = call("not_found", method=method, path=path)
    # THEN the reply says so under every name that clients look for
    text = f'There is nothing at \\"{path}\\"'
    body = "" if method == "HEAD" else f'{{"error":404,"error_text":"{text}","message":"{text}"}}'
    assert reply == (404, HEADERS, body)


@pytest.mark.parametrize(
    ("function", "path"),
    [("health", "/health"), ("console", "/console"), ("describe_api", "/docs"), ("describe_api", "/openapi.json")],
)
@pytest.mark.usefixtures("_configured")
def test_head_is_answered_as_get_without_the_body(function: str, path: str) -> None:
    # GIVEN what GET is answered
    status, headers, body = call(function, method="GET", path=path)
    assert (status, bool(body)) == (200, True)
    # THEN a monitor that asks with HEAD gets the same, without the body; Vary tells of how that is encoded
    headers.pop("Vary", None)
    assert call(function, method="HEAD", path=path) == (200, headers, "")


def test_an_error_to_head_has_no_body_either() -> None:
    assert call("not_found", method="HEAD", path="/nothing") == (404, HEADERS, "")
    assert call("not_found", method="HEAD", path=BATCH) == (405, {**HEADERS, "Allow": "POST"}, "")


@pytest.mark.parametrize(
    ("path", "allowed", "method"),
    [
        (SINGLE, "POST", "GET"),
        (SINGLE + "/", "POST", "PUT"),
        (BATCH, "POST", "DELETE"),
        ("/", "POST", "DELETE"),
        ("/api.php", "POST", "PUT"),
        ("/health", "GET, HEAD", "POST"),
        ("/health/", "GET, HEAD", "OPTIONS"),
        ("/jobs/5/results", "GET, HEAD", "POST"),
        ("/jobs/5/undo", "POST", "GET"),
        ("/webhook", "GET, HEAD, PUT, DELETE", "POST"),
    ],
)
def test_a_wrong_method_is_a_readable_405(path: str, allowed: str, method: str) -> None:
    # WHEN somebody calls a known path in another way
    reply = call("not_found", method=method, path=path)
    # THEN the reply says which way is right
    text = f"This path does not take {method}; use {allowed.partition(',')[0]}"
    body = "" if method == "HEAD" else f'{{"error":405,"error_text":"{text}","message":"{text}"}}'
    assert reply == (405, {**HEADERS, "Allow": allowed}, body)


CAPILLARY = {**HEADERS, "X-Cap-Requestid": "request-1"}


@pytest.mark.parametrize(
    ("method", "path", "status", "text"),
    [
        ("GET", "/v2/promotion/bulk/directEarn", 405, "This path does not take GET; use POST"),
        ("POST", "/v2/promotion/bulk/earn", 404, 'There is nothing at \\"/v2/promotion/bulk/earn\\"'),
        ("PUT", "/v2", 404, 'There is nothing at \\"/v2\\"'),
        ("POST", "/v2/", 404, 'There is nothing at \\"/v2/\\"'),
        ("GET", "/v3/oauth/token/generate", 405, "This path does not take GET; use POST"),
        ("POST", "/v3/oauth/token", 404, 'There is nothing at \\"/v3/oauth/token\\"'),
    ],
)
def test_below_capillarys_paths_a_client_finds_the_error_where_it_looks(
    method: str, path: str, status: int, text: str
) -> None:
    # WHEN a client of Capillary's calls what there is not
    reply = call("not_found", method=method, path=path)
    # THEN the error is in the body's errors
    errors = f'[{{"status":false,"code":{status},"message":"{text}"}}],"warnings":[]'
    body = f'{{"response":[],"totalCount":0,"failureCount":0,"errors":{errors}}}'
    if path.startswith("/v3"):
        body = f'{{"data":null,"errors":[{{"code":{status},"message":"{text}"}}]}}'
    allow = {"Allow": "POST"} if status == 405 else {}
    assert reply == (status, {**CAPILLARY, **allow}, body)


@pytest.mark.parametrize("path", ["/v1/x", "/v20/promotion", "/api/v2/promotion"])
def test_a_path_that_only_looks_like_capillarys_is_answered_as_any_other(path: str) -> None:
    assert call("not_found", path=path).json()["error"] == 404


@pytest.mark.parametrize(
    ("function", "path"), [("health", "/health"), ("console", "/console"), ("describe_api", "/docs")]
)
@pytest.mark.usefixtures("_configured")
def test_head_is_get_without_a_body(function: str, path: str) -> None:
    # GIVEN what a GET answers
    read = call(function, method="GET", path=path)
    # THEN a HEAD has its status and headers
    reply = call(function, method="HEAD", path=path)
    assert (reply.status, reply.headers, reply.body) == (
        read.status,
        {name: text for name, text in read.headers.items() if name != "Vary"},
        "",
    )


def test_the_page_behind_a_slash_is_where_its_addresses_are_right() -> None:
    # GIVEN the page's address with a slash, below a base path
    event = proxy_event(method="GET", path="/docs") | {"path": "/loyalty/docs/"}
    event["requestContext"]["path"] = "/loyalty/docs/"
    # THEN it leads to the page itself
    reply = reply_of(load_handler("describe_api")(event, FakeContext()))
    assert (reply.status, reply.headers["Location"]) == (308, "/loyalty/docs")


@pytest.mark.parametrize("path", ["/openapi.json", "/loyalty/openapi.json", "/openapi.json/"])
def test_the_document_is_told_from_its_page_by_any_path_that_leads_to_it(path: str) -> None:
    assert call("describe_api", method="GET", path=path).headers["Content-Type"] == "application/json"


def test_an_unknown_path_is_quoted_safely() -> None:
    # GIVEN a path that is long and hostile
    reply = call("not_found", path="/<script>\n" + "x" * 1_000)
    # THEN it is clipped and escaped
    assert reply.json()["error_text"] == f'There is nothing at "/<script>\\n{"x" * 52}\u2026"'


@pytest.fixture
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that was started without the tables' names."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    endpoint.process_database.cache_clear()
    yield
    endpoint.process_database.cache_clear()


@pytest.mark.usefixtures("_no_settings")
@pytest.mark.parametrize("function", ["register_member", "register_member_batch"])
def test_a_function_without_its_environment_loads_and_says_so_with_each_request(function: str) -> None:
    # GIVEN a function whose environment is empty
    with captured_log() as log:
        handler = load_handler(function)
        # WHEN two requests come
        replies = [reply_of(handler(proxy_event("{}"), FakeContext(f"request-{n}"))) for n in (1, 2)]
    # THEN the clients get the contract's error, and each line of the log names the variables
    assert [reply.body for reply in replies] == ['{"error":500,"error_text":"Internal error"}'] * 2
    missing = f"environment variable not set: {', '.join(one for one in ENVIRONMENT if one.lower() not in OPTIONAL)}"
    assert [line["detail"] for line in log.lines] == [missing] * 2


@pytest.mark.usefixtures("_no_settings")
@pytest.mark.parametrize("function", ["register_member", "register_member_batch"])
def test_a_function_without_a_region_says_so(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a function that has its tables, and no region
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    # WHEN a request comes
    with captured_log() as log:
        reply = reply_of(load_handler(function)(proxy_event("{}"), FakeContext()))
    # THEN the log names what is missing
    assert (reply.status, log.lines[0]["detail"]) == (500, "environment variable not set: AWS_DEFAULT_REGION")
