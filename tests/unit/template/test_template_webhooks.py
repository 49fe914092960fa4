"""What the template promises about webhooks: every end of a job reaches the queue, and no call a private network."""

import json

from loyalty.jobs.endings import JOB_FINISHED
from loyalty.settings import OPTIONAL
from loyalty.store import events
from loyalty.webhooks.pauses import DAY_SECONDS, LONGEST_SECONDS
from tests.unit.webhooks.test_pauses import TABLE
from tools.local.template import ROOT, load, resources

TEMPLATE = load()
QUEUE = resources(TEMPLATE, "AWS::SQS::Queue")["WebhookQueue"]
RULE = resources(TEMPLATE, "AWS::Events::Rule")["EndedJobs"]
HIDDEN_SECONDS = 12 * 3600
"""How long SQS hides a message at most."""


def test_every_end_of_a_job_that_is_put_on_the_bus_reaches_the_queue() -> None:
    # GIVEN the rule: it takes what the functions put there, and sends on the detail
    assert RULE["EventPattern"] == {"source": [events.SOURCE], "detail-type": [JOB_FINISHED]}
    (target,) = RULE["Targets"]
    assert (target["Arn"], target["InputPath"]) == ({"Fn::GetAtt": ["WebhookQueue", "Arn"]}, "$.detail")
    # AND the queue takes it from that rule alone
    policy = resources(TEMPLATE, "AWS::SQS::QueuePolicy")["WebhookQueuePolicy"]
    _, statement = policy["PolicyDocument"]["Statement"]
    assert statement == {
        "Sid": "LetTheRuleSend",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": {"Fn::GetAtt": ["WebhookQueue", "Arn"]},
        "Condition": {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["EndedJobs", "Arn"]}}},
    }


def test_a_message_stays_in_its_queue_for_all_attempts() -> None:
    # GIVEN the attempts of a day, and deliveries for which there is no function at the moment, which count too
    policy = QUEUE["RedrivePolicy"]
    # THEN the queue gives none of them up before the function does
    assert policy["deadLetterTargetArn"] == {"Fn::GetAtt": ["WebhookDeadLetterQueue", "Arn"]}
    assert policy["maxReceiveCount"] >= 10 * len(TABLE)
    assert QUEUE["MessageRetentionPeriod"] > 2 * DAY_SECONDS
    # AND can hide it for the longest pause
    assert LONGEST_SECONDS < HIDDEN_SECONDS


def test_no_deployed_function_may_call_its_own_machine() -> None:
    # GIVEN what lets webhooks lead to this machine, and repeats calls sooner
    assert {"webhooks_to_loopback", "webhook_first_pause_seconds"} == OPTIONAL
    # THEN the template has neither, not even as a parameter
    text = json.dumps(TEMPLATE).lower() + (ROOT / "template.yaml").read_text().lower()
    assert not [name for name in OPTIONAL if name in text or name.replace("_", "") in text]
