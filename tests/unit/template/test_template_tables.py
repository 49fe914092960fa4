"""What the template promises about data: it outlives its stack, can be restored, is encrypted, and has a price."""

import pytest

from tools.local.template import load, resources

TEMPLATE = load()
PARAMETERS = TEMPLATE["Parameters"]
TABLES = resources(TEMPLATE, "AWS::DynamoDB::Table")
NOTHING = {"Ref": "AWS::NoValue"}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_on_demand_and_outlives_its_stack_unless_the_first_deployment_fails(name: str) -> None:
    # GIVEN a table
    resource = TEMPLATE["Resources"][name]
    # THEN deleting the stack, or replacing the table, leaves its data
    assert resource["Properties"]["BillingMode"] == "PAY_PER_REQUEST"
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    # AND it is not protected before there is any: a first deployment that fails takes it back
    assert resource["Properties"]["DeletionProtectionEnabled"] == {"Ref": "DeletionProtection"}
    assert PARAMETERS["DeletionProtection"]["Default"] == "false"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_can_be_restored_as_it_was_at_any_second(name: str) -> None:
    wanted = {"PointInTimeRecoveryEnabled": {"Ref": "PointInTimeRecovery"}}
    assert TABLES[name]["PointInTimeRecoverySpecification"] == wanted
    assert PARAMETERS["PointInTimeRecovery"]["Default"] == "true"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_encrypted_by_the_key_that_costs_nothing_unless_one_is_named(name: str) -> None:
    # GIVEN that without a specification DynamoDB encrypts by a key that AWS owns
    named = {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Ref": "KmsKeyArn"}}
    # THEN there is one only for a key of the operator's; SSEEnabled alone would mean a key that AWS charges for
    assert TABLES[name]["SSESpecification"] == {"Fn::If": ["HasKmsKey", named, NOTHING]}
    assert TEMPLATE["Conditions"]["HasKmsKey"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "KmsKeyArn"}, ""]}]}
    assert PARAMETERS["KmsKeyArn"]["Default"] == ""


@pytest.mark.parametrize("name", TABLES)
def test_a_ceiling_on_what_a_table_may_cost_is_a_parameter(name: str) -> None:
    # GIVEN a table's ceilings
    condition, ceilings, otherwise = TABLES[name]["OnDemandThroughput"]["Fn::If"]
    # THEN each is there only where it is set
    assert (condition, otherwise) == ("LimitsUnits", NOTHING)
    assert ceilings == {
        "MaxReadRequestUnits": {"Fn::If": ["LimitsReads", {"Ref": "MaxReadUnits"}, NOTHING]},
        "MaxWriteRequestUnits": {"Fn::If": ["LimitsWrites", {"Ref": "MaxWriteUnits"}, NOTHING]},
    }
    limits = [{"Condition": "LimitsWrites"}, {"Condition": "LimitsReads"}]
    assert TEMPLATE["Conditions"]["LimitsUnits"] == {"Fn::Or": limits}
    assert (PARAMETERS["MaxReadUnits"]["Default"], PARAMETERS["MaxWriteUnits"]["Default"]) == (0, 0)


@pytest.mark.parametrize("name", [name for name in TABLES if name != "AccountsTable"])
def test_what_a_table_takes_from_the_start_is_a_parameter(name: str) -> None:
    warm = {"ReadUnitsPerSecond": {"Ref": "WarmReadUnits"}, "WriteUnitsPerSecond": {"Ref": "WarmWriteUnits"}}
    assert TABLES[name]["WarmThroughput"] == {"Fn::If": ["IsWarm", warm, NOTHING]}


def test_by_default_a_table_is_as_warm_as_aws_has_it_which_is_the_least() -> None:
    # GIVEN that a new table on demand takes 12,000 reads and 4,000 writes a second
    told = {name: PARAMETERS[name] for name in ("WarmReadUnits", "WarmWriteUnits")}
    assert {name: (one["Default"], one["MinValue"]) for name, one in told.items()} == {
        "WarmReadUnits": (12_000, 12_000),
        "WarmWriteUnits": (4_000, 4_000),
    }
    # THEN these say nothing to DynamoDB, so an update never cools a table that has grown
    unlike = [{"Fn::Not": [{"Fn::Equals": [{"Ref": name}, one["Default"]]}]} for name, one in told.items()]
    assert TEMPLATE["Conditions"]["IsWarm"] == {"Fn::Or": unlike[::-1]}
