"""An in-memory S3: objects by key, their tags, ranges, conditions and parts, and the URLs that are signed."""

import hashlib
import itertools
import re
from typing import Any

from tests.fakes.faults import Answer, client_error

BUCKET = "files"
_RANGE = re.compile(r"bytes=(\d+)-(\d+)")


class FakeS3:
    """One bucket; `objects` holds bytes by key, `calls` the actions that came with their keys."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.calls: list[tuple[str, str]] = []
        self._parts: dict[str, dict[int, bytes]] = {}
        self._ids = itertools.count(1)

    def head_object(self, **arguments: Any) -> Answer:
        """HeadObject."""
        body = self._body("head_object", arguments)
        return {"ETag": tag(body), "ContentLength": len(body)}

    def get_object(self, **arguments: Any) -> Answer:
        """GetObject, of a range."""
        body = self._body("get_object", arguments)
        if arguments.get("IfMatch", tag(body)) != tag(body):
            raise client_error("PreconditionFailed", 412)
        found = _RANGE.fullmatch(arguments["Range"])
        assert found, "only ranges are read"
        start, last = map(int, found.groups())
        if start >= len(body):
            raise client_error("InvalidRange", 416)
        part = body[start : last + 1]
        return {"Body": part, "ContentLength": len(part), "ETag": tag(body)}

    def put_object(self, **arguments: Any) -> Answer:
        """PutObject, on the condition that nothing is there, if that is asked for."""
        self._note("put_object", arguments)
        if "IfNoneMatch" in arguments and arguments["Key"] in self.objects:
            raise client_error("PreconditionFailed", 412)
        self.objects[arguments["Key"]] = arguments["Body"]
        return {"ETag": tag(arguments["Body"])}

    def delete_objects(self, **arguments: Any) -> Answer:
        """DeleteObjects."""
        for one in arguments["Delete"]["Objects"]:
            self._note("delete_objects", {**arguments, **one})
            self.objects.pop(one["Key"], None)
        return {}

    def create_multipart_upload(self, **arguments: Any) -> Answer:
        """CreateMultipartUpload."""
        self._note("create_multipart_upload", arguments)
        upload_id = f"upload-{next(self._ids)}"
        self._parts[upload_id] = {}
        return {"UploadId": upload_id}

    def upload_part(self, **arguments: Any) -> Answer:
        """UploadPart."""
        self._note("upload_part", arguments)
        self._begun(arguments)[arguments["PartNumber"]] = arguments["Body"]
        return {"ETag": tag(arguments["Body"])}

    def complete_multipart_upload(self, **arguments: Any) -> Answer:
        """CompleteMultipartUpload, which takes the parts that are named, each by its tag."""
        self._note("complete_multipart_upload", arguments)
        there = self._begun(arguments)
        bodies = []
        for part in arguments["MultipartUpload"]["Parts"]:
            body = there[part["PartNumber"]]
            assert tag(body) == part["ETag"], "a part is not the one that is named"
            bodies.append(body)
        self.objects[arguments["Key"]] = b"".join(bodies)
        del self._parts[arguments["UploadId"]]
        return {}

    def _begun(self, arguments: dict[str, Any]) -> dict[int, bytes]:
        if arguments["UploadId"] not in self._parts:
            raise client_error("NoSuchUpload", 404)
        return self._parts[arguments["UploadId"]]

    def _body(self, action: str, arguments: dict[str, Any]) -> bytes:
        self._note(action, arguments)
        body = self.objects.get(arguments["Key"])
        if body is None:
            raise client_error("NoSuchKey", 404)
        return body

    def _note(self, action: str, arguments: dict[str, Any]) -> None:
        assert arguments["Bucket"] == BUCKET
        self.calls.append((action, arguments["Key"]))


class FakeUrls:
    """Signs URLs by writing down what they are for."""

    def sign(
        self,
        method: str,
        place: tuple[str, str],
        seconds: int,
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
    ) -> str:
        """As ObjectUrls has it."""
        del headers
        bucket, key = place
        about = "".join(f"&{name}={text}" for name, text in (query or {}).items())
        return f"https://{bucket}.test/{key}?{method}&seconds={seconds}{about}"


def tag(body: bytes) -> str:
    """The ETag of a content."""
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
