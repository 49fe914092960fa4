"""The operations whose items may come in a file, by their names."""

from collections.abc import Mapping
from typing import Any

from loyalty.files import earn_file, enrol_file, import_file
from loyalty.files.kind import FileKind

FILES: Mapping[str, FileKind[Any, Any]] = {
    one.kind.name: one for one in (import_file.FILE, enrol_file.FILE, earn_file.FILE)
}
