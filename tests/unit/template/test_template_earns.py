"""What the template promises about earning: its parameters, its table, and rights that end at a key."""

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.settings import OPTIONAL, Settings, load
from tests.rights import Right, granted
from tools.local.template import load as load_template
from tools.local.template import resources

TEMPLATE = load_template()
FUNCTIONS = resources(TEMPLATE, "AWS::Serverless::Function")
TABLES = resources(TEMPLATE, "AWS::DynamoDB::Table")
GLOBALS = TEMPLATE["Globals"]["Function"]
VARIABLES = GLOBALS["Environment"]["Variables"]
PARAMETERS = {
    "ACCESS_TOKEN_SECONDS": ("AccessTokenSeconds", "3600"),
    "ACCOUNT_REQUESTS_PER_MINUTE": ("AccountRequestsPerMinute", "0"),
    "AWS_CLIENT": ("AwsClient", "built-in"),
    "BULK_API_REDIRECTION_ENABLED": ("BulkApiRedirectionEnabled", "false"),
    "BULK_API_BATCH_SIZE_FOR_REDIRECTION": ("BulkApiBatchSizeForRedirection", "10"),
}


def default(variable: str) -> str:
    """What a variable is when nobody sets the parameter that it refers to."""
    named = VARIABLES[variable]["Ref"]
    return named if named in TEMPLATE["Resources"] else str(TEMPLATE["Parameters"][named]["Default"])


def _reaches_earns(rights: set[Right]) -> bool:
    return any(right.resource == "EarnsTable" for right in rights)


@pytest.mark.parametrize("variable", PARAMETERS)
def test_a_setting_is_a_parameter_with_the_documented_default(variable: str) -> None:
    parameter, value = PARAMETERS[variable]
    assert (VARIABLES[variable], default(variable)) == ({"Ref": parameter}, value)


def test_the_functions_find_every_setting_in_their_environment() -> None:
    # GIVEN the environment that all functions share, by the parameters' defaults
    environment = {name.upper(): default(name.upper()) for name in Settings._fields if name not in OPTIONAL}
    # THEN it is complete
    assert load(environment).earns_table == "EarnsTable"


def test_earns_are_kept_by_customer_and_origin() -> None:
    assert TABLES["EarnsTable"]["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]


def test_expired_tokens_undo_states_and_ended_memberships_leave_their_tables_by_themselves() -> None:
    expiring = {"AccountsTable", "JobsTable", "MembershipsTable"}
    for name in expiring:
        assert TABLES[name]["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert not [name for name in TABLES if name not in expiring and "TimeToLiveSpecification" in TABLES[name]]


@pytest.mark.parametrize(
    ("function", "action", "keys"),
    [
        ("RegisterMemberFunction", "dynamodb:UpdateItem", ["rate#*"]),
        ("CustomersBatchFunction", "dynamodb:UpdateItem", ["rate#*", "account#*"]),
        ("DirectEarnFunction", "dynamodb:UpdateItem", ["rate#*", "account#*"]),
        ("IssueTokenFunction", "dynamodb:UpdateItem", ["rate#*"]),
        ("IssueTokenFunction", "dynamodb:PutItem", ["credential#*"]),
        ("UndoJobFunction", "dynamodb:UpdateItem", ["rate#*"]),
    ],
)
def test_a_function_writes_only_its_own_kind_of_item_to_the_accounts(
    function: str, action: str, keys: list[str]
) -> None:
    # GIVEN the statements that let it write there
    (policy,) = FUNCTIONS[function]["Policies"]
    statements = [
        one
        for one in policy["Statement"]
        if one["Action"] == action and one["Resource"] == {"Fn::GetAtt": ["AccountsTable", "Arn"]}
    ]
    # THEN they end at the keys of that kind
    assert [one["Condition"] for one in statements] == [
        {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [key]}} for key in keys
    ]


@pytest.mark.parametrize("function", ["ProcessChunkFunction", "BuryChunkFunction", "SplitFileFunction"])
def test_what_a_queue_feeds_sees_no_credential(function: str) -> None:
    # GIVEN all that it may do with the accounts
    (policy,) = FUNCTIONS[function]["Policies"]
    accounts = {"Fn::GetAtt": ["AccountsTable", "Arn"]}
    statements = [one for one in policy["Statement"] if one["Resource"] == accounts]
    # THEN it ends at the keys of their settings
    assert {str(one["Condition"]) for one in statements} == {
        str({"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["account#*"]}})
    }


@pytest.mark.parametrize("function", [name for name, rights in granted(TEMPLATE).items() if _reaches_earns(rights)])
def test_no_function_lives_as_long_as_a_place_in_a_tally_is_safe(function: str) -> None:
    assert FUNCTIONS[function].get("Timeout", GLOBALS["Timeout"]) < LONGEST_SECONDS
