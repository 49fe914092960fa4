"""What `loyalty smoke` asks of AWS itself, which no emulator answers: alarms, and IAM's own simulator."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tools.local.template import load, resources
from tools.operator.policies import allows, of_functions
from tools.operator.printer import Printer
from tools.operator.smoke.aws_checks import alarms, tables
from tools.operator.smoke.rights_check import LEADING_KEYS, rights
from tools.operator.smoke.scene import CheckFailed, Scene

TEMPLATE = load()
POLICIES = of_functions(TEMPLATE)
NAMES = {name: f"loyalty-{name}" for name in TEMPLATE["Resources"]}
ALARMS = [NAMES[name] for name in resources(TEMPLATE, "AWS::CloudWatch::Alarm")]

Answer = dict[str, Any]


class FakeCloudWatch:
    """Alarms that are as they should be, but for some changes."""

    def __init__(self, **changes: Answer | None) -> None:
        self.changes = changes

    def get_paginator(self, name: str) -> "FakeCloudWatch":
        assert name == "describe_alarms"
        return self

    def paginate(self, AlarmNames: list[str]) -> Iterator[Answer]:  # noqa: N803 - AWS's own
        usual = {"ActionsEnabled": True, "AlarmActions": ["topic"], "StateValue": "OK"}
        told = {name: self.changes.get(name.removeprefix("loyalty-"), {}) for name in AlarmNames}
        for name, change in told.items():
            yield {"MetricAlarms": [] if change is None else [{"AlarmName": name, **usual, **change}]}

    def get_dashboard(self, DashboardName: str) -> None:  # noqa: N803
        assert DashboardName == "loyalty-Dashboard"


class FakeAws:
    """Names of resources are their logical ids behind the stack's name; an ARN is a service and a name."""

    def __init__(self, may: Callable[[str, str, str, str], bool], deletion_protection: bool = True) -> None:  # noqa: FBT002
        self.may, self.protected = may, deletion_protection

    def describe_table(self, TableName: str) -> Answer:  # noqa: N803
        table = {"TableStatus": "ACTIVE", "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}}
        return {
            "Table": {
                **table,
                "TableArn": f"arn:aws:dynamodb:::{TableName}",
                "DeletionProtectionEnabled": self.protected,
            }
        }

    def describe_continuous_backups(self, TableName: str) -> Answer:  # noqa: N803
        assert TableName
        return {
            "ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"}}
        }

    def get_queue_attributes(self, QueueUrl: str, **_: Any) -> Answer:  # noqa: N803
        return {"Attributes": {"QueueArn": f"arn:aws:sqs:::{QueueUrl}"}}

    def get_function_configuration(self, FunctionName: str) -> Answer:  # noqa: N803
        return {"Role": FunctionName}

    def get_paginator(self, name: str) -> "FakeAws":
        assert name == "simulate_principal_policy"
        return self

    def paginate(self, **asked: Any) -> Iterator[Answer]:
        (resource,), (context,) = asked["ResourceArns"], asked["ContextEntries"]
        assert (context["ContextKeyName"], context["ContextKeyType"]) == (LEADING_KEYS, "stringList")
        (key,) = context["ContextKeyValues"]
        for action in asked["ActionNames"]:
            may = self.may(_logical(asked["PolicySourceArn"]), action, _logical(resource), key)
            yield {
                "EvaluationResults": [{"EvalActionName": action, "EvalDecision": "allowed" if may else "implicitDeny"}]
            }


class FakeSystem:
    """A system whose AWS is one fake for every service."""

    def __init__(self, aws: Any) -> None:
        self._aws = aws

    def client(self, _service: str) -> Any:
        return self._aws


def _logical(name: str) -> str:
    return name.rpartition("-")[2].removesuffix("/x")  # any object stands for all whose keys begin alike


def scene(aws: Any, names: dict[str, str] | None = None, **parameters: str) -> Scene:
    made = Scene(FakeSystem(aws), "smoke", {}, 1)  # type: ignore[arg-type]
    made.names = NAMES if names is None else names
    made.parameters = {"EndpointUrl": "", "PointInTimeRecovery": "true", **parameters}
    return made


def as_the_template(function: str, action: str, resource: str, key: str) -> bool:
    return allows(POLICIES[function], action, resource, {LEADING_KEYS: [key]})


def test_alarms_and_dashboard_are_there_and_reach_somebody() -> None:
    assert alarms(scene(FakeCloudWatch())) == f"{len(ALARMS)} alarms and the dashboard"


def test_an_alarm_that_rings_is_told() -> None:
    seen = alarms(scene(FakeCloudWatch(ParkedMessagesAlarm={"StateValue": "ALARM"})))
    assert seen.endswith("; ringing: ParkedMessagesAlarm")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ParkedMessagesAlarm": None}, "alarms that are gone: wanted [], seen ['ParkedMessagesAlarm']"),
        (
            {"ServerErrorsAlarm": {"AlarmActions": []}},
            "alarms that reach nobody: wanted [], seen ['ServerErrorsAlarm']",
        ),
        (
            {"ServerErrorsAlarm": {"ActionsEnabled": False}},
            "alarms that reach nobody: wanted [], seen ['ServerErrorsAlarm']",
        ),
    ],
)
def test_an_alarm_that_is_gone_or_silent_is_red(change: dict[str, Answer | None], reason: str) -> None:
    with pytest.raises(CheckFailed) as failed:
        alarms(scene(FakeCloudWatch(**change)))
    assert str(failed.value) == reason


def test_a_stack_without_its_dashboard_is_red() -> None:
    names = {name: text for name, text in NAMES.items() if name != "Dashboard"}
    with pytest.raises(CheckFailed, match="what the stack lacks: wanted \\[\\], seen \\['Dashboard'\\]"):
        alarms(scene(FakeCloudWatch(), names))


def test_alarms_on_an_emulator_are_none_of_its_business() -> None:
    watched = {name for kind in ("Alarm", "Dashboard") for name in resources(TEMPLATE, f"AWS::CloudWatch::{kind}")}
    names = {name: text for name, text in NAMES.items() if name not in watched}
    assert alarms(scene(None, names, EndpointUrl="http://127.0.0.1:4566")).startswith("none on an emulator")


def test_iam_is_asked_for_every_action_of_every_function() -> None:
    # GIVEN an IAM that has the template's policies
    seen = rights(scene(FakeAws(as_the_template)))
    # THEN it says so, after more than a thousand questions
    number, _, rest = seen.partition(" ")
    assert int(number.replace(",", "")) > 1_000
    assert rest == "questions, to IAM: as the template has it"


@pytest.mark.parametrize(
    ("unlike", "reason"),
    [
        (
            ("ProcessChunkFunction", "dynamodb:GetItem", "AccountsTable", "credential#x"),
            "ProcessChunkFunction may dynamodb:GetItem on AccountsTable at credential#x",
        ),
        (
            ("HealthFunction", "dynamodb:Scan", "CustomersTable", "account#x"),
            "HealthFunction may dynamodb:Scan on CustomersTable at account#x",
        ),
        (
            ("UndoJobFunction", "sqs:SendMessage", "ChunkQueue", "account#x"),
            "UndoJobFunction may not sqs:SendMessage on ChunkQueue at account#x",
        ),
        (
            ("SplitFileFunction", "s3:PutObject", "FilesBucket/uploads", "account#x"),
            "SplitFileFunction may s3:PutObject on FilesBucket/uploads at account#x",
        ),
    ],
)
def test_a_right_that_is_not_the_templates_is_red(unlike: tuple[str, str, str, str], reason: str) -> None:
    # GIVEN an IAM that answers one question otherwise
    def may(*asked: str) -> bool:
        return as_the_template(*asked) != (asked == unlike)

    # THEN the function is named
    with pytest.raises(CheckFailed, match=r"^1 of [0-9,]+ rights are not the template's: ") as failed:
        rights(scene(FakeAws(may)))
    assert str(failed.value).endswith(f": {reason}")


def test_tables_that_can_not_be_restored_are_red_and_unprotected_ones_are_told() -> None:
    assert tables(scene(FakeAws(as_the_template))) == "all there"
    seen = tables(scene(FakeAws(as_the_template, deletion_protection=False)))
    assert seen == "all there; not protected: deploy again with DeletionProtection=true"
    with pytest.raises(CheckFailed, match="point-in-time recovery of AccountsTable: wanted 'DISABLED', seen 'ENABLED'"):
        tables(scene(FakeAws(as_the_template), PointInTimeRecovery="false"))


def test_a_result_is_one_line_as_soon_as_it_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    # GIVEN a result that is well and one that is not
    printer = Printer(as_json=False)
    printer.line({"check": "health", "ok": True, "seconds": 0.4, "seen": "version 1"})
    printer.line({"check": "earn", "ok": False, "seconds": 12.0, "seen": "two\nlines"})
    # THEN each is a line, whatever was seen
    assert capsys.readouterr().out == (
        "ok    health                0.4 s  version 1\nFAIL  earn                 12.0 s  two\ufffdlines\n"
    )
