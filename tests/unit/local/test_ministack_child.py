"""The emulator holds Lambda's limits, which it does not know by itself: nothing larger goes in or comes out."""

import importlib.util
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from loyalty.http.request import LARGEST_EVENT
from tools.local.template import ROOT


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What functions answer, and an emulator that knows no limits."""
    told: list[Any] = []
    emulator = SimpleNamespace(_execute_function_with_config_scope=lambda _func, _event: {"body": told[0]})
    parts = {"app": None, "router": None, "lambda_runtime": None, "apigateway_v1": None, "lambda_svc": emulator}
    parts |= dict.fromkeys(("dynamodb", "eventbridge", "s3", "sqs"))
    for name in ("ministack", "ministack.core", "ministack.services"):
        module = ModuleType(name)
        for part, value in parts.items():
            setattr(module, part, value)
        monkeypatch.setitem(sys.modules, name, module)
    return told


def invoked(event: Any) -> dict[str, Any]:
    """What invoking a function with an event comes to in the emulator as the local stack starts it."""
    path = ROOT / "tools" / "local" / "ministack_child.py"
    spec = importlib.util.spec_from_file_location("ministack_child", path)
    assert spec is not None
    assert spec.loader is not None
    child = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(child)
    child.hold_limits_of_lambda()
    result: dict[str, Any] = child.lambda_svc._execute_function_with_config_scope({}, event)
    return result


def of_size(size: int) -> dict[str, Any]:
    """A proxy event or response of so many bytes as JSON, in which each character takes two."""
    around = len('{"body": ""}')
    return {"body": "\u00e4" * ((size - around) // 2) + "x" * ((size - around) % 2)}


def test_what_lambda_takes_goes_through(answers: list[Any]) -> None:
    # GIVEN, WHEN an event and an answer are as large as can be
    answers.append(of_size(LARGEST_EVENT))
    # THEN nothing happens to them
    assert invoked(of_size(LARGEST_EVENT)) == {"body": answers[0]}


def test_an_answer_that_is_larger_is_a_fault_of_the_function(answers: list[Any]) -> None:
    # GIVEN, WHEN an answer is a byte larger
    answers.append(of_size(LARGEST_EVENT + 1))
    # THEN it is lost, and why is said as Lambda says it
    assert invoked({"body": ""}) == {
        "error": True,
        "body": {
            "errorType": "Function.ResponseSizeTooLarge",
            "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        },
    }


def test_an_event_that_is_larger_reaches_no_function(answers: list[Any]) -> None:
    # GIVEN a function that would answer
    answers.append({"statusCode": 200})
    # WHEN an event is a byte larger, THEN it does not
    assert invoked(of_size(LARGEST_EVENT + 1))["body"]["statusCode"] == 413
