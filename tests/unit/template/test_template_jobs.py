"""What the template promises about jobs: every chunk is delivered, tried again, and in the end kept for a person."""

from typing import Any

import pytest

from loyalty.domain import deadline
from loyalty.domain.job import KEPT_SECONDS
from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.files import arrivals
from loyalty.jobs.endings import JOB_FINISHED
from loyalty.jobs.work import MOST_TRIES
from loyalty.store import events, objects
from tests.fakes import delivery
from tests.rights import Right, granted
from tools.local.template import fed, load, resources, variables, workers

TEMPLATE = load()
PARAMETERS = TEMPLATE["Parameters"]
FUNCTIONS = resources(TEMPLATE, "AWS::Serverless::Function")
MAPPINGS = resources(TEMPLATE, "AWS::Lambda::EventSourceMapping")
QUEUES = resources(TEMPLATE, "AWS::SQS::Queue")
POLICIES = resources(TEMPLATE, "AWS::SQS::QueuePolicy")
VARIABLES = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
TWO_WEEKS = 14 * 24 * 3600
RIGHTS = granted(TEMPLATE)
STORES_JOBS = Right("dynamodb:PutItem", "JobsTable")
SPLITTER, FILE_MAKER = "SplitFileFunction", "CreateFileFunction"


def _reserves(function: dict[str, Any]) -> bool:
    return "ReservedConcurrentExecutions" in function


def test_the_worker_takes_chunks_and_the_undertaker_what_failed_too_often() -> None:
    fed = {name: mapping["EventSourceArn"]["Fn::GetAtt"] for name, mapping in MAPPINGS.items()}
    assert fed == {
        "ProcessChunkMapping": ["ChunkQueue", "Arn"],
        "BuryChunkMapping": ["DeadLetterQueue", "Arn"],
        "DeliverWebhookMapping": ["WebhookQueue", "Arn"],
        "SplitFileMapping": ["SplitQueue", "Arn"],
    }
    expected = ["BuryChunkFunction", "DeliverWebhookFunction", "ProcessChunkFunction", "SplitFileFunction"]
    assert sorted(workers(TEMPLATE)) == expected


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_message_comes_alone_and_fails_alone_and_workers_are_limited(name: str) -> None:
    # GIVEN a mapping of a queue to a function
    mapping = MAPPINGS[name]
    # THEN one message is one call, whose answer says whether it failed, and not all of the account is taken
    assert mapping["BatchSize"] == 1
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "WorkerConcurrency"}}
    assert PARAMETERS["WorkerConcurrency"]["MinValue"] == 2  # Lambda refuses less


def test_a_chunk_is_received_more_often_than_it_is_tried_before_it_is_buried() -> None:
    # GIVEN that a delivery for which there is no function at the moment counts, and one of a chunk that waits
    policy = QUEUES["ChunkQueue"]["RedrivePolicy"]
    # THEN there is room for many of them beside the tries
    assert policy == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]},
        "maxReceiveCount": delivery.MOST_RECEIVES,
    }
    assert delivery.MOST_RECEIVES >= 5 + 2 * MOST_TRIES


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_the_time_that_the_budgets_share_out(name: str) -> None:
    # GIVEN which functions a queue feeds
    feeds = {fed(mapping) for mapping in MAPPINGS.values()}
    timeout = FUNCTIONS[name].get("Timeout", TEMPLATE["Globals"]["Function"]["Timeout"])
    if name == SPLITTER:
        assert timeout == deadline.SPLITTER_SECONDS
        return
    # THEN these have the time of workers, the others that of requests
    assert timeout == (deadline.WORKER_SECONDS if name in feeds else deadline.REQUEST_SECONDS)
    # AND none outlives what others take for the longest life
    assert timeout + deadline.CLOCKS_SECONDS <= LONGEST_SECONDS


def test_who_lives_longer_than_others_take_for_the_longest_life_writes_nothing_that_they_may_wait_for() -> None:
    # GIVEN what the splitter of files may write, beside messages and objects of its own
    written = {right for right in RIGHTS[SPLITTER] if right.action.startswith("dynamodb:")}
    # THEN that is how far jobs are
    assert written == {
        Right("dynamodb:GetItem", "AccountsTable"),
        Right("dynamodb:BatchGetItem", "JobsTable"),
        Right("dynamodb:Query", "JobsTable"),
        Right("dynamodb:GetItem", "JobsTable"),
        Right("dynamodb:UpdateItem", "JobsTable"),
    }


def test_a_request_ends_before_the_gateway_gives_it_up_however_long_its_function_takes_to_start() -> None:
    assert deadline.REQUEST_SECONDS + 2 == deadline.GATEWAY_SECONDS


@pytest.mark.parametrize(
    ("function", "parameter"),
    [
        ("ProcessChunkFunction", "WorkerConcurrency"),
        ("BuryChunkFunction", "WorkerConcurrency"),
        ("RegisterMemberBatchFunction", "BatchConcurrency"),
        ("CustomersBatchFunction", "BatchConcurrency"),
        ("DirectEarnFunction", "BatchConcurrency"),
    ],
)
def test_requests_that_wait_leave_the_workers_room(function: str, parameter: str) -> None:
    # GIVEN that all functions share the account's concurrency, of which a waiting request holds one for its whole wait
    reserved = FUNCTIONS[function]["ReservedConcurrentExecutions"]
    # THEN workers have theirs and batches end somewhere, unless the account is too small to reserve any
    assert reserved == {"Fn::If": ["ReservesConcurrency", {"Ref": parameter}, {"Ref": "AWS::NoValue"}]}
    switch = {"Fn::Equals": [{"Ref": "ReserveConcurrency"}, "true"]}
    assert TEMPLATE["Conditions"]["ReservesConcurrency"] == {"Fn::And": [{"Condition": "OnAws"}, switch]}


def test_what_is_reserved_by_default_leaves_others_what_lambda_asks_for() -> None:
    # GIVEN the usual account, which runs a thousand functions at once and must leave a hundred unreserved
    reserved = [one["ReservedConcurrentExecutions"]["Fn::If"][1]["Ref"] for one in FUNCTIONS.values() if _reserves(one)]
    # THEN there is room, also in the smallest account that the parameter's description names
    assert sum(PARAMETERS[name]["Default"] for name in reserved) + 100 <= 300
    assert "fewer than 300" in PARAMETERS["ReserveConcurrency"]["Description"]


@pytest.mark.parametrize("name", ["DeadLetterQueue", "ParkedQueue", "WebhookDeadLetterQueue"])
def test_what_failed_is_never_moved_on_by_itself_and_is_kept_as_long_as_a_queue_keeps_anything(name: str) -> None:
    assert "RedrivePolicy" not in QUEUES[name]
    assert QUEUES[name]["MessageRetentionPeriod"] == TWO_WEEKS


def test_a_dead_letter_outlives_its_time_in_the_chunk_queue() -> None:
    # GIVEN that a message keeps the moment of its first queue, where it lasts as long as its job
    chunks = QUEUES["ChunkQueue"]["MessageRetentionPeriod"]
    # THEN there is time left in the second
    assert chunks == KEPT_SECONDS
    assert chunks < QUEUES["DeadLetterQueue"]["MessageRetentionPeriod"]


@pytest.mark.parametrize("mapping", MAPPINGS.values(), ids=list(MAPPINGS))
def test_no_message_is_delivered_again_while_a_worker_may_still_be_at_it(mapping: dict[str, Any]) -> None:
    # GIVEN a queue and the function that it feeds
    queue = QUEUES[mapping["EventSourceArn"]["Fn::GetAtt"][0]]
    timeout = FUNCTIONS[fed(mapping)]["Timeout"]
    if fed(mapping) == SPLITTER:
        assert queue["VisibilityTimeout"] == timeout  # who is at it says so, and holds a cursor
        return
    # THEN every value that a deployment on AWS may choose is six timeouts or more
    assert queue["VisibilityTimeout"] == {"Ref": "ChunkVisibilitySeconds"}
    (assertion,) = TEMPLATE["Rules"]["VisibilityOutlastsWorker"]["Assertions"]
    on_aws, chosen = assertion["Assert"]["Fn::Contains"]
    assert chosen == {"Ref": "ChunkVisibilitySeconds"}
    assert min(map(int, on_aws)) == 6 * timeout == deadline.VISIBILITY_SECONDS
    assert PARAMETERS["ChunkVisibilitySeconds"]["Default"] == deadline.VISIBILITY_SECONDS
    assert set(map(int, on_aws)) < set(PARAMETERS["ChunkVisibilitySeconds"]["AllowedValues"])


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_is_encrypted_and_refuses_whoever_comes_without_tls(name: str) -> None:
    assert QUEUES[name]["SqsManagedSseEnabled"] is True
    (policy,) = [one for one in POLICIES.values() if one["Queues"] == [{"Ref": name}]]
    statement, *allowing = policy["PolicyDocument"]["Statement"]
    senders = {"WebhookQueue": ["LetTheRuleSend"], "SplitQueue": ["LetS3Tell", "LetTheRuleSend"]}
    assert [one["Sid"] for one in allowing] == senders.get(name, [])
    assert statement == {
        "Sid": "RefuseWithoutTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": {"Fn::GetAtt": [name, "Arn"]},
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


@pytest.mark.parametrize("name", QUEUES)
def test_messages_survive_a_change_that_replaces_their_queue(name: str) -> None:
    assert TEMPLATE["Resources"][name]["UpdateReplacePolicy"] == "Retain"


def test_the_functions_know_where_chunks_go_and_where_they_are_parked() -> None:
    assert variables(TEMPLATE, "AWS::SQS::Queue") == {
        "CHUNK_QUEUE_URL": "ChunkQueue",
        "PARKED_QUEUE_URL": "ParkedQueue",
        "WEBHOOK_QUEUE_URL": "WebhookQueue",
        "WEBHOOK_DEAD_LETTER_QUEUE_URL": "WebhookDeadLetterQueue",
        "SPLIT_QUEUE_URL": "SplitQueue",
    }


@pytest.mark.parametrize(
    ("variable", "parameter", "default", "least", "most"),
    [
        ("INLINE_LIMIT", "InlineLimit", 500, 1, 20_000),
        ("GATHER_SECONDS", "GatherSeconds", 24, 0, deadline.LONGEST_WAIT_SECONDS),
    ],
)
def test_what_is_a_job_and_how_long_it_is_waited_for_are_parameters(
    variable: str, parameter: str, default: int, least: int, most: int
) -> None:
    assert VARIABLES[variable] == {"Ref": parameter}
    told = PARAMETERS[parameter]
    assert (told["Default"], told["MinValue"], told["MaxValue"]) == (default, least, most)


def test_a_request_that_waits_has_answered_before_its_function_is_ended() -> None:
    assert PARAMETERS["GatherSeconds"]["MaxValue"] < TEMPLATE["Globals"]["Function"]["Timeout"]


def test_only_what_works_on_jobs_may_say_that_one_is_finished() -> None:
    # GIVEN the functions that may put events
    allowed = {
        name: statement
        for name, function in FUNCTIONS.items()
        for policy in function.get("Policies", [])
        for statement in policy["Statement"]
        if statement["Action"] == "events:PutEvents"
    }
    # THEN they are the workers, the splitter for files that can't be read, and what closes or cancels a task whose
    # chunks are done, for that event alone
    closing = ("CancelJobFunction", "RegisterMemberBatchTaskFunction")
    assert sorted(allowed) == sorted(["BuryChunkFunction", "ProcessChunkFunction", SPLITTER, *closing])
    for statement in allowed.values():
        assert statement["Condition"] == {
            "ForAllValues:StringEquals": {"events:source": events.SOURCE},
            "StringEquals": {"events:detail-type": JOB_FINISHED},
        }


def test_whoever_makes_jobs_may_send_them() -> None:
    # GIVEN the functions that store jobs for requests, of any size where the client does not wait
    makers = [name for name, rights in RIGHTS.items() if STORES_JOBS in rights and "Events" in FUNCTIONS[name]]
    # THEN they may send chunks, but for the one whose jobs' chunks the splitter sends
    assert len(makers) == 15
    senders = {*makers, SPLITTER} - {FILE_MAKER}
    assert all(Right("sqs:SendMessage", "ChunkQueue") in RIGHTS[name] for name in senders)


def test_whoever_undoes_or_retries_jobs_may_hand_their_chunks_on_to_the_splitter() -> None:
    # GIVEN the functions that may tell the splitter something
    tell = {name for name, rights in RIGHTS.items() if Right("sqs:SendMessage", "SplitQueue") in rights}
    # THEN they are those of the requests that leave it their work
    assert tell == {"JobResultsFunction", "RetryJobFunction", "UndoJobFunction"}


def test_whoever_notes_that_a_chunk_is_finished_may_ask_whether_all_are() -> None:
    # GIVEN the functions that write to jobs, of which one with more than 32 chunks has several notes
    writers = [name for name, rights in RIGHTS.items() if Right("dynamodb:UpdateItem", "JobsTable") in rights]
    # THEN they may query those, but for who only makes jobs of files
    assert {"ProcessChunkFunction", "BuryChunkFunction", SPLITTER, FILE_MAKER} < set(writers)
    noting = set(writers) - {FILE_MAKER}
    assert all(Right("dynamodb:Query", "JobsTable") in RIGHTS[name] for name in noting)


def test_a_file_is_encrypted_goes_after_a_week_and_is_reached_by_signed_urls_alone_and_by_tls() -> None:
    # GIVEN the bucket of files
    (bucket,) = resources(TEMPLATE, "AWS::S3::Bucket").values()
    # THEN nobody can make it public, and what is in it is encrypted
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    # AND nothing outlives its job
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"] * 24 * 3600) == ("Enabled", KEPT_SECONDS)
    assert "Prefix" not in rule
    # AND without TLS nobody reaches it
    (policy,) = resources(TEMPLATE, "AWS::S3::BucketPolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    # AND uploads alone are told of, to the queue of the splitter
    (told,) = bucket["NotificationConfiguration"]["QueueConfigurations"]
    assert told["Queue"] == {"Fn::GetAtt": ["SplitQueue", "Arn"]}
    assert told["Filter"] == {"S3Key": {"Rules": [{"Name": "prefix", "Value": objects.UPLOADS}]}}
    assert VARIABLES["FILES_BUCKET"] == {"Ref": "FilesBucket"}


def test_only_s3_of_this_account_may_tell_of_files() -> None:
    (policy,) = [one for one in POLICIES.values() if one["Queues"] == [{"Ref": "SplitQueue"}]]
    assert policy["PolicyDocument"]["Statement"][1] == {
        "Sid": "LetS3Tell",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": {"Fn::GetAtt": ["SplitQueue", "Arn"]},
        "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
    }


def test_each_hour_a_rule_says_that_it_is_time_to_look_for_files_that_never_came() -> None:
    # GIVEN the rule
    rule = resources(TEMPLATE, "AWS::Events::Rule")["MissingFiles"]
    (target,) = rule["Targets"]
    # THEN it sends what the splitter understands to its queue, which lets it
    assert (rule["ScheduleExpression"], target["Input"]) == ("rate(1 hour)", arrivals.LOOK)
    assert target["Arn"] == {"Fn::GetAtt": ["SplitQueue", "Arn"]}
    (policy,) = [one for one in POLICIES.values() if one["Queues"] == [{"Ref": "SplitQueue"}]]
    assert policy["PolicyDocument"]["Statement"][2] == {
        "Sid": "LetTheRuleSend",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": {"Fn::GetAtt": ["SplitQueue", "Arn"]},
        "Condition": {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["MissingFiles", "Arn"]}}},
    }


def test_a_file_is_tried_by_many_processes_before_its_job_fails() -> None:
    policy = QUEUES["SplitQueue"]["RedrivePolicy"]
    assert policy == {"deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}, "maxReceiveCount": 100}
    assert QUEUES["SplitQueue"]["MessageRetentionPeriod"] == KEPT_SECONDS
