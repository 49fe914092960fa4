"""What the template promises beyond being valid: routes, limits, and what the gateway answers by itself."""

import importlib.util
import json
import re
from types import ModuleType

import pytest

from tools.local.front import LARGEST_BODY
from tools.local.gateway import GatewayResponses
from tools.local.template import ROOT, Route, load, resources, routes, variables

TEMPLATE = load()
FUNCTIONS = resources(TEMPLATE, "AWS::Serverless::Function")
TABLES = resources(TEMPLATE, "AWS::DynamoDB::Table")
QUEUES = resources(TEMPLATE, "AWS::SQS::Queue")
API = resources(TEMPLATE, "AWS::Serverless::Api")["Api"]
RESPONSES = API["GatewayResponses"]
REFUSED = [Route(method, path, "CustomersBatchFunction") for method in ("GET", "HEAD") for path in ("/", "/api.php")]
SERVED = [route for route in routes(TEMPLATE) if route not in REFUSED and route.method != "HEAD"]
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
LAMBDA_EVENT_BYTES = 6 * 1024 * 1024


def handler_of(folder: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"{folder}_handler", ROOT / "functions" / folder / "handler.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_function_folder_is_one_function() -> None:
    # GIVEN the folders and the template's functions
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}
    # THEN they pair up
    assert sorted(function["CodeUri"] for function in FUNCTIONS.values()) == [
        f"functions/{f}/" for f in sorted(folders)
    ]


def test_every_function_but_the_catch_all_serves_what_its_description_says() -> None:
    # GIVEN the routes of each function that has any, but HEAD and those on which the import says that it needs a POST
    fed_by_queues = {"ProcessChunkFunction", "BuryChunkFunction", "DeliverWebhookFunction", "SplitFileFunction"}
    named = FUNCTIONS.keys() - fed_by_queues - {"NotFoundFunction"}
    served = {name: [one for one in SERVED if one.function == name] for name in named}
    # THEN each has one, and the two that answer at two paths have two
    for name, its_routes in served.items():
        assert FUNCTIONS[name]["Description"] == " and ".join(f"{route.method} {route.path}" for route in its_routes)
        assert len(its_routes) == (2 if name in ("CustomersBatchFunction", "DescribeApiFunction") else 1)


def test_whatever_no_other_function_serves_reaches_the_catch_all() -> None:
    # GIVEN the catch-all's routes
    caught = [route for route in routes(TEMPLATE) if route.function == "NotFoundFunction"]
    # THEN every method is named for everything below the root, and for the root itself unless another has it
    elsewhere = {(route.method, route.path) for route in routes(TEMPLATE) if route.function != "NotFoundFunction"}
    everything = {(method, path) for method in METHODS for path in ("/", "/{proxy+}")}
    assert {(route.method, route.path) for route in caught} == everything - elsewhere


def test_the_catch_all_knows_the_methods_of_every_served_path() -> None:
    # GIVEN the paths that the other functions serve
    served: dict[str, str] = {}
    for method in ("GET", "POST", "PUT", "DELETE"):
        named = "GET, HEAD" if method == "GET" else method
        paths = [one.path for one in SERVED if one.method == method and one.function != "NotFoundFunction"]
        served |= {path: ", ".join(filter(None, [served.get(path), named])) for path in paths}
    # THEN the catch-all names the same
    assert served == handler_of("not_found").ALLOWED


def test_head_is_served_wherever_get_is_by_the_same_function() -> None:
    # GIVEN all routes
    by_method = {
        method: {(route.path, route.function) for route in routes(TEMPLATE) if route.method == method}
        for method in ("GET", "HEAD")
    }
    # THEN each GET has its HEAD
    assert by_method["GET"] == by_method["HEAD"]


def test_every_table_has_its_environment_variable() -> None:
    assert sorted(variables(TEMPLATE, "AWS::DynamoDB::Table").values()) == sorted(TABLES)


def test_no_function_of_a_route_outlives_the_gateways_patience() -> None:
    longest = TEMPLATE["Globals"]["Function"]["Timeout"]
    assert max(FUNCTIONS[route.function].get("Timeout", longest) for route in routes(TEMPLATE)) <= 29


def test_bodies_reach_the_functions_as_they_were_sent() -> None:
    # GIVEN the API
    # THEN every media type is binary, and the gateway neither compresses nor inflates
    assert API["BinaryMediaTypes"] == ["*~1*"]
    assert "MinimumCompressionSize" not in API


def test_the_largest_body_fits_into_an_event_with_room_for_the_headers() -> None:
    # GIVEN the largest body, as base64
    encoded = -(-LARGEST_BODY // 3) * 4
    # THEN 10 KB of headers, twice in the event, fit beside it
    assert encoded + 2 * 10_240 < LAMBDA_EVENT_BYTES


def test_the_gateways_413_states_the_limit() -> None:
    assert f"{LARGEST_BODY / 1e6} MB" in RESPONSES["REQUEST_TOO_LARGE"]["ResponseTemplates"]["application/json"]


@pytest.mark.parametrize("kind", RESPONSES)
def test_an_answer_of_the_gateway_is_an_error_to_every_client(kind: str) -> None:
    # GIVEN one of its answers
    answer = GatewayResponses(TEMPLATE).answer(kind)
    body = json.loads(answer.body)
    # THEN the envelope agrees with the status and says something
    assert body["error"] == answer.status
    assert body["error_text"] == body["message"]
    assert body["message"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["X-Request-Id"])
    assert ("Retry-After" in answer.headers) == (answer.status == 429)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("MISSING_AUTHENTICATION_TOKEN", 404),
        ("RESOURCE_NOT_FOUND", 404),
        ("REQUEST_TOO_LARGE", 413),
        ("THROTTLED", 429),
        ("INTEGRATION_FAILURE", 504),
        ("INTEGRATION_TIMEOUT", 504),
        ("DEFAULT_4XX", 400),
        ("DEFAULT_5XX", 500),
    ],
)
def test_the_gateways_answers_have_the_status_that_fits(kind: str, status: int) -> None:
    assert RESPONSES[kind]["StatusCode"] == status


def test_the_access_log_holds_no_personal_data() -> None:
    # GIVEN the fields of an access log line
    _, setting, _ = API["AccessLogSetting"]["Fn::If"]
    line = setting["Format"].replace("\n", "")
    fields = json.loads(line).values()
    # THEN none is about the caller or what was asked for
    assert all(field.startswith("$context.") for field in fields)
    assert not [field for field in fields if re.search(r"identity|authorizer|domain|query|\.path$", field)]


def test_the_emulators_endpoint_is_set_only_when_it_is_given() -> None:
    # GIVEN the functions' environment
    variables = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
    # THEN on AWS the variable is not there at all
    assert variables["AWS_ENDPOINT_URL"] == {"Fn::If": ["HasEndpoint", {"Ref": "EndpointUrl"}, {"Ref": "AWS::NoValue"}]}
    assert TEMPLATE["Parameters"]["EndpointUrl"]["Default"] == ""


@pytest.mark.parametrize("name", TEMPLATE["Parameters"])
def test_a_parameter_says_what_it_is_and_can_be_left_alone(name: str) -> None:
    assert TEMPLATE["Parameters"][name]["Description"].endswith(".")
    assert "Default" in TEMPLATE["Parameters"][name]


def test_a_domain_of_ones_own_is_optional() -> None:
    for name in ("Domain", "DomainMapping"):
        assert TEMPLATE["Resources"][name]["Condition"] == "HasDomain"
    assert TEMPLATE["Parameters"]["DomainName"]["Default"] == ""


def test_the_outputs_tell_what_a_client_and_an_operator_need() -> None:
    assert {"ApiUrl", "DomainTarget", *TABLES, *(f"{queue}Url" for queue in QUEUES)} <= set(TEMPLATE["Outputs"])


def test_the_access_log_waits_for_the_role_and_the_role_for_an_api() -> None:
    # GIVEN that the stage refers to the log group
    depends_on = {name: resource.get("DependsOn") for name, resource in TEMPLATE["Resources"].items()}
    # THEN the order of a first deployment in a new account holds
    assert depends_on["AccessLogs"] == "AccessLogAccount"
    assert depends_on["AccessLogAccount"] == "Api"
