"""Partition and sort keys of all tables.

A part that a client chooses freely always comes last, and no part before it can hold the separator
(account ids, program ids, identifier kinds and hashes never do), so no two things share a key.
"""

from collections.abc import Mapping

SEPARATOR = "#"

MOST_BYTES = {"pk": 2_048, "sk": 1_024}
"""Bytes of a partition key and of a sort key, in UTF-8; DynamoDB refuses a whole call for a longer one."""


def fits(key: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether any item can have this key: nothing in it is empty, too long, or no text."""
    try:
        return all(0 < len(value["S"].encode()) <= MOST_BYTES[name] for name, value in key.items())
    except UnicodeEncodeError:  # a lone surrogate
        return False


def credential(fingerprint: str) -> str:
    """Accounts, partition key of a credential, found without knowing its account."""
    return f"credential#{fingerprint}"


def credentials(account_id: str) -> str:
    """Accounts, partition key of the list of an account's credentials, apart from what workers may read."""
    return f"credentials#{account_id}"


def rate(fingerprint: str) -> str:
    """Accounts, partition key of how often something happened; the sort key is the minute."""
    return f"rate#{fingerprint}"


def account(account_id: str) -> str:
    """Accounts, partition key of everything that configures one account; workers read it, so it holds no credential."""
    return f"account#{account_id}"


def webhook(account_id: str) -> str:
    """Accounts, partition key of an account's webhook, apart from what workers may read: it holds a secret."""
    return f"webhook#{account_id}"


WEBHOOK = "webhook"
"""Accounts, its sort key."""


def program(program_id: str) -> str:
    """Accounts, sort key of a program."""
    return f"program#{program_id}"


def counter(name: str) -> str:
    """Accounts, sort key of a counter that ids are drawn from."""
    return f"counter#{name}"


def of_account(account_id: str) -> str:
    """Customers, Memberships and Earns, how all partition keys of an account begin."""
    return f"{account_id}{SEPARATOR}"


def customer(account_id: str, profile_id: str) -> str:
    """Customers, the customer itself."""
    return identifier(account_id, "profile_id", profile_id)


def identifier(account_id: str, kind: str, value: str) -> str:
    """Customers, the pointer from a (normalised) identifier to its customer."""
    return f"{account_id}#{kind}#{value}"


def membership(account_id: str, program_id: str, profile_id: str) -> str:
    """Memberships, one customer's membership in one program."""
    return f"{account_id}#{program_id}#{profile_id}"


def promotion(promotion_id: str) -> str:
    """Accounts, sort key of a promotion."""
    return f"promotion#{promotion_id}"


def promotion_identifier(text: str) -> str:
    """Accounts, sort key of the pointer from a promotion's own identifier to the promotion."""
    return f"promotion_identifier#{text}"


def earns(account_id: str, promotion_id: str, profile_id: str) -> str:
    """Earns, partition key of what one customer earned of one promotion."""
    return f"{account_id}#{promotion_id}#{profile_id}"


TALLY = "tally"
"""Earns, sort key of the tally beside the earns, whose sort keys are their origins (which hold a separator)."""


JOB = "job"
"""Jobs, sort key of the job itself, whose id is the partition key of all that belongs to it."""


def chunk(number: int) -> str:
    """Jobs, sort key of a chunk's outcomes."""
    return f"chunk#{number:06d}"


FINISHED = "finished#"
"""Jobs, how the sort keys of the notes about finished chunks begin."""


def finished(part: int) -> str:
    """Jobs, sort key of the note about some of the chunks that are finished."""
    return f"{FINISHED}{part:06d}"


def part(number: int) -> str:
    """Jobs, sort key of a further part of a job that grows."""
    return f"part#{number:06d}"


FILE = "file"
"""Jobs, sort key of how far a job's file is read."""


SENDING = "sending"
"""Jobs, sort key of how far chunks are sent that a request left to the splitter."""


def results(name: str) -> str:
    """Jobs, sort key of how far a file of results is written."""
    return f"results#{name}"


UNDO = "undo#"
"""Jobs, how the sort keys of undo states begin."""


def undo_of_chunk(first_position: int) -> str:
    """Jobs, how the sort keys of one chunk's undo states begin."""
    return f"{UNDO}{first_position:09d}#"


def undo(first_position: int, when: str, part: int) -> str:
    """Jobs, sort key of a part of an undo state."""
    return f"{undo_of_chunk(first_position)}{when}#{part:04d}"


WRITTEN = "written#"
"""Jobs, how the sort keys of all records of written rows begin."""


def written_of_chunk(first_position: int) -> str:
    """Jobs, how the sort keys of the records of one chunk's written rows begin."""
    return f"{WRITTEN}{first_position:09d}#"


def written(first_position: int, unique: str) -> str:
    """Jobs, sort key of a record of written rows."""
    return f"{written_of_chunk(first_position)}{unique}"


def jobs(account_id: str, day: str) -> str:
    """Jobs, partition key of the list of an account's jobs of one day (YYYY-MM-DD, UTC)."""
    return f"jobs#{account_id}#{day}"


def uploads(day: str) -> str:
    """Jobs, partition key of the jobs of all accounts that were made on a day (YYYY-MM-DD, UTC) to wait for files."""
    return f"uploads#{day}"


LOOKED = "uploads"
"""Jobs, partition key and sort key of how far somebody has looked whether these files came."""


def idempotency(fingerprint: str) -> str:
    """Jobs, partition key of an Idempotency-Key, by its scope's fingerprint; the sort key is the same."""
    return f"key#{fingerprint}"
