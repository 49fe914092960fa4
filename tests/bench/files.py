"""`python -m tests.bench.files ROWS…`: how fast one processor splits a file, and how much memory that takes.

Each size is split in a process of its own, by the code of the function: an import with five columns, of which every
hundredth row shares its e-mail with another far away. This machine's disk stands in for S3, and nothing for the queue,
so that what is measured is the splitter's own work. Time is CPU time, of both passes and all between them; memory is
what the process had at most, less what it had before it began.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from loyalty.files.split import split
from loyalty.store import objects
from loyalty.store.tables import jobs
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import FILES
from tests.fakes.objects import FakeUrls
from tests.fakes.store import fake_database
from tests.fakes.world import TOKEN, World

_MEGABYTE = 1024  # ru_maxrss counts kilobytes
_FAR = 100


class DiskS3:
    """Objects as files below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, key: str) -> Path:
        """Where an object is."""
        return self._folder / key.replace("/", "+")

    def head_object(self, **arguments: Any) -> dict[str, Any]:
        """HeadObject."""
        return {"ETag": "tag", "ContentLength": self.path(arguments["Key"]).stat().st_size}

    def get_object(self, **arguments: Any) -> dict[str, Any]:
        """GetObject, of a range."""
        start, last = map(int, arguments["Range"].removeprefix("bytes=").split("-"))
        with self.path(arguments["Key"]).open("rb") as file:
            file.seek(start)
            body = file.read(last + 1 - start)
        return {"Body": body, "ContentLength": len(body)}

    def put_object(self, **arguments: Any) -> dict[str, Any]:
        """PutObject."""
        self.path(arguments["Key"]).write_bytes(arguments["Body"])
        return {}

    def delete_objects(self, **arguments: Any) -> dict[str, Any]:
        """DeleteObjects."""
        for one in arguments["Delete"]["Objects"]:
            self.path(one["Key"]).unlink(missing_ok=True)
        return {}


class NoQueue:
    """Takes every message, and keeps none."""

    sent = 0

    def send_message_batch(self, **arguments: Any) -> dict[str, Any]:
        """SendMessageBatch."""
        self.sent += len(arguments["Entries"])
        return {"Successful": arguments["Entries"]}


def _write(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("email,phone,first_name,last_name,code\n")
        for number in range(rows):
            who = number % (rows // 2) if number % _FAR == 0 else number
            file.write(f"user{who}@example.com,+1202{number:07d},Ann{number},Miller,C{number:09d}\n")


def _split(rows: int, folder: Path) -> str:
    world = World(lag=0.0)
    s3, queue = DiskS3(folder), NoQueue()
    services = {"s3": s3, "sqs": queue, "s3-urls": FakeUrls()}
    database = fake_database(world.dynamodb, FakeClock(), world.settings, services.__getitem__)
    body = {"operation": "import", "name": "a.csv", "params": {"campaigns": ["898989889"]}}
    job_id = world.send(FILES, body, {"Authorization": f"Bearer {TOKEN}"}).json()["job_id"]
    job = jobs.find(database, job_id)
    assert job
    _write(s3.path(objects.upload_of(job_id)), rows)
    megabytes, began = _most_memory(), time.process_time()
    job = split(database, job, lambda: True)
    seconds = time.process_time() - began
    assert (job.total, job.chunks) == (rows, queue.sent)
    more = _most_memory() - megabytes
    return f"{rows:>10,} rows: {rows / seconds:>8,.0f} rows a second, {more:>5.0f} MB more, {job.chunks:,} chunks\n"


def _most_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MEGABYTE


def main(sizes: list[str]) -> None:
    """Split a file of each size."""
    if len(sizes) == 1:
        with tempfile.TemporaryDirectory() as folder:
            sys.stderr.write(_split(int(sizes[0]), Path(folder)))
        return
    for size in sizes:
        subprocess.run([sys.executable, "-m", "tests.bench.files", size], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(sys.argv[1:])
