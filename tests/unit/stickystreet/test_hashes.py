"""Passwords and PINs: hashed, and nowhere else."""

import hashlib
import json
from base64 import b64decode

from loyalty.passwords import hash_secret
from tests.fakes.importing import ImportWorld, undo_states
from tests.fakes.log import captured_log


def test_a_hash_is_scrypt_with_its_parameters_and_a_salt_of_its_own() -> None:
    # GIVEN, WHEN one secret hashed twice
    first, second = hash_secret("sécret"), hash_secret("sécret")
    # THEN each has its own salt
    assert first != second
    # AND is what scrypt makes of the secret by the parameters that it names
    name, log_n, r, p, salt, digest = first.split("$")
    assert (name, log_n, r, p) == ("scrypt", "14", "8", "5")
    assert b64decode(digest) == hashlib.scrypt("sécret".encode(), salt=b64decode(salt), n=2**14, r=8, p=5, dklen=32)


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
