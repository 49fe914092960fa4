"""The port that a user asks for."""

import ast
import sys
from pathlib import Path

import pytest

from tools.local import port
from tools.local.port import PortError, parse, parse_address


def test_a_port_is_a_decimal_number() -> None:
    assert parse("3000") == 3000


@pytest.mark.parametrize("text", ["", "http", "-1", "3000.5", "65536", "٣٠٠٠", "1e3"])
def test_anything_else_is_refused_in_one_line_that_names_it(text: str) -> None:
    with pytest.raises(PortError, match=r"^PORT must be a number") as refused:
        parse(text)
    assert repr(text) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_address_is_one_of_ipv4() -> None:
    assert parse_address("0.0.0.0") == "0.0.0.0"  # noqa: S104 - nothing listens


@pytest.mark.parametrize("text", ["", "localhost", "::1", "0.0.0.0:3000", "1.2.3", "256.0.0.1"])
def test_another_address_is_refused_in_one_line_that_names_it(text: str) -> None:
    with pytest.raises(PortError, match=r"^LISTEN must be an IPv4 address of this machine") as refused:
        parse_address(text)
    assert repr(text) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_python_that_is_too_old_to_run_the_rest_can_ask_for_a_port() -> None:
    # GIVEN the module that `make run` begins with, before it says that 3.11 is needed; macOS has 3.9
    source = Path(port.__file__).read_text(encoding="utf-8")
    # THEN 3.9 understands it, and what it imports comes with Python
    tree = ast.parse(source, feature_version=(3, 9))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported | named <= sys.stdlib_module_names
