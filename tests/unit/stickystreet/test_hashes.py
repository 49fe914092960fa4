"""Passwords and PINs: hashed, and nowhere else."""

import hashlib
import json
from base64 import b64decode

import pytest

from loyalty.domain.passwords import hash_secret
from loyalty.operations.import_customers import operation as import_customers
from tests.fakes.importing import ImportWorld, undo_states
from tests.fakes.log import captured_log
from tests.fakes.store import SETTINGS


def quick_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def test_a_hash_is_scrypt_with_its_parameters_and_a_salt_of_its_own() -> None:
    # GIVEN, WHEN one secret hashed twice
    first, second = hash_secret("sécret"), hash_secret("sécret")
    # THEN each has its own salt
    assert first != second
    # AND is what scrypt makes of the secret by the parameters that it names
    name, log_n, r, p, salt, digest = first.split("$")
    assert (name, log_n, r, p) == ("scrypt", "14", "8", "5")
    assert b64decode(digest) == hashlib.scrypt("sécret".encode(), salt=b64decode(salt), n=2**14, r=8, p=5, dklen=32)


@pytest.mark.parametrize(("count", "chunks"), [(20, 0), (21, 3)])
def test_as_many_passwords_as_a_request_has_time_to_hash_are_hashed_in_it_and_more_by_workers(
    count: int, chunks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a system where a request does the work of 500 rows itself, and each password makes that of 25
    world = ImportWorld(settings=SETTINGS._replace(inline_limit=500))
    monkeypatch.setattr(import_customers, "hash_secret", quick_hash)
    # WHEN so many rows with a password come
    passwords = [f"s3cret-{number}" for number in range(count)]
    batch = world.rows("code customer_password", *(f"C{word}|{word}" for word in passwords))
    # THEN they are all imported, and more than 20 went through the queue
    assert batch == {"status": "imported", "customers": {"new": count, "updated": 0}, "job_id": batch["job_id"]}
    assert sum(map(len, world.sqs.calls)) == chunks
    # AND their hashes are kept
    stored = [world.customer("code", f"C{word}")["customer_password"]["S"] for word in passwords]
    assert stored == list(map(quick_hash, passwords))


def test_of_password_and_pin_only_hashes_are_stored_and_nothing_is_logged() -> None:
    # GIVEN, WHEN a customer with secrets is imported, and one with a wrong row beside
    world = ImportWorld()
    lines = ("A|s3cret-word|98761234|a@example.com", "B|s3cret-word|98761234|none")
    with captured_log() as log:
        batch = world.rows("code customer_password Customer_Pin email", *lines)
        world.rows("code first_name", "A|Ann", overwrite_duplicates="yes")
    # THEN neither the store, nor undo states, nor the log, nor the answer holds them
    states = "".join(map(str, undo_states(world)))
    everywhere = str(world.dynamodb.snapshot()) + states + log.text + json.dumps(batch)
    assert "s3cret-word" not in everywhere
    assert "98761234" not in everywhere
    # AND the undo state holds the hash that was replaced
    assert states.count("scrypt$14$8$5$") == 2
    # AND an overwrite without them blanks them
    assert world.end_state()["A"]["fields"] == {"code": "A", "first_name": "Ann"}
