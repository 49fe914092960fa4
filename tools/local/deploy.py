"""The template, deployed to the emulator: what `sam deploy` does, less what the emulator does not need."""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tools.local.gateway import GatewayResponses
from tools.local.ministack import REGION
from tools.local.template import ROOT, resources, variables, without_aliases, workers
from tools.operator.places import LOCAL_STACK

STACK = LOCAL_STACK
BUCKET = "loyalty-artifacts"
TEMPLATE = "template.json"


class Deployment(NamedTuple):
    """Where the deployed API is, tables' names and queues' URLs by the functions' environment variables, and workers.

    A worker is the name of a function that a queue feeds.
    """

    api_url: str
    tables: dict[str, str]
    queues: dict[str, str]
    workers: list[str]


def client(service: str, endpoint_url: str) -> Any:
    """A boto3 client of the emulator, whatever the caller's own AWS configuration and proxies."""
    return boto3.client(
        service,
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the emulator takes any
        config=Config(proxies={}),
    )


def deploy(template: dict[str, Any], endpoint_url: str, parameters: dict[str, str]) -> Deployment:
    """Upload the code, create or update the stack, and wait until it is there."""
    local = json.loads(json.dumps(template).replace("~1", "/"))  # the emulator does not decode media types
    _leave_out_layer(local)
    without_aliases(local)
    _call_this_machine(local)
    _number_concurrency(local, parameters)
    _upload(local, endpoint_url)
    _put_stack(f"{endpoint_url}/{BUCKET}/{TEMPLATE}", {"EndpointUrl": endpoint_url, **parameters}, endpoint_url)
    names = _physical_names(endpoint_url)
    stage = parameters.get("StageName", template["Parameters"]["StageName"]["Default"])
    _put_gateway_responses(template, names["Api"], stage, endpoint_url)
    _put_time_to_live(template, names, endpoint_url)
    return Deployment(
        f"{endpoint_url}/restapis/{names['Api']}/{stage}/_user_request_",
        {variable: names[table] for variable, table in variables(template, "AWS::DynamoDB::Table").items()},
        {variable: names[queue] for variable, queue in variables(template, "AWS::SQS::Queue").items()},
        [names[worker] for worker in workers(template)],
    )


def _leave_out_layer(local: dict[str, Any]) -> None:
    # The emulator has it as a folder: it would unpack it for each process, which takes longer than all else at a start.
    for name in resources(local, "AWS::Serverless::LayerVersion"):
        del local["Resources"][name]
    del local["Globals"]["Function"]["Layers"]


def _call_this_machine(local: dict[str, Any]) -> None:
    # Webhooks lead to receivers on loopback here; the template has no such setting, on AWS it would be a hole.
    local["Globals"]["Function"]["Environment"]["Variables"] |= {
        "WEBHOOKS_TO_LOOPBACK": "true",
        "WEBHOOK_FIRST_PAUSE_SECONDS": "1",
    }


def _number_concurrency(local: dict[str, Any], parameters: dict[str, str]) -> None:
    # The emulator compares what a parameter says as the text that it is, which stops its deliveries.
    for mapping in resources(local, "AWS::Lambda::EventSourceMapping").values():
        named = mapping["ScalingConfig"]["MaximumConcurrency"]["Ref"]
        number = int(parameters.get(named, local["Parameters"][named]["Default"]))
        mapping["ScalingConfig"] = {"MaximumConcurrency": number}


def _upload(local: dict[str, Any], endpoint_url: str) -> None:
    s3 = client("s3", endpoint_url)
    s3.create_bucket(Bucket=BUCKET)
    for name, properties in resources(local, "AWS::Serverless::Function").items():
        body = _zip(ROOT / properties["CodeUri"])
        key = f"{name}-{hashlib.sha256(body).hexdigest()}"  # another key makes an update take the new code
        s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        properties["CodeUri"] = {"Bucket": BUCKET, "Key": key}
    s3.put_object(Bucket=BUCKET, Key=TEMPLATE, Body=json.dumps(local).encode())  # too large to be sent with the call


def _zip(directory: Path) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(path for path in directory.iterdir() if path.is_file()):
            archive.writestr(zipfile.ZipInfo(path.name), path.read_bytes())  # no times: same code, same bytes
    return packed.getvalue()


def _put_stack(template_url: str, parameters: dict[str, str], endpoint_url: str) -> None:
    cloudformation = client("cloudformation", endpoint_url)
    arguments = {
        "StackName": STACK,
        "TemplateURL": template_url,
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    action = "update" if _exists(cloudformation) else "create"
    getattr(cloudformation, f"{action}_stack")(**arguments)
    waiter = cloudformation.get_waiter(f"stack_{action}_complete")
    waiter.wait(StackName=STACK, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600})


def _exists(cloudformation: Any) -> bool:
    try:
        cloudformation.describe_stacks(StackName=STACK)
    except ClientError:
        return False
    return True


def _physical_names(endpoint_url: str) -> dict[str, str]:
    found = client("cloudformation", endpoint_url).describe_stack_resources(StackName=STACK)["StackResources"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}


def _put_gateway_responses(template: dict[str, Any], api: str, stage: str, endpoint_url: str) -> None:
    gateway = client("apigateway", endpoint_url)
    for patch in GatewayResponses(template).patches():
        gateway.put_gateway_response(restApiId=api, **patch)
    gateway.create_deployment(restApiId=api, stageName=stage)


def _put_time_to_live(template: dict[str, Any], names: dict[str, str], endpoint_url: str) -> None:
    dynamodb = client("dynamodb", endpoint_url)
    for table, properties in resources(template, "AWS::DynamoDB::Table").items():
        if wanted := properties.get("TimeToLiveSpecification"):
            dynamodb.update_time_to_live(TableName=names[table], TimeToLiveSpecification=wanted)
