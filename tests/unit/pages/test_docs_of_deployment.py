"""What docs/ says about deploying and operating is what the template has."""

import re
from typing import Any

from loyalty.store.aws.clients import SELECTING, beyond_built_in
from tools.local.template import ROOT, load, resources

TEMPLATE = load()
DOCS = {path.relative_to(ROOT / "docs").as_posix(): path.read_text() for path in sorted((ROOT / "docs").rglob("*.md"))}
ALARMS = resources(TEMPLATE, "AWS::CloudWatch::Alarm")
ROW = re.compile(r"^\| (`[^|]+) \| ([^|]*) \|", re.MULTILINE)
CENTS_OF_AN_ALARM_METRIC = 10
RECEIVES, CENTS_OF_A_MILLION_RECEIVES = 2.6, 40
HOURS, SECONDS_OF_A_LOOK, CENTS_OF_A_GIGABYTE_SECOND = 730, 0.8, 0.0013334  # a start from cold, on arm64
GIGABYTES_OF_THE_SPLITTER = TEMPLATE["Resources"]["SplitFileFunction"]["Properties"]["MemorySize"] / 1024


def section(document: str, heading: str) -> str:
    """What stands below a heading, to the next of its kind."""
    return DOCS[document].partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_every_parameter_is_documented_with_its_default() -> None:
    # GIVEN the rows of the table, of which some tell of two parameters
    told: dict[str, str] = {}
    for names, defaults in ROW.findall(section("deploying.md", "Parameters")):
        values = defaults.replace("`", "").split(", ")
        parameters = re.findall(r"`(\w+)`", names)
        told |= dict(zip(parameters, values * len(parameters) if len(values) == 1 else values, strict=False))
    # THEN they are the template's
    assert told == {name: str(one["Default"]) or "none" for name, one in TEMPLATE["Parameters"].items()}


def test_what_selects_boto3_by_itself_is_documented_and_nothing_else() -> None:
    # GIVEN the variables of the table, of which proxies have two spellings
    rows = ROW.findall(section("deploying.md", "Another client of AWS"))
    told = {name for names, _ in rows for name in re.findall(r"`(\w+)`", names)}
    # THEN they are those that select it
    assert told | {"https_proxy"} == set(SELECTING)
    # AND each does so alone
    assert {name for name in SELECTING if beyond_built_in({name: "true"}) == name} == set(SELECTING)


def test_every_output_is_documented() -> None:
    parameters = section("deploying.md", "Parameters")
    assert [name for name in TEMPLATE["Outputs"] if f"`{name}`" not in parameters] == []


def test_every_alarm_is_documented_with_what_to_do() -> None:
    rows = ROW.findall(section("operating.md", "When an alarm rings"))
    assert sorted(name.strip("`") for name, _ in rows) == sorted(ALARMS)


def test_the_price_of_an_idle_system_is_that_of_its_alarms_its_four_queues_and_looks_for_files() -> None:
    # GIVEN how many metrics the alarms watch, and what the pollers of four queues ask
    single = [one for one in ALARMS.values() if "Metrics" not in one]
    (over_tables,) = [one["Metrics"] for one in ALARMS.values() if "Metrics" in one]
    metrics = len(single) + sum("MetricStat" in one for one in over_tables)
    alarms, receives = metrics * CENTS_OF_AN_ALARM_METRIC, round(RECEIVES * CENTS_OF_A_MILLION_RECEIVES)
    # THEN the sum is the documented one
    costs = section("deploying.md", "What it costs while nobody calls")
    assert (
        f"{len(single)} alone, and {metrics - len(single)} in the one over all tables | ${alarms / 100:.2f} |" in costs
    )
    assert f"some {RECEIVES} million times | ${receives / 100:.2f} |" in costs
    looks = round(HOURS * SECONDS_OF_A_LOOK * GIGABYTES_OF_THE_SPLITTER * CENTS_OF_A_GIGABYTE_SECOND)
    assert f"each hour, for some {SECONDS_OF_A_LOOK} s | ${looks / 100:.2f} |" in costs
    assert f"**${(alarms + receives + looks) / 100:.2f}**" in costs
    # AND with ten metrics and a million requests free, the other
    free = (metrics - 10) * CENTS_OF_AN_ALARM_METRIC + round((RECEIVES - 1) * CENTS_OF_A_MILLION_RECEIVES)
    assert f"that is ${(free + looks) / 100:.2f}." in costs


def test_the_drill_of_restoring_names_functions_and_tables_that_are_there() -> None:
    # GIVEN the commands of the drill
    drill = section("operating.md", "Restoring a table")
    # THEN every function that writes is stopped, and started again
    writers = {
        name.removesuffix("Function")
        for name, one in resources(TEMPLATE, "AWS::Serverless::Function").items()
        if any(set(_actions(one, table)) & WRITING for table in ("CustomersTable", "MembershipsTable", "EarnsTable"))
    }
    stopped = re.search(r"for name in ([\w ]+Register[\w ]+|Register[\w ]+); do\n  aws lambda put", drill)
    assert stopped
    assert writers <= set(stopped[1].split())
    started = " ".join(re.findall(r"for name in ([\w ]+); do\n  aws lambda (?:put|delete)-function-conc", drill)[1:])
    assert set(started.split()) == set(stopped[1].split())
    # AND the tables are outputs
    assert {
        f"{name}Table" for name in re.findall(r"for name in (Customers Memberships Earns);", drill)[0].split()
    } <= set(TEMPLATE["Outputs"])


WRITING = {f"dynamodb:{action}" for action in ("PutItem", "DeleteItem", "UpdateItem", "PartiQLInsert", "PartiQLUpdate")}


def _actions(function: dict[str, Any], table: str) -> list[str]:
    statements = [one for policy in function.get("Policies", []) for one in policy["Statement"]]
    about = [one["Action"] for one in statements if one["Resource"] == {"Fn::GetAtt": [table, "Arn"]}]
    return [action for every in about for action in (every if isinstance(every, list) else [every])]
