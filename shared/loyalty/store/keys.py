"""Partition and sort keys of all tables.

A part that a client chooses freely always comes last, and no part before it can hold the separator
(account ids, program ids, identifier kinds and hashes never do), so no two things share a key.
"""

SEPARATOR = "#"


def credential(fingerprint: str) -> str:
    """Accounts, partition key of a credential, found without knowing its account."""
    return f"credential#{fingerprint}"


def account(account_id: str) -> str:
    """Accounts, partition key of everything that configures one account."""
    return f"account#{account_id}"


def program(program_id: str) -> str:
    """Accounts, sort key of a program."""
    return f"program#{program_id}"


def counter(name: str) -> str:
    """Accounts, sort key of a counter that ids are drawn from."""
    return f"counter#{name}"


def customer(account_id: str, profile_id: str) -> str:
    """Customers, the customer itself."""
    return identifier(account_id, "profile_id", profile_id)


def identifier(account_id: str, kind: str, value: str) -> str:
    """Customers, the pointer from a (normalised) identifier to its customer."""
    return f"{account_id}#{kind}#{value}"


def membership(account_id: str, program_id: str, profile_id: str) -> str:
    """Memberships, one customer's membership in one program."""
    return f"{account_id}#{program_id}#{profile_id}"
