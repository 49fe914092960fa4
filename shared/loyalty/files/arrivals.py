"""What S3 tells of files that have arrived, in messages of the split queue."""

import json
import re

from loyalty.store.objects import UPLOADS

_UPLOAD = re.compile(f"{UPLOADS}([0-9a-f]{{32}})")


def arrived(body: str) -> list[str] | None:
    """The ids of the jobs whose files have arrived, as a message of S3's says; None where it is another message."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    records = document.get("Records", []) if isinstance(document, dict) else None
    if not isinstance(records, list) or not (records or "Event" in document):
        return None
    try:
        keys = [record["s3"]["object"]["key"] for record in records]
    except (KeyError, TypeError):
        return None
    found = (_UPLOAD.fullmatch(key) for key in keys if isinstance(key, str))
    return [match[1] for match in found if match]
