"""`make audit` as it is, address and all, before a service that knows of a vulnerability, of none, or has no answer."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from tests.integration.audit.advisories import Answer, serving
from tools.local.port import LOOPBACK, free_port
from tools.local.template import ROOT

Audit = Callable[..., tuple[int, str, list[str], list[tuple[str, str]]]]

LOCK, SECOND = "shared/requirements.txt", "tools/requirements/audit.txt"
NONE: dict[str, Any] = {"vulnerabilities": []}
ONE = {"vulnerabilities": [{"id": "PYSEC-2026-1", "summary": "It leaks.", "aliases": [], "fixed_in": ["99.1"]}]}
CLEAN = "No known vulnerabilities found"
FAILED = "Vulnerable packages are listed above; where PyPI could not be asked, nothing is known."
OURS = re.compile(r"MAKE|MFLAGS|ARGS$|LOCK$|PIP_|.*_PROXY$|.*_CA_BUNDLE$", re.IGNORECASE)


def make(*arguments: str, **environment: str) -> tuple[int, str, list[str]]:
    """A run of make without what `make test` was given: its exit code, stdout, and stderr less make's own line."""
    own = {name: value for name, value in os.environ.items() if not OURS.match(name)}
    command = ["make", f"PYTHON={sys.executable}", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=own | environment, check=False, capture_output=True, text=True)
    return done.returncode, done.stdout, [line for line in done.stderr.splitlines() if not line.startswith("make: ")]


@pytest.fixture(scope="module", autouse=True)
def _environment() -> None:
    """The audit's own, made before anything stands between it and a package index."""
    subprocess.run(["make", f"PYTHON={sys.executable}", "build/venv/audit/installed"], cwd=ROOT, check=True)


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    """Audits some locks before a service that answers like this: what make gave, and what the service was asked."""

    def audited(answer: Answer, *locks: str) -> tuple[int, str, list[str], list[tuple[str, str]]]:
        with serving(answer, tmp_path) as service:
            done = make(
                "audit", f"LOCK={' '.join(locks)}", PIP_CACHE_DIR=str(tmp_path / "cache"), **service.environment
            )
        return *done, sorted(service.asked)

    return audited


def pins(lock: str) -> list[tuple[str, str]]:
    """The packages of a lock that this interpreter would install."""
    lines = re.findall(r"^([^\s#].*?==.*?)(?: \\)?$", (ROOT / lock).read_text(), re.MULTILINE)
    wanted = [one for one in map(Requirement, lines) if not one.marker or one.marker.evaluate()]
    return sorted((one.name, str(one.specifier).removeprefix("==")) for one in wanted)


def test_an_audit_passes_when_the_service_knows_of_no_vulnerability_in_any_pin(audit: Audit) -> None:
    # WHEN a lock is audited, and nothing is known against any package
    code, printed, errors, asked = audit(lambda _: (200, NONE), LOCK)
    # THEN it passes, and every pin was asked about
    assert (code, printed, errors) == (0, f"{LOCK}\n", [CLEAN])
    assert asked == pins(LOCK)


def test_an_audit_fails_with_the_id_of_an_advisory_and_goes_on_to_the_other_locks(audit: Audit) -> None:
    # GIVEN one package of the first of two locks that is vulnerable
    version = dict(pins(LOCK))["orjson"]
    # WHEN they are audited
    code, printed, errors, asked = audit(
        lambda package: (200, ONE if package == ("orjson", version) else NONE), LOCK, SECOND
    )
    # THEN it fails, says which and why, and the other was audited too
    assert (code, printed.splitlines(), errors) == (
        2,
        [
            LOCK,
            "Name   Version ID           Fix Versions",
            "------ ------- ------------ ------------",
            f"orjson {version:7} PYSEC-2026-1 99.1",
            SECOND,
        ],
        ["Found 1 known vulnerability in 1 package", CLEAN, FAILED],
    )
    assert asked == sorted(pins(LOCK) + pins(SECOND))


def test_an_audit_fails_when_the_service_does_not_know_a_package(audit: Audit) -> None:
    # GIVEN a package that the service has never heard of
    name, version = pins(LOCK)[-1]
    # WHEN its lock is audited
    code, printed, errors, _ = audit(lambda package: (404, {}) if package[0] == name else (200, NONE), LOCK)
    # THEN it fails: nothing is known of that package
    unknown = f"{name}: Dependency not found on PyPI and could not be audited: {name} ({version})"
    assert (code, printed, errors) == (2, f"{LOCK}\n", [f"ERROR:pip_audit._cli:{unknown}", FAILED])


def test_an_audit_fails_when_the_service_has_no_answer(audit: Audit) -> None:
    # WHEN a lock is audited while the service is out of order
    code, printed, errors, _ = audit(lambda _: (503, {}), LOCK)
    # THEN it fails, and does not say that nothing was found
    assert (code, printed, errors[-1]) == (2, f"{LOCK}\n", FAILED)
    assert CLEAN not in errors


def test_an_audit_fails_when_the_service_is_out_of_reach(tmp_path: Path) -> None:
    # GIVEN nobody at the service's address
    nobody = {"HTTPS_PROXY": f"http://{LOOPBACK}:{free_port()}", "PIP_CACHE_DIR": str(tmp_path)}
    # WHEN a lock is audited
    code, printed, errors = make("audit", f"LOCK={LOCK}", **nobody)
    # THEN it fails, and does not say that nothing was found
    assert (code, printed, errors[-1]) == (2, f"{LOCK}\n", FAILED)
    assert CLEAN not in errors
