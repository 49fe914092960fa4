"""IAM's own logic, as far as policies of functions use it."""

from typing import Any

import pytest

from tools.operator.policies import PolicyUnknown, allows

Statement = dict[str, Any]

ALLOW = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "arn:table/a"}
KEYS = "dynamodb:LeadingKeys"


def conditional(how: str, wanted: str | list[str], key: str = KEYS) -> list[Statement]:
    return [{**ALLOW, "Condition": {how: {key: wanted}}}]


def get(
    statements: list[Statement], action: str = "dynamodb:GetItem", resource: str = "arn:table/a", **context: Any
) -> bool:
    return allows(statements, action, resource, {KEYS: context["keys"]} if "keys" in context else {})


def test_nothing_is_allowed_that_no_statement_allows() -> None:
    assert get([ALLOW]) is True
    assert get([]) is False
    assert get([ALLOW], action="dynamodb:PutItem") is False
    assert get([ALLOW], resource="arn:table/ab") is False


def test_a_deny_that_applies_wins() -> None:
    assert get([ALLOW, {**ALLOW, "Effect": "Deny"}]) is False
    assert get([ALLOW, {**ALLOW, "Effect": "Deny", "Resource": "arn:table/b"}]) is True


def test_stars_and_question_marks_stand_for_text_and_for_a_character() -> None:
    assert get([{**ALLOW, "Action": "DynamoDB:Get*", "Resource": ["arn:queue/*", "arn:table/?"]}]) is True
    assert get([{**ALLOW, "Resource": "arn:table.a"}]) is False


@pytest.mark.parametrize(
    ("how", "wanted", "keys", "holds"),
    [
        ("StringEquals", "a", ["a"], True),
        ("StringEquals", "a*", ["ab"], False),
        ("StringEquals", "a", [], False),
        ("StringEquals", "a", ["a", "a2"], False),
        ("StringLike", ["a*", "b*"], ["b1"], True),
        ("ForAllValues:StringLike", ["a*"], ["a1", "a2"], True),
        ("ForAllValues:StringLike", ["a*"], ["a1", "b"], False),
        ("ForAllValues:StringLike", ["a*"], [], True),
        ("ForAnyValue:StringLike", ["a*"], ["b", "a1"], True),
        ("ForAnyValue:StringLike", ["a*"], [], False),
    ],
)
def test_a_condition_holds_as_iam_has_it(how: str, wanted: str | list[str], keys: list[str], holds: bool) -> None:
    assert get(conditional(how, wanted), keys=keys) is holds


def test_a_value_that_a_call_does_not_bring_fits_only_a_condition_on_all_of_its_values() -> None:
    assert get(conditional("StringLike", "*")) is False
    assert get(conditional("ForAllValues:StringLike", "a")) is True


@pytest.mark.parametrize(
    "statement",
    [
        {**ALLOW, "Condition": {"StringNotLike": {KEYS: "a"}}},
        {**ALLOW, "Condition": {"ForNoValue:StringLike": {KEYS: "a"}}},
        {**ALLOW, "NotAction": "dynamodb:*"},
    ],
)
def test_what_is_not_understood_is_not_overlooked(statement: dict[str, Any]) -> None:
    with pytest.raises(PolicyUnknown):
        get([statement], keys=["a"])
