"""What the template promises to the people who run it: alarms about what needs them, a dashboard, and logs that end."""

import json
import re
from typing import Any

import pytest

from loyalty.telemetry import metrics
from tools.local.template import load, resources

TEMPLATE = load()
RESOURCES = TEMPLATE["Resources"]
ALARMS = resources(TEMPLATE, "AWS::CloudWatch::Alarm")
TABLES = resources(TEMPLATE, "AWS::DynamoDB::Table")
DASHBOARD = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]


def watched(alarm: dict[str, Any]) -> tuple[Any, ...]:
    """An alarm's metric, what it is about, and from which value on it rings."""
    dimensions = {one["Name"]: next(iter(one["Value"].values())) for one in alarm.get("Dimensions", [])}
    return alarm["Namespace"], alarm["MetricName"], alarm["Statistic"], dimensions, alarm["Threshold"]


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        (
            "ParkedMessagesAlarm",
            (
                "AWS/SQS",
                "ApproximateNumberOfMessagesVisible",
                "Maximum",
                {"QueueName": ["ParkedQueue", "QueueName"]},
                1,
            ),
        ),
        (
            "DeadWebhooksAlarm",
            (
                "AWS/SQS",
                "ApproximateNumberOfMessagesVisible",
                "Maximum",
                {"QueueName": ["WebhookDeadLetterQueue", "QueueName"]},
                1,
            ),
        ),
        (
            "OldestChunkAlarm",
            ("AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", {"QueueName": ["ChunkQueue", "QueueName"]}, 900),
        ),
        ("WorkerErrorsAlarm", ("AWS/Lambda", "Errors", "Sum", {"FunctionName": "ProcessChunkFunction"}, 1)),
        ("SplitterErrorsAlarm", ("AWS/Lambda", "Errors", "Sum", {"FunctionName": "SplitFileFunction"}, 1)),
        ("DeadLetterErrorsAlarm", ("AWS/Lambda", "Errors", "Sum", {"FunctionName": "BuryChunkFunction"}, 1)),
        (
            "DroppedChunksAlarm",
            ("AWS/Lambda", "RecursiveInvocationsDropped", "Sum", {"FunctionName": "ProcessChunkFunction"}, 1),
        ),
        ("FunctionThrottlesAlarm", ("AWS/Lambda", "Throttles", "Sum", {}, 1)),
        (
            "ServerErrorsAlarm",
            ("AWS/ApiGateway", "5XXError", "Sum", {"ApiName": "AWS::StackName", "Stage": "StageName"}, 5),
        ),
    ],
)
def test_an_alarm_watches_what_it_is_named_for(name: str, metric: tuple[Any, ...]) -> None:
    assert watched(ALARMS[name]) == metric
    assert ALARMS[name]["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"


def test_an_alarm_watches_for_lines_that_tell_of_faults_of_ours() -> None:
    # GIVEN the metric that counts them in the functions' log, and its alarm
    counted = RESOURCES["ErrorLines"]["Properties"]
    (metric,) = counted["MetricTransformations"]
    alarm = ALARMS["ErrorLinesAlarm"]
    # THEN it rings at the first
    assert (counted["LogGroupName"], counted["FilterPattern"]) == ({"Ref": "FunctionLogs"}, '{ $.level = "ERROR" }')
    assert (metric["MetricNamespace"], metric["MetricName"]) == (alarm["Namespace"], alarm["MetricName"])
    assert (metric["MetricValue"], alarm["Statistic"], alarm["Threshold"]) == ("1", "Sum", 1)


def test_an_alarm_watches_the_reads_and_writes_of_every_table() -> None:
    # GIVEN the metrics that are added up, of which an alarm may have ten
    total, *metrics = ALARMS["TableThrottlesAlarm"]["Metrics"]
    summed = [one["MetricStat"]["Metric"] for one in metrics]
    # THEN they are the throttles of each table, both ways
    assert total["Expression"] == "SUM(METRICS())"
    assert len(metrics) <= 10
    assert {(one["MetricName"], one["Dimensions"][0]["Value"]["Ref"]) for one in summed} == {
        (f"{kind}ThrottleEvents", table) for kind in ("Read", "Write") for table in TABLES
    }


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_reaches_the_topic_and_says_what_is_wrong(name: str) -> None:
    assert ALARMS[name]["AlarmActions"] == [{"Ref": "AlarmTopic"}]
    assert ALARMS[name]["AlarmDescription"]
    assert ALARMS[name]["TreatMissingData"] == "notBreaching"  # nobody calling is no fault


def test_the_topic_takes_alarms_of_this_account_and_mails_them_to_whoever_is_named() -> None:
    # GIVEN the topic's policy and its one subscription
    allowed, refused = RESOURCES["AlarmTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    subscription = RESOURCES["AlarmEmailSubscription"]
    # THEN CloudWatch publishes, without TLS nobody, and there is no address unless one was given
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert (refused["Effect"], refused["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert subscription["Condition"] == "SendsAlarmEmail"
    assert subscription["Properties"]["Endpoint"] == {"Ref": "AlarmEmail"}
    assert TEMPLATE["Parameters"]["AlarmEmail"]["Default"] == ""


def test_what_only_people_look_at_is_left_out_on_an_emulator() -> None:
    watching = ("AWS::CloudWatch::", "AWS::SNS::TopicPolicy")
    conditions = {one.get("Condition") for one in RESOURCES.values() if one["Type"].startswith(watching)}
    assert conditions == {"OnAws"}
    assert TEMPLATE["Conditions"]["OnAws"] == {"Fn::Equals": [{"Ref": "EndpointUrl"}, ""]}


def test_the_dashboard_is_json_and_shows_what_the_readme_says() -> None:
    titles = [widget["properties"]["title"] for widget in json.loads(DASHBOARD)["widgets"]]
    assert titles == [
        "Requests",
        "Time to answer, ms",
        "Items by vendor and outcome",
        "Chunks: taken in, done, waiting, parked",
        "Age of the oldest chunk, s",
        "Throttles",
        "Cost: write and read units",
        "Cost: milliseconds of functions",
    ]


def test_the_dashboard_refers_only_to_what_is_there() -> None:
    # GIVEN the names that are filled in
    names = {name.partition(".")[0] for name in re.findall(r"\$\{(.+?)}", DASHBOARD) if not name.startswith("AWS::")}
    # THEN each is a resource or a parameter, and all tables are among them
    assert names <= RESOURCES.keys() | TEMPLATE["Parameters"].keys()
    assert names >= TABLES.keys()


def test_the_dashboard_finds_the_metrics_that_functions_embed_in_their_log() -> None:
    # GIVEN the search for outcomes, and the name that functions give to their metrics
    (search,) = re.findall(r"SEARCH\('{(Loyalty.*?)} service=", DASHBOARD)
    named = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
    # THEN they agree
    assert search.split(",") == [metrics.NAMESPACE, *metrics.DIMENSIONS]
    assert named == {"Ref": "AWS::StackName"}


def test_the_dashboard_shows_the_milliseconds_of_every_function_by_its_name() -> None:
    # GIVEN the metrics of that widget: a search whose value is quoted finds exact names only, and so none
    (widget,) = [one for one in json.loads(DASHBOARD)["widgets"] if "milliseconds" in one["properties"]["title"]]
    metrics = widget["properties"]["metrics"]
    # THEN each function is named
    assert {tuple(one[:3]) for one in metrics} == {("AWS/Lambda", "Duration", "FunctionName")}
    assert [one[3] for one in metrics] == [f"${{{name}}}" for name in resources(TEMPLATE, "AWS::Serverless::Function")]


def test_every_log_is_kept_for_a_time_that_is_set() -> None:
    # GIVEN the log groups; CloudWatch encrypts them all
    groups = resources(TEMPLATE, "AWS::Logs::LogGroup")
    # THEN none is kept for ever, and no function writes to a group of its own making
    assert all(group["RetentionInDays"] == {"Ref": "LogRetentionDays"} for group in groups.values())
    assert TEMPLATE["Globals"]["Function"]["LoggingConfig"] == {"LogGroup": {"Ref": "FunctionLogs"}}
    assert TEMPLATE["Parameters"]["LogRetentionDays"]["Default"] == 30
