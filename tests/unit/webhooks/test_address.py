"""Which URLs can be a webhook's, and which addresses calls may go to."""

import pytest

from loyalty.domain.errors import RequestError
from loyalty.webhooks.address import Target, is_allowed, target_of

TLS = True
EXAMPLE = "such as https://example.com/loyalty"
NOT_ASCII = "url must be an https address of at most 2048 characters of ASCII, without blanks"
NO_NAME = f"url must have the name of a host in it, {EXAMPLE}"
NOT_PUBLIC_NAME = f"url must have a public host name in it, {EXAMPLE}"
PRIVATE = "url must lead to a public address"
PORT = "url must name the port 443, or one from 1024 on"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.com", Target(TLS, "example.com", 443, "example.com", "/")),
        ("https://Example.com/a?b=c", Target(TLS, "example.com", 443, "example.com", "/a?b=c")),
        ("https://example.com:443/", Target(TLS, "example.com", 443, "example.com:443", "/")),
        ("https://example.com:8443/", Target(TLS, "example.com", 8443, "example.com:8443", "/")),
        ("https://example.com./", Target(TLS, "example.com", 443, "example.com.", "/")),
        ("https://xn--bcher-kva.example/", Target(TLS, "xn--bcher-kva.example", 443, "xn--bcher-kva.example", "/")),
        ("https://8.8.8.8/", Target(TLS, "8.8.8.8", 443, "8.8.8.8", "/")),
        ("https://[2606:4700::1111]/", Target(TLS, "2606:4700::1111", 443, "[2606:4700::1111]", "/")),
    ],
)
def test_a_public_https_address_is_taken(url: str, target: Target) -> None:
    assert target_of(url) == target


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        (None, NOT_ASCII),
        (7, NOT_ASCII),
        ([], NOT_ASCII),
        ("", NOT_ASCII),
        ("https://example.com/ ", NOT_ASCII),
        ("https://example.com/\r\nX-Evil: 1", NOT_ASCII),
        ("https://example.com/\t", NOT_ASCII),
        ("https://bücher.example/", NOT_ASCII),
        ("https://example.com\\@10.0.0.1/", NOT_ASCII),
        (f"https://example.com/{'x' * 2_048}", NOT_ASCII),
        ("http://example.com/", "url must begin with https://"),
        ("ftp://example.com/", "url must begin with https://"),
        ("file:///etc/passwd", "url must begin with https://"),
        ("example.com/loyalty", "url must begin with https://"),
        ("//example.com/", "url must begin with https://"),
        ("https://user:secret@example.com/", "url must not hold a user name or a password"),
        ("https://example.com@10.0.0.1/", "url must not hold a user name or a password"),
        ("https://@example.com/", "url must not hold a user name or a password"),
        ("https://example.com/#part", "url must have no fragment"),
        ("https://example.com/#", "url must have no fragment"),
        ("https:///loyalty", NO_NAME),
        ("https://-example.com/", NO_NAME),
        ("https://exa_mple.com/", NO_NAME),
        ("https://exa%6dple.com/", NO_NAME),
        ("https://example..com/", NO_NAME),
        (f"https://{'x' * 64}.com/", NO_NAME),
        (f"https://{'x.' * 127}com/", NO_NAME),
        ("https://[fe80::1%25eth0]/", PRIVATE),
        ("https://[::1/", f"url must be an https address, {EXAMPLE}"),
        ("https://example.com:port/", f"url must be an https address, {EXAMPLE}"),
        ("https://example.com:70000/", f"url must be an https address, {EXAMPLE}"),
        ("https://example.com:0/", PORT),
        ("https://example.com:25/", PORT),
        ("https://example.com:80/", PORT),
        ("https://localhost/", NOT_PUBLIC_NAME),
        ("https://intranet/", NOT_PUBLIC_NAME),
        ("https://127.1/", NOT_PUBLIC_NAME),
        ("https://2130706433/", NOT_PUBLIC_NAME),
        ("https://0x7f000001/", NOT_PUBLIC_NAME),
        ("https://0177.0.0.1/", NOT_PUBLIC_NAME),
        ("https://127.0.0.0x1/", NOT_PUBLIC_NAME),
        ("https://127.0.0.1./", PRIVATE),
        ("https://127.0.0.1:8443/", PRIVATE),
        ("https://10.1.2.3/", PRIVATE),
        ("https://169.254.169.254/latest/meta-data/", PRIVATE),
        ("https://[::1]/", PRIVATE),
        ("https://[::ffff:10.0.0.1]/", PRIVATE),
        ("https://[fd00:ec2::254]/", PRIVATE),
    ],
)
def test_any_other_url_is_refused_with_a_reason(url: object, fault: str) -> None:
    with pytest.raises(RequestError) as caught:
        target_of(url)
    assert str(caught.value).startswith(fault)
    assert caught.value.status == 400
    # AND a password that somebody put into it is not repeated
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        *("8.8.8.8", "1.1.1.1", "203.0.112.255", "172.32.0.1", "100.128.0.1"),
        *("2606:4700::1111", "2a00:1450:4001::1"),
        *("64:ff9b::808:808", "::ffff:8.8.8.8", "2002:808:808::1"),
    ],
)
def test_public_addresses_may_be_called(address: str) -> None:
    assert is_allowed(address)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "127.255.255.254",
            "0.0.0.0",  # noqa: S104 - nothing is bound
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.1",
        ),
        *("169.254.169.254", "169.254.170.2", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1"),
        *("203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
        *("100::1", "5f00::1", "2001::1", "2606:4700::1111%1"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::a00:1"),
        *(
            "64:ff9b::a00:1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::808:808",
            "2002:a00:1::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::",
        ),
        *("", "localhost", "127.1", "0x7f.0.0.1", "2130706433", "8.8.8.8/32", "\uff18.8.8.8"),
    ],
)
def test_no_other_address_may_be_called(address: str) -> None:
    assert not is_allowed(address)


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("http://127.0.0.1:80/", 80),
        ("http://127.0.0.1/", 80),
        ("http://localhost:9/", 9),
        ("https://localhost/", 443),
        ("https://127.0.0.1:1/", 1),
        ("http://[::1]:1234/", 1234),
    ],
)
def test_where_it_is_allowed_this_machine_may_be_called_at_any_port_and_by_http(url: str, port: int) -> None:
    assert target_of(url, loopback=True).port == port
    with pytest.raises(RequestError):
        target_of(url)


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://10.0.0.1/", "http://127.1/", "https://169.254.169.254/"]
)
def test_this_machine_is_all_that_is_allowed_then(url: str) -> None:
    with pytest.raises(RequestError):
        target_of(url, loopback=True)
    assert not is_allowed("10.0.0.1", loopback=True)
    assert not is_allowed("169.254.169.254", loopback=True)
    assert is_allowed("127.0.0.1", loopback=True)
