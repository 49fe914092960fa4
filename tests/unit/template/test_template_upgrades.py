"""What the template promises about upgrades: whatever changes is a new version, tried on few, taken back on an alarm.

SAM's own transform, of the environment that deploys, says what CloudFormation would get.
"""

import json
import subprocess
from typing import Any

import pytest

from tools.local.template import ROOT, fed, load, resources

Resources = dict[str, dict[str, Any]]

TEMPLATE = load()
FUNCTIONS = resources(TEMPLATE, "AWS::Serverless::Function")
WORKERS = {"ProcessChunkFunction", "BuryChunkFunction", "DeliverWebhookFunction", "SplitFileFunction"}
SAM = ROOT / "build" / "venv" / "sam" / "bin" / "python"
TRANSFORM = """
import copy, json, sys
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse
parsed = yaml_parse(open(sys.argv[1]).read())
for deployment in map(json.loads, sys.argv[2:]):
    template = copy.deepcopy(parsed)
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = f"s3://bucket/{name}"
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = f"s3://bucket/{deployment['layer']}"
    print(json.dumps(Translator({}, Parser()).translate(template, deployment["parameters"])))
"""


def deployment(layer: str = "layer", **parameters: str) -> dict[str, Any]:
    """One with this layer, and parameters that are not the defaults."""
    return {"layer": layer, "parameters": parameters}


def transformed(*deployments: dict[str, Any]) -> list[Resources]:
    """What CloudFormation gets for each of them: resources by type and name."""
    command = [str(SAM), "-c", TRANSFORM, str(ROOT / "template.yaml"), *map(json.dumps, deployments)]
    environment = {"AWS_DEFAULT_REGION": "us-east-1", "PATH": "/usr/bin:/bin"}
    made = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    return [json.loads(line)["Resources"] for line in made.splitlines()]


def versions(*deployments: dict[str, Any]) -> list[set[str]]:
    """The published versions of each."""
    return [set(of_type(one, "AWS::Lambda::Version")) for one in transformed(*deployments)]


@pytest.fixture(scope="module")
def found() -> Resources:
    """What CloudFormation gets by default."""
    return transformed(deployment())[0]


def of_type(found: Resources, kind: str) -> Resources:
    return {name: one for name, one in found.items() if one["Type"] == kind}


def test_a_new_layer_alone_is_a_new_version_of_every_function() -> None:
    # GIVEN two deployments between which nothing but the layer changed, in which all of the code is
    before, after = versions(deployment("yesterday"), deployment("today"))
    # THEN each function has a new version, without which its alias would go on serving yesterday's
    assert [len(before), len(after)] == [len(FUNCTIONS), len(FUNCTIONS)]
    assert before & after == set()


def test_a_new_setting_alone_is_a_new_version_by_the_revision_that_make_deploy_tells() -> None:
    # GIVEN that SAM does not see a parameter's value in what it compares
    few, many, *told = versions(
        *(deployment(InlineLimit=number) for number in ("500", "600")),
        *(deployment(Revision=letter * 64) for letter in "ab"),
    )
    assert few == many
    # WHEN the deployments have revisions
    # THEN each is a new version of every function
    assert [len(one) for one in told] == [len(FUNCTIONS), len(FUNCTIONS)]
    assert told[0] & told[1] == set()


def test_nothing_new_is_no_new_version(found: Resources) -> None:
    # GIVEN what is deployed, once more and by another process
    assert versions(deployment()) == [set(of_type(found, "AWS::Lambda::Version"))]


def test_requests_and_chunks_go_to_the_published_version(found: Resources) -> None:
    # GIVEN what is deployed
    # THEN the routes call each function by its alias
    called = json.dumps(found["Api"]["Properties"]["Body"]["paths"])
    assert {name for name in FUNCTIONS if f'Ref": "{name}Aliaslive' in called or f"${{{name}Aliaslive}}" in called} == (
        FUNCTIONS.keys() - WORKERS
    )
    assert not [name for name in FUNCTIONS if f"${{{name}.Arn}}" in called]
    # AND so do the queues
    mappings = of_type(found, "AWS::Lambda::EventSourceMapping").values()
    assert {one["Properties"]["FunctionName"]["Ref"] for one in mappings} == {f"{name}Aliaslive" for name in WORKERS}
    assert {fed(mapping) for mapping in resources(TEMPLATE, "AWS::Lambda::EventSourceMapping").values()} == WORKERS


def test_a_version_of_an_api_function_is_tried_on_a_tenth_and_taken_back_when_an_alarm_rings(
    found: Resources,
) -> None:
    # GIVEN how CodeDeploy moves the traffic
    groups = of_type(found, "AWS::CodeDeploy::DeploymentGroup")
    # THEN it does for each function of the API, and workers are replaced at once
    assert groups.keys() == {f"{name}DeploymentGroup" for name in FUNCTIONS.keys() - WORKERS}
    for group in groups.values():
        condition, gradual, at_once = group["Properties"]["DeploymentConfigName"]["Fn::If"]
        assert condition == "DeploysGradually"
        assert [one["Fn::Sub"][1]["ConfigName"] for one in (gradual, at_once)] == [
            "Canary10Percent10Minutes",
            "AllAtOnce",
        ]
        condition, watched, unwatched = group["Properties"]["AlarmConfiguration"]["Fn::If"]
        assert (condition, unwatched) == ("DeploysGradually", {})
        assert watched["Alarms"] == [{"Name": {"Ref": "ErrorLinesAlarm"}}, {"Name": {"Ref": "ServerErrorsAlarm"}}]
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["Properties"]["AutoRollbackConfiguration"]["Events"]


@pytest.mark.parametrize("alarm", ["ErrorLinesAlarm", "ServerErrorsAlarm"])
def test_an_alarm_can_ring_while_a_version_is_tried(alarm: str) -> None:
    # GIVEN that a version is tried for ten minutes
    told = resources(TEMPLATE, "AWS::CloudWatch::Alarm")[alarm]
    # THEN an alarm has seen a whole period by then
    assert told["Period"] * told["EvaluationPeriods"] <= 300


def test_with_a_domain_of_ones_own_the_gateways_host_is_closed(found: Resources) -> None:
    # GIVEN what API Gateway is told
    (server,) = found["Api"]["Properties"]["Body"]["servers"]
    # THEN it is the domain that decides
    assert server["x-amazon-apigateway-endpoint-configuration"] == {
        "disableExecuteApiEndpoint": {"Fn::If": ["HasDomain", True, False]}
    }


def test_a_firewall_stands_before_the_stage_when_one_is_named() -> None:
    association = TEMPLATE["Resources"]["WebAclAssociation"]
    assert association["Condition"] == "HasWebAcl"
    stage = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${Api}/stages/${Api.Stage}"
    assert association["Properties"] == {
        "ResourceArn": {"Fn::Sub": stage},
        "WebACLArn": {"Ref": "WebAclArn"},
    }
    assert TEMPLATE["Parameters"]["WebAclArn"]["Default"] == ""
