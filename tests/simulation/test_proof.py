"""The simulator's proof of itself: a fault that is brought back is found, and a copy without one is not blamed."""

from pathlib import Path

import pytest

from tests.simulation import proof
from tests.simulation.plan import FEATURES

HARMLESS = """Nothing is wrong here.

Without: {without}

--- a/template.yaml
+++ b/template.yaml
@@ -1 +1,2 @@
 AWSTemplateFormatVersion: "2010-09-09"
+# a remark
"""

BREAKS_LIMITS = """A promotion's limit is always one more.

Without: {without}

--- a/shared/loyalty/store/tables/promotions.py
+++ b/shared/loyalty/store/tables/promotions.py
@@ -{line} +{line} @@
-        limit=int(item["limit"]["N"]) if "limit" in item else None,
+        limit=int(item["limit"]["N"]) + 1 if "limit" in item else None,
"""


def a_patch(folder: Path, text: str, without: tuple[str, ...]) -> Path:
    """The patch in a file, for histories without these features."""
    source = (proof.ROOT / "shared" / "loyalty" / "store" / "tables" / "promotions.py").read_text().splitlines()
    line = next(number for number, one in enumerate(source, start=1) if one.strip().startswith("limit=int("))
    path = folder / "fault.patch"
    path.write_text(text.format(line=line, without=", ".join(without)))
    return path


def test_a_fault_that_is_brought_back_is_found(tmp_path: Path) -> None:
    # GIVEN a patch that lets everybody earn once more than allowed
    patch = a_patch(tmp_path, BREAKS_LIMITS, tuple(sorted({*FEATURES} - {"earn"})))
    # WHEN histories are run with it
    found = proof.prove(patch, most=60)
    # THEN some history shows it, and which judge it was is told
    assert found.seeds is not None
    assert found.found.startswith("limit: ")


def test_a_fault_of_the_template_is_one_of_the_copy_that_is_run(tmp_path: Path) -> None:
    # GIVEN a patch of the template
    patch = a_patch(tmp_path, HARMLESS, ())
    # WHEN it is brought back into a copy
    assert proof.applies(patch, tmp_path / "copy")
    # THEN the copy's tools read the template that is patched
    read = (tmp_path / "copy" / "tools" / "operator" / "template.yaml").read_text()
    assert read.startswith('AWSTemplateFormatVersion: "2010-09-09"\n# a remark\n')


def test_what_is_not_wrong_is_not_found(tmp_path: Path) -> None:
    # GIVEN a patch that changes a remark, and histories of clients alone
    patch = a_patch(tmp_path, HARMLESS, tuple(sorted({*FEATURES} - {"enrol"})))
    # THEN nothing is found, which is no proof
    assert proof.prove(patch, most=5) == proof.Proof(None, "")


def test_a_fault_that_is_not_found_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN such a patch as the only known fault
    a_patch(tmp_path, HARMLESS, tuple(sorted({*FEATURES} - {"enrol"})))
    monkeypatch.setattr(proof, "PATCHES", tmp_path)
    monkeypatch.setattr(proof, "MOST_SEEDS", 5)
    # THEN the command fails and names it
    assert proof.main([]) == 1
    assert capsys.readouterr().out == "fault: not found  \n"


@pytest.mark.parametrize("patch", sorted(proof.PATCHES.glob("*.patch")), ids=lambda path: path.stem)
def test_every_known_fault_says_what_it_is_and_can_be_brought_back(patch: Path, tmp_path: Path) -> None:
    # GIVEN a known fault
    text, _, _ = patch.read_text().partition("\n--- ")
    # THEN it has a sentence of its own, and its patch fits the code
    assert text.strip().endswith(".") or "Without:" in text
    assert proof.applies(patch, tmp_path)
