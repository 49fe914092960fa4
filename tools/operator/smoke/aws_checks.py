"""What no request shows: the tables, what a write costs, the alarms, the dashboard."""

import uuid
from typing import Any

from loyalty.store.tables import keys

from ..template import resources
from .scene import CheckFailed, Scene, expect

_WATCHING = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard")


def tables(scene: Scene) -> str:
    """Each table is there, on demand, and can be restored unless the stack says otherwise."""
    dynamodb, unprotected = scene.system.client("dynamodb"), []
    wanted = {"true": "ENABLED", "false": "DISABLED"}[scene.parameters.get("PointInTimeRecovery", "true")]
    for name in resources(scene.template, "AWS::DynamoDB::Table"):
        table = dynamodb.describe_table(TableName=scene.names[name])["Table"]
        expect(f"the status of {name}", table["TableStatus"], "ACTIVE")
        expect(f"how {name} is paid", table["BillingModeSummary"]["BillingMode"], "PAY_PER_REQUEST")
        backups = dynamodb.describe_continuous_backups(TableName=scene.names[name])["ContinuousBackupsDescription"]
        restorable = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
        if not scene.is_emulated:  # which knows no recovery
            expect(f"point-in-time recovery of {name}", restorable, wanted)
        unprotected += [] if table.get("DeletionProtectionEnabled") else [name]
    return "all there" + ("; not protected: deploy again with DeletionProtection=true" if unprotected else "")


def capacity(scene: Scene) -> str:
    """An insert costs one write unit, and so does one whose key is taken."""
    table = scene.system.name("MEMBERSHIPS_TABLE")
    key = {"S": keys.membership(scene.account, PROBE, uuid.uuid4().hex)}
    dynamodb = scene.system.client("dynamodb")
    try:
        first, second = (_insert(dynamodb, table, key) for _ in range(2))
    finally:
        dynamodb.delete_item(TableName=table, Key={"pk": key})
    expect("the first insert's error", first[1], None)
    expect("the second insert's error", second[1], "DuplicateItem")
    if first[0] > 1 or second[0] > 1:
        raise CheckFailed(f"an insert consumes {first[0]:g} and a failed one {second[0]:g} write units, not 1 at most")
    return f"an insert consumes {first[0]:g} write units, a failed one {second[0]:g}"


def alarms(scene: Scene) -> str:
    """Every alarm and the dashboard of the template are there; on an emulator, which nobody watches, none."""
    wanted = [name for kind in _WATCHING for name in resources(scene.template, kind)]
    there = [name for name in wanted if name in scene.names]
    if scene.is_emulated:
        expect("what is deployed of alarms and dashboard", there, [])
        return "none on an emulator, as the template has it"
    expect("what the stack lacks", sorted(set(wanted) - set(there)), [])
    ringing = _ringing(scene)
    scene.system.client("cloudwatch").get_dashboard(DashboardName=scene.names["Dashboard"])
    return f"{len(wanted) - 1} alarms and the dashboard" + (f"; ringing: {', '.join(ringing)}" if ringing else "")


def _ringing(scene: Scene) -> list[str]:
    """The alarms that ring; raises CheckFailed for one that is gone or reaches nobody."""
    logical = {scene.names[name]: name for name in resources(scene.template, "AWS::CloudWatch::Alarm")}
    pages = scene.system.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNames=list(logical))
    found = {one["AlarmName"]: one for page in pages for one in page["MetricAlarms"]}
    expect("alarms that are gone", sorted(logical[name] for name in logical.keys() - found.keys()), [])
    silent = [logical[name] for name, one in found.items() if not (one["ActionsEnabled"] and one["AlarmActions"])]
    expect("alarms that reach nobody", sorted(silent), [])
    return sorted(logical[name] for name, one in found.items() if one["StateValue"] == "ALARM")


PROBE = "smoke"
"""What stands in place of a program in the key of an item that is nobody's membership."""


def _insert(dynamodb: Any, table: str, key: dict[str, str]) -> tuple[float, str | None]:
    """The write units of an insert, and its error."""
    statement = {"Statement": f"INSERT INTO \"{table}\" VALUE {{'pk':?,'origin':?}}", "Parameters": [key, {"S": PROBE}]}
    answer = dynamodb.batch_execute_statement(Statements=[statement], ReturnConsumedCapacity="TOTAL")
    units = sum(one["CapacityUnits"] for one in answer.get("ConsumedCapacity", ()))
    return units, answer["Responses"][0].get("Error", {}).get("Code")
