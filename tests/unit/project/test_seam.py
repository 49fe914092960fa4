"""mypy sees the seam between contract, operation and job: what belongs to another operation is told before it runs."""

import re
import subprocess
import sys
from pathlib import Path

from tools.local.template import ROOT

SEAM = """
from collections.abc import Sequence

from loyalty.domain.account import Account
from loyalty.domain.outcome import Origin, Outcome
from loyalty.doors.endpoint import serve
from loyalty.http.request import Request
from loyalty.jobs.submit import Asked, Task
from loyalty.operations import registry
from loyalty.operations.earn import items as earn
from loyalty.operations.enrol import items as enrol
from loyalty.store.engine.dynamodb import Database
from loyalty.vendors.altcraft.register import REGISTER_MEMBER
from loyalty.vendors.capillary import replies
from loyalty.vendors.capillary.bulk import Bulk
from loyalty.vendors.capillary.direct_earn import DIRECT_EARN
from loyalty.vendors.contract import Submission

serve(REGISTER_MEMBER)


Bulk("mixed", enrol.KIND, DIRECT_EARN.codes, DIRECT_EARN.make, replies.element)  # wrong: it reads who earns


def submit(params: enrol.Params) -> Submission[enrol.Params, enrol.Item]:
    return Submission(params, [earn.Item(("email", "a@example.com"), "JD")])  # wrong: an item of another operation


def carry(database: Database, account: Account, asked: Asked[enrol.Params, enrol.Item], origin: Origin) -> None:
    operation = registry.of(asked.kind)
    prepared = operation.prepare(database, account, asked.params)
    operation.prepare(database, account, earn.Params("1", "2", None, ""))  # wrong: params of another operation
    operation.apply(database, prepared, asked.items, origin)
    operation.apply(database, prepared, asked.params, origin)  # wrong: no items
    Task(asked, registry.of(earn.KIND), prepared, "0")  # wrong: another operation than what was asked for


def work(database: Database, account: Account, documents: Sequence[dict[str, str]], origin: Origin) -> list[Outcome]:
    operation = registry.OPERATIONS["earn"]
    items = [operation.kind.read_item(document, account) for document in documents]
    print(items[0].identifier)  # wrong: which operation's items they are is not known
    prepared = operation.prepare(database, account, operation.kind.read_params({}, ""))
    return operation.apply(database, prepared, items, origin)
"""


def test_what_belongs_to_another_operation_does_not_pass_the_check(tmp_path: Path) -> None:
    # GIVEN code at the seam, of which some lines take one operation's params or items for another's
    source = tmp_path / "seam.py"
    source.write_text(SEAM)
    wrong = {number for number, line in enumerate(SEAM.splitlines(), start=1) if "# wrong" in line}
    # WHEN it is checked as the layer is
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), str(source)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    # THEN those lines are told, and no others
    told = {int(line) for line in re.findall(r"seam\.py:([0-9]+): error", done.stdout)}
    assert told == wrong, done.stdout + done.stderr
