"""No secret, and no customer's address, is in the log of any stack, whatever the end-to-end tests did there.

Of these `test_secrets.py` brings what can't occur by chance, the others use what the demo accounts have.
"""

from pathlib import Path

from tests.e2e.marks import Contacts, Marks, demo_secrets, leaks


def test_no_log_of_any_stack_holds_a_secret_or_an_address(left: Path) -> None:
    # GIVEN the log of every stack, among them those of functions that met secrets and addresses
    text = "\n".join(log.read_text() for log in left.glob("*.log"))
    for line in (
        "altcraft.register_member",
        "stickystreet.customers_batch",
        "capillary.direct_earn",
        "process_chunk",
        "deliver_webhook",
    ):
        assert f'"{line}"' in text
    # THEN there is no secret in them
    assert leaks([*Marks(), *demo_secrets(), "whsec_"], text) == []
    # AND no address
    assert leaks([*Contacts(), "@example.com", "+12025550"], text) == []
