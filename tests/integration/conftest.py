"""The emulator with the template's tables and nothing deployed: what the store's tests talk to; and a certificate."""

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.local import template
from tools.local.deploy import client
from tools.local.ministack import Ministack

_CREATE = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")


@pytest.fixture(scope="session")
def database_endpoint() -> Iterator[str]:
    """The URL of a running emulator."""
    with Ministack(template.ROOT / "build" / "test-integration.log") as ministack:
        yield ministack.endpoint_url


@pytest.fixture(scope="session")
def tables(database_endpoint: str) -> dict[str, str]:
    """The template's tables, empty, by the environment variables of the functions; tests share them by account."""
    described = template.load()
    definitions = template.resources(described, "AWS::DynamoDB::Table")
    dynamodb = client("dynamodb", database_endpoint)
    for name, properties in definitions.items():
        wanted = {key: properties[key] for key in _CREATE if key in properties}
        dynamodb.create_table(TableName=name, **wanted)
    return template.variables(described, "AWS::DynamoDB::Table")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that nobody vouches for, with its key."""
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(path), "-out", str(path.with_suffix(".crt"))]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *names, *files]
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """What a server with that certificate speaks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
