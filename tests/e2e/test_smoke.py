"""`loyalty smoke --local`: green on a stack that works, and leaves nothing; red on one that is broken somewhere."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tools.local import deploy, environment
from tools.local.deploy import STACK, client
from tools.local.stack import LocalStack
from tools.local.template import ROOT, load, resources
from tools.operator import places
from tools.operator.application import app
from tools.operator.smoke import cleaning, job_checks
from tools.operator.smoke.command import CHECKS

pytestmark = pytest.mark.long

Smoke = Callable[..., tuple[int, dict[str, Any]]]
Breaking = Callable[[LocalStack], AbstractContextManager[None]]

ANSWER = """
def lambda_handler(event, context):
    return {{"statusCode": {status}, "headers": {{"Content-Type": "application/json"}}, "body": {body!r}}}
"""


@pytest.fixture(scope="module")
def stack(stack_with: Callable[..., LocalStack]) -> Iterator[LocalStack]:
    """A stack of these tests' own, which they break."""
    with stack_with() as running:
        yield running


@pytest.fixture
def smoke(stack: LocalStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Smoke:
    """Gives a run of the command: its exit code, and its results by check."""
    environment.write(tmp_path / places.local_environment(stack.port), stack, stack.endpoint_url)
    monkeypatch.chdir(tmp_path)

    def run(*options: str) -> tuple[int, dict[str, Any]]:
        done = CliRunner().invoke(app, ["smoke", "--local", "--json", *options])
        return done.exit_code, {one["check"]: one for one in json.loads(done.stdout)}

    return run


def names(stack: LocalStack) -> dict[str, str]:
    """What the stack's resources are called, by their logical ids."""
    found = client("cloudformation", stack.endpoint_url).describe_stack_resources(StackName=STACK)["StackResources"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}


@contextmanager
def no_chunk_is_delivered(stack: LocalStack) -> Iterator[None]:
    functions = client("lambda", stack.endpoint_url)
    mapping = names(stack)["ProcessChunkMapping"]
    functions.update_event_source_mapping(UUID=mapping, Enabled=False)
    yield
    functions.update_event_source_mapping(UUID=mapping, Enabled=True)


@contextmanager
def a_function_may_read_everybody(stack: LocalStack) -> Iterator[None]:
    functions, iam = (client(service, stack.endpoint_url) for service in ("lambda", "iam"))
    function = functions.get_function_configuration(FunctionName=names(stack)["ListJobsFunction"])
    role = function["Role"].rpartition("/")[2]
    statement = {"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": "*"}
    wider = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_role_policy(RoleName=role, PolicyName="wider", PolicyDocument=json.dumps(wider))
    yield
    iam.delete_role_policy(RoleName=role, PolicyName="wider")


@contextmanager
def replaced(stack: LocalStack, function: str, status: int, body: str) -> Iterator[None]:
    """Another function's code in the place of one's own."""
    functions, name = client("lambda", stack.endpoint_url), names(stack)[function]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("handler.py", ANSWER.format(status=status, body=body))
    functions.update_function_code(FunctionName=name, ZipFile=packed.getvalue())
    yield
    own = ROOT / resources(load(), "AWS::Serverless::Function")[function]["CodeUri"]
    functions.update_function_code(FunctionName=name, ZipFile=deploy._zip(own))


def test_it_is_green_on_a_stack_that_works_and_leaves_nothing(smoke: Smoke, stack: LocalStack) -> None:
    # WHEN everything is tried
    code, results = smoke()
    # THEN all of it is well, one line each
    assert [one for one in results.values() if not one["ok"]] == []
    assert (code, list(results)) == (0, list(CHECKS))
    assert "an insert consumes 1 write units, a failed one 1" in results["price of an insert"]["seen"]
    # AND nothing in any table tells of it
    dynamodb = client("dynamodb", stack.endpoint_url)
    left = [
        item
        for table in stack.tables.values()
        for page in dynamodb.get_paginator("scan").paginate(TableName=table)
        for item in page["Items"]
        if "smoke-" in json.dumps(item, default=repr)
    ]
    assert left == []
    # AND no message does, nor will one be parked for it
    sqs, queues = client("sqs", stack.endpoint_url), resources(load(), "AWS::SQS::Queue")
    counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    for name in queues:
        told = sqs.get_queue_attributes(QueueUrl=names(stack)[name], AttributeNames=counts)["Attributes"]
        assert [told[count] for count in counts] == ["0", "0"], name


@pytest.mark.parametrize(
    ("breaking", "red"),
    [
        (no_chunk_is_delivered, {"large job", "chain of chunks", "fed job", "redrive", "undo", "clean up"}),
        (a_function_may_read_everybody, {"rights"}),
        (
            lambda stack: replaced(stack, "DirectEarnFunction", 500, "{}"),
            {"earn", "wrong credentials", "times"},
        ),
        (lambda stack: replaced(stack, "UndoJobFunction", 404, '{"detail": "gone"}'), {"undo", "clean up"}),
        (
            lambda stack: replaced(stack, "HealthFunction", 200, '{"status": "ok", "version": "0.0.0"}'),
            {"health"},
        ),
    ],
    ids=["no chunk is delivered", "a role is too wide", "an endpoint fails", "undo does nothing", "another version"],
)
def test_it_is_red_where_a_stack_is_broken_and_green_elsewhere(
    breaking: Breaking, red: set[str], smoke: Smoke, stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a stack with a fault
    monkeypatch.setattr(job_checks, "ITEMS", 600)
    monkeypatch.setattr(cleaning, "_wait_for_second_looks", lambda _scene: None)  # half a minute each
    with breaking(stack):
        # WHEN everything is tried
        code, results = smoke("--patience", "3" if breaking is no_chunk_is_delivered else "60")
    # THEN exactly what the fault concerns is red
    assert {name for name, one in results.items() if not one["ok"]} == red, results
    assert code == 1
