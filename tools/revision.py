"""What `make deploy` calls a deployment: a SHA-256 of all that is deployed and of how it is set.

SAM publishes a new version of the functions when this changes. By itself it looks at code and layer, and would leave
a parameter that changed alone unpublished, so without effect.
"""

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

from tools.local.template import ROOT

BUILT = ROOT / ".aws-sam" / "build"
"""What `sam build` makes: the template, the layer, and the functions' code."""


def revision(built: Path, settings: Iterable[str]) -> str:
    """64 hexadecimal digits that change with any built file and with any setting; raises OSError without a build."""
    digest = hashlib.sha256()
    (built / "template.yaml").stat()
    for path in sorted(path for path in built.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(built)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    for setting in settings:
        digest.update(f"\0{setting}".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    saved = ROOT / "samconfig.toml"  # the answers that `sam deploy --guided` keeps
    sys.stdout.write(revision(BUILT, [saved.read_text(), *sys.argv[1:]]) + "\n")
