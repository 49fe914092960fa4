"""What a job's file is sent from: a file on this machine, or an object in S3."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from ..rowfiles import blocks_of
from ..system import System
from . import s3_file
from .s3_file import S3Object

Tell = Callable[[int], None]
"""Is told how many bytes more went."""


class Content(Protocol):
    """A file that can be sent."""

    @property
    def size(self) -> int:
        """Its bytes."""

    def bring(self, system: System, upload: Mapping[str, Any], tell: Tell) -> int:
        """Send it as POST /files says; the HTTP status of that, 412 where it is there already.

        Raises OperatorError.
        """


class LocalContent(NamedTuple):
    """A file on this machine."""

    path: Path

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.path.stat().st_size

    def bring(self, system: System, upload: Mapping[str, Any], tell: Tell) -> int:
        """Send it; raises Unavailable."""
        with self.path.open("rb") as file:
            return system.http.upload(upload["url"], upload["headers"], _told(blocks_of(file), tell), self.size)


class S3Content(NamedTuple):
    """An object in S3."""

    source: S3Object

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.source.size

    def bring(self, system: System, upload: Mapping[str, Any], tell: Tell) -> int:
        """Have S3 copy it, or send it; raises OperatorError."""
        return s3_file.bring(system.s3, system.http, self.source, upload, tell)


def _told(blocks: Iterable[bytes], tell: Tell) -> Iterator[bytes]:
    for block in blocks:
        yield block
        tell(len(block))
