"""The address that a port is had on."""

import pytest

from tools.local.port import LOOPBACK, PortError, reserve


@pytest.mark.parametrize("address", ["0.0.0.0", LOOPBACK])  # noqa: S104 - all addresses are asked for
def test_a_port_is_had_on_the_address_that_is_asked_for(address: str) -> None:
    with reserve(0, address) as bound:
        assert bound.getsockname()[0] == address


def test_an_address_that_this_machine_has_not_is_refused_in_one_line_that_names_it() -> None:
    with pytest.raises(PortError, match=r"^LISTEN must be an IPv4 address of this machine, .*'203\.0\.113\.7'\.$"):
        reserve(0, "203.0.113.7")  # one that is kept for examples


def test_without_an_address_it_is_loopback() -> None:
    with reserve() as bound:
        assert bound.getsockname()[0] == LOOPBACK
