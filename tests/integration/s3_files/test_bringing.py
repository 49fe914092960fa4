"""Files of S3 on their way to their jobs: copied by S3 itself, or sent where it may not."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError

from loyalty.store.aws.access import Access, Credentials
from loyalty.store.aws.object_urls import ObjectUrls
from tests.integration.s3_files.bucket import CONTENT, FILES, SOURCE, URL, plain, refusing
from tools.operator.faults import OperatorError, Unavailable
from tools.operator.sending import s3_file

SIGNED = ObjectUrls(lambda: Access("us-east-1", Credentials("key", "secret"))).sign
UPLOAD = {"url": SIGNED("PUT", (FILES, "uploads/1"), 900), "headers": {"If-None-Match": "*"}}


class Upload:
    """Takes what is sent to a URL."""

    def __init__(self, status: int = 200) -> None:
        self.sent: list[tuple[str, Mapping[str, str], bytes, int]] = []
        self._status = status

    def upload(self, url: str, headers: Mapping[str, str], blocks: Iterator[bytes], size: int) -> int:
        """As Http has it."""
        self.sent.append((url, headers, b"".join(blocks), size))
        return self._status


def bring(make: Callable[[str | None], Any], http: Upload, told: list[int]) -> int:
    return s3_file.bring(make, http, s3_file.look(plain, URL), UPLOAD, told.append)  # type: ignore[arg-type]


def test_s3_copies_the_file_by_itself_without_what_was_noted_of_it(s3: Any) -> None:
    # GIVEN an object with notes of its owner's
    s3.put_object(Bucket=SOURCE, Key="exports/members.csv", Body=CONTENT, Metadata={"a": "b"}, Tagging="who=me")
    http, told = Upload(), list[int]()
    # WHEN it is brought
    assert bring(plain, http, told) == 200
    # THEN it is where its job waits for it, and nothing went through this machine
    copied = s3.get_object(Bucket=FILES, Key="uploads/1")
    assert (copied["Body"].read(), copied["Metadata"]) == (CONTENT, {})
    assert s3.get_object_tagging(Bucket=FILES, Key="uploads/1")["TagSet"] == []
    assert (http.sent, told) == ([], [len(CONTENT)])


def test_a_copy_is_of_the_object_that_was_looked_at_and_never_over_another(s3: Any) -> None:
    # GIVEN what a copy asks of S3
    asked: list[dict[str, Any]] = []

    def make(region: str | None = None) -> Any:
        client = boto3.client("s3", region_name=region)
        client.copy_object = lambda **arguments: asked.append(arguments)
        return client

    etag = s3.head_object(Bucket=SOURCE, Key="exports/members.csv")["ETag"]
    bring(make, Upload(), [])
    # THEN both conditions are in it
    assert [(one["IfNoneMatch"], one["CopySourceIfMatch"]) for one in asked] == [("*", etag)]
    assert [(one["Bucket"], one["Key"], one["CopySource"]) for one in asked] == [
        (FILES, "uploads/1", {"Bucket": SOURCE, "Key": "exports/members.csv"})
    ]


@pytest.mark.parametrize(("code", "status"), [("AccessDenied", 403), ("NoSuchBucket", 404), ("NotImplemented", 501)])
def test_where_s3_may_not_copy_the_file_is_sent(code: str, status: int) -> None:
    # GIVEN a bucket that is not the operator's
    http, told = Upload(), list[int]()
    # WHEN the file is brought
    assert bring(refusing("copy_object", code, status), http, told) == 200
    # THEN it goes by the URL that was signed
    assert http.sent == [(UPLOAD["url"], UPLOAD["headers"], CONTENT, len(CONTENT))]
    assert sum(told) == len(CONTENT)


def test_a_file_that_is_there_already_is_not_brought_again() -> None:
    http = Upload()
    assert bring(refusing("copy_object", "PreconditionFailed", 412), http, []) == 412
    assert http.sent == []


def test_a_file_that_was_changed_meanwhile_is_not_brought(s3: Any) -> None:
    # GIVEN an object that was looked at, and is another one now
    source = s3_file.look(plain, URL)
    s3.put_object(Bucket=SOURCE, Key="exports/members.csv", Body=b"email\nother\n")
    for make in (refusing("copy_object", "PreconditionFailed", 412), refusing("copy_object", "AccessDenied")):
        # THEN neither a copy nor what is sent is made of it
        with pytest.raises(s3_file.SourceChanged, match="was changed since it was looked at: give the command again"):
            s3_file.bring(make, Upload(), source, UPLOAD, lambda _: None)  # type: ignore[arg-type]


def test_an_emulator_that_the_operator_does_not_work_on_gets_the_file_sent() -> None:
    # GIVEN a URL of an emulator
    signed = ObjectUrls(lambda: Access("us-east-1", Credentials("key", "secret"), "http://127.0.0.1:4566")).sign
    upload = {"url": signed("PUT", (FILES, "uploads/1"), 900), "headers": {}}
    http = Upload()
    # THEN AWS is not asked to copy to a bucket that only the emulator has
    s3_file.bring(plain, http, s3_file.look(plain, URL), upload, lambda _: None)  # type: ignore[arg-type]
    assert [sent[2] for sent in http.sent] == [CONTENT]


def test_s3_that_breaks_off_is_tried_again_by_the_same_command() -> None:
    # GIVEN an object of which nothing more comes
    class Broken:
        def iter_chunks(self, _size: int) -> Iterator[bytes]:
            yield b"email\n"
            raise ReadTimeoutError(endpoint_url="s3")

    client = refusing("copy_object", "AccessDenied")(None)
    source = s3_file.look(plain, URL)
    client.get_object = lambda **_arguments: {"Body": Broken()}
    with pytest.raises(Unavailable, match="S3 does not answer; the same command goes on"):
        s3_file.bring(lambda _region: client, Upload(), source, UPLOAD, lambda _: None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "status", "error", "line"),
    [
        (
            "AccessDenied",
            403,
            OperatorError,
            f"Your AWS credentials may not read {URL}, for which they need s3:GetObject: AccessDenied",
        ),
        ("InvalidObjectState", 403, OperatorError, f"{URL} is archived: restore it first"),
        ("ExpiredToken", 400, OperatorError, f"{URL} can't be read: ExpiredToken"),
        ("SlowDown", 503, Unavailable, "S3 is busy; the same command goes on"),
        ("InternalError", 500, Unavailable, "S3 is busy; the same command goes on"),
    ],
)
def test_what_s3_refuses_is_told_in_the_operators_words(
    code: str, status: int, error: type[OperatorError], line: str
) -> None:
    with pytest.raises(error) as raised:
        s3_file.look(refusing("get_object", code, status), URL)
    assert (type(raised.value), str(raised.value)) == (error, line)


def test_who_has_no_credentials_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN nobody
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "nothing")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    def make(_region: str | None = None) -> Any:
        return boto3.session.Session().client("s3", region_name="us-east-1")

    with pytest.raises(OperatorError) as raised:
        s3_file.look(make, URL)
    assert str(raised.value) == (
        f"There are no AWS credentials to read {URL} with: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY"
    )
