"""An authority of a test's own, and its certificates for whatever host a client wants to reach."""

import datetime as dt
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_CLEAR = serialization.NoEncryption()
_DAY = dt.timedelta(days=1)


class Authority:
    """Whoever trusts the certificate at `path` trusts those that this makes; all of them lie in the directory."""

    def __init__(self, directory: Path) -> None:
        self._directory, self._key = directory, ec.generate_private_key(ec.SECP256R1())
        self.path = directory / "authority.pem"
        self.path.write_bytes(_pem(self._signed("authority", self._key, x509.BasicConstraints(ca=True, path_length=0))))

    def context(self, host: str) -> ssl.SSLContext:
        """What a server needs to be that host."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        certificate = self._signed("host", key, x509.BasicConstraints(ca=False, path_length=None), names)
        path = self._directory / f"{certificate.serial_number}.pem"
        private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, _CLEAR)
        path.write_bytes(private + _pem(certificate))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _signed(
        self, name: str, key: ec.EllipticCurvePrivateKey, constraints: x509.BasicConstraints, *more: x509.ExtensionType
    ) -> x509.Certificate:
        own, now = self._key.public_key(), dt.datetime.now(dt.UTC)
        building = x509.CertificateBuilder(_name("authority"), _name(name), key.public_key())
        building = building.serial_number(x509.random_serial_number())
        building = building.not_valid_before(now - _DAY).not_valid_after(now + _DAY)
        building = building.add_extension(constraints, critical=True)
        for extension in (
            _usage(signs=constraints.ca),
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
            x509.AuthorityKeyIdentifier.from_issuer_public_key(own),
            *more,
        ):
            building = building.add_extension(extension, critical=False)
        return building.sign(self._key, hashes.SHA256())


def _usage(*, signs: bool) -> x509.KeyUsage:
    """Of an authority, or of a server: the bits of RFC 5280 in its order, from the signature of data on."""
    return x509.KeyUsage(not signs, False, False, False, False, signs, signs, False, False)  # noqa: FBT003


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
