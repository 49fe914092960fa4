"""Where a system runs: by the outputs of its stack, or by what make run wrote."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tools.local import template
from tools.operator import places
from tools.operator.faults import OperatorError
from tools.operator.places import Place


class CloudFormation:
    """Answers what it is told."""

    def __init__(self, outputs: dict[str, str] | None) -> None:
        self._outputs = outputs

    def describe_stacks(self, **arguments: Any) -> dict[str, Any]:
        if self._outputs is None:
            message = f"Stack with id {arguments['StackName']} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "DescribeStacks")
        return {"Stacks": [{"Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in self._outputs.items()]}]}


def test_the_outputs_of_the_template_name_all_that_commands_need() -> None:
    # GIVEN a stack with the outputs that the template has
    outputs = {name: f"the-{name}" for name in template.load()["Outputs"]}
    place = places.deployed(CloudFormation(outputs), "prod", {"region_name": "eu-central-1"})
    # THEN tables, queues and the URL are found, and AWS is reached as asked
    for variable in (
        *template.variables(template.load(), "AWS::DynamoDB::Table"),
        "CHUNK_QUEUE_URL",
        "PARKED_QUEUE_URL",
        "WEBHOOK_QUEUE_URL",
        "WEBHOOK_DEAD_LETTER_QUEUE_URL",
        "API_URL",
    ):
        assert place.name(variable).startswith("the-")
    assert place.client_options == {"region_name": "eu-central-1"}
    # AND tables are read in several parts side by side
    assert place.table_parts == 8


def test_a_stack_without_outputs_and_a_part_that_is_missing_say_what_to_do() -> None:
    with pytest.raises(OperatorError, match="is it deployed"):
        places.deployed(CloudFormation({}), "prod", {})
    with pytest.raises(ClientError, match="does not exist"):
        places.deployed(CloudFormation(None), "prod", {})
    with pytest.raises(OperatorError, match="deploy its present template"):
        Place({}, {}).name("PARKED_QUEUE_URL")


@pytest.mark.parametrize("text", [None, "{", "{}", '{"Parameters": {}}'])
def test_where_make_run_wrote_nothing_it_is_said_how_to_start_the_local_stack(
    text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN nothing that tells of a local stack
    monkeypatch.setattr(places, "SOURCES", tmp_path)
    monkeypatch.chdir(tmp_path)
    if text is not None:
        path = tmp_path / places.local_environment(3000)
        path.parent.mkdir(parents=True)
        path.write_text(text)
    # THEN the command that starts one is named
    with pytest.raises(OperatorError, match=r"^There is no local stack here: make run starts one"):
        places.local()
