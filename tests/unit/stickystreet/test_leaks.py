"""Broken bodies: what a client sent as a key, a password or a PIN never comes back in the answer."""

import pytest

from tests.fakes.importing import FORM, ImportWorld

MULTIPART = "multipart/form-data; boundary=b"
SECRETS = {
    "broken_escape": (b"user_api_key=s3cret%zzs3cret", FORM, 'user_api_key must be percent-encoded; it is "%zz"'),
    "broken_escape_of_bytes_beyond_ascii": (
        b"user_api_key=s3cret%\xff\xfes3cret",
        FORM,
        'user_api_key must be percent-encoded; it is "%��"',
    ),
    "broken_escape_before_a_line_end": (
        b"user_api_key=s3cret%\n1s3cret",
        FORM,
        'user_api_key must be percent-encoded; it is "%\\n1"',
    ),
    "broken_escape_in_a_name": (b"s3cret%4gs3cret=1", FORM, 'A field name must be percent-encoded; it is "%4g"'),
    "escaped_byte": (b"user_api_key=s3cret%ffs3cret", FORM, "user_api_key is not valid UTF-8 (byte 6)"),
    "byte": (b"user_api_key=s3cret\xffs3cret", FORM, "user_api_key is not valid UTF-8 (byte 6)"),
    "byte_in_a_name": (b"s3cret\xffs3cret=1", FORM, "A field name is not valid UTF-8 (byte 6)"),
    "byte_in_the_name_of_a_part": (
        b'--b\r\nContent-Disposition: form-data; name="s3cret\xff"\r\n\r\n1\r\n--b--\r\n',
        MULTIPART,
        "The multipart body can't be read: Segment header failed to decode",
    ),
    "byte_in_a_part": (
        b'--b\r\nContent-Disposition: form-data; name="Profiles_Data"\r\n\r\nA|s3cret\xffs3cret\r\n--b--\r\n',
        MULTIPART,
        "Profiles_Data is not valid UTF-8 (byte 8)",
    ),
}


@pytest.mark.parametrize(("body", "content_type", "text"), SECRETS.values(), ids=SECRETS)
def test_of_a_broken_body_only_the_place_and_the_broken_escape_are_told(
    body: bytes, content_type: str, text: str
) -> None:
    # GIVEN, WHEN a body with a fault amid a secret
    reply = ImportWorld().post(body, headers={"content-type": content_type})
    # THEN the answer tells where the fault is, and nothing around it
    assert reply.body == f'<response status="error"><error>{text}</error></response>'
