"""The jobs API, with the webhook that it tells ends of jobs to, as an operator's commands use it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import quote, urlencode

from .faults import OperatorError, Unavailable
from .http import Http, Reply
from .ids import is_beginning, the_one
from .outcomes import PARTLY_DONE, standing

Job = Mapping[str, Any]
"""A job as the API shows it."""

FINISHED = frozenset({"done", "failed", "cancelled", "undone"})
"""Where a job's status stays, unless something new is asked for."""

_BEING_WRITTEN = 202
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 3.0


class Filters(NamedTuple):
    """Which jobs are wanted: of these statuses and operations, of this label, from this moment on.

    A job that is done but for failures is done, and is PARTLY_DONE too. The moment is a day, or one of RFC 3339; what
    is empty lets all through.
    """

    statuses: Sequence[str] = ()
    operations: Sequence[str] = ()
    label: str = ""
    since: str = ""

    def query(self) -> dict[str, str]:
        """As the API takes it, which takes one status and one operation at most."""
        statuses = {"done" if status == PARTLY_DONE else status for status in self.statuses}
        operation, *operations = self.operations or ("",)
        asked = {
            "status": statuses.pop() if len(statuses) == 1 else "",
            "operation": "" if operations else operation,
            "label": self.label,
            "from": self.since,
        }
        return {name: value for name, value in asked.items() if value}

    def lets(self, job: Job) -> bool:
        """Whether a job is of those statuses and operations."""
        return (not self.statuses or not {job["status"], standing(job)}.isdisjoint(self.statuses)) and (
            not self.operations or job["operation"] in self.operations
        )


_ALL = Filters()


class JobsClient:
    """The jobs of the account that the headers identify."""

    def __init__(self, http: Http, headers: Mapping[str, str], sleep: Callable[[float], None]) -> None:
        self._http, self._headers, self._sleep = http, headers, sleep

    def pages(self, filters: Filters = _ALL) -> Iterator[list[Job]]:
        """The account's jobs, newest first, page by page; of those that aren't wanted some may be left out."""
        query = filters.query()
        while True:
            page = self._call("GET", f"/jobs?{urlencode(query)}".rstrip("?")).json()
            yield page["jobs"]
            if page["next"] is None:
                return
            query["next"] = page["next"]

    def jobs(self, filters: Filters) -> Iterator[Job]:
        """The account's jobs that are wanted, newest first."""
        return (job for page in self.pages(filters) for job in page if filters.lets(job))

    def whole_id(self, beginning: str) -> str:
        """The id of the account's job that begins so, whatever is no beginning of one as it is.

        Raises OperatorError when no job's does, or several. It reads the account's list of jobs.
        """
        if not is_beginning(beginning):
            return beginning
        return the_one(beginning, [job["job_id"] for page in self.pages() for job in page], "job")

    def show(self, job_id: str) -> Job:
        """How far a job is; raises OperatorError when there is none."""
        job: Job = self._call("GET", f"/jobs/{quote(job_id, safe='')}").json()
        return job

    def results(self, job_id: str, *, partial: bool = False) -> Reply:
        """What a client that waited would have got."""
        return self._call("GET", f"/jobs/{quote(job_id, safe='')}/results{'?partial=true' if partial else ''}")

    def save_results(self, job_id: str, output: BinaryIO, outcome: str = "all") -> None:
        """Save the results of a file's job, all or those of failed rows, once they are written."""
        query = urlencode({"outcome": outcome, "redirect": "false"})
        path = f"/jobs/{quote(job_id, safe='')}/results?{query}"
        while (reply := self._call("GET", path)).status == _BEING_WRITTEN:
            self._sleep(float(reply.headers.get("retry-after", "1")))
        self._http.fetch(reply.json()["url"], output)

    def cancel(self, job_id: str) -> Job:
        """The job, of which nothing more is begun."""
        return self._change(job_id, "cancel")

    def retry(self, job_id: str) -> Job:
        """The job, begun again for what was not done."""
        return self._change(job_id, "retry")

    def undo(self, job_id: str) -> Job:
        """The job that takes it back."""
        return self._change(job_id, "undo")

    def watch(self, job_id: str, tell: Callable[[Job], None]) -> Job:
        """The job once it is finished; each look at it is told."""
        pause = _FIRST_PAUSE
        while True:
            job = self.show(job_id)
            tell(job)
            if job["status"] in FINISHED:
                return job
            self._sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def set_webhook(self, url: str) -> Mapping[str, Any]:
        """The account's webhook, set to this address, with its secret."""
        told: Mapping[str, Any] = self._call("PUT", "/webhook", json.dumps({"url": url}).encode()).json()
        return told

    def webhook(self) -> Mapping[str, Any]:
        """The account's webhook; raises OperatorError when it has none."""
        told: Mapping[str, Any] = self._call("GET", "/webhook").json()
        return told

    def delete_webhook(self) -> None:
        """Have no webhook."""
        self._call("DELETE", "/webhook")

    def _change(self, job_id: str, what: str) -> Job:
        job: Job = self._call("POST", f"/jobs/{quote(job_id, safe='')}/{what}").json()
        return job

    def _call(self, method: str, path: str, body: bytes = b"") -> Reply:
        reply = self._http.send(method, path, self._headers, body)
        if reply.status >= 500:  # noqa: PLR2004 - HTTP's own classes
            raise Unavailable(detail(reply))
        if reply.status >= 400:  # noqa: PLR2004
            raise OperatorError(detail(reply))
        return reply


def detail(reply: Reply) -> str:
    """What an error of the jobs API says."""
    try:
        document = json.loads(reply.body)
        return str(document.get("detail") or document["message"])
    except (ValueError, KeyError, AttributeError):
        return f"The API answered with HTTP status {reply.status}"
