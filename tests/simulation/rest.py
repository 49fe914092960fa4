"""What holds once all is at rest: judged against the store, the jobs API, and what clients heard."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.fakes.delivery import DEAD_LETTERS
from tests.fakes.queues import CHUNKS, PARKED, SPLITS
from tests.simulation import gateway, orders
from tests.simulation.invariants import LEAST_TRIES
from tests.simulation.people import ACCOUNT

if TYPE_CHECKING:
    from tests.simulation.history import History

_CANCELLED = {"import": "failed", "earn": "8896", "revoke": "8896"}
"""The codes of items in results that are counted as cancelled."""
REST_SECONDS = 300.0
"""No lease, no claim of a request and no place of a dead writer outlives that."""
_ENDED = ("done", "failed", "cancelled", "undone")


def judge(history: "History") -> None:
    """Judge a history whose queues are empty and whose actors have ended, once whatever died is known to be dead."""
    history.kernel.pause(REST_SECONDS)
    for url in (CHUNKS, DEAD_LETTERS, SPLITS):
        if history.cloud.sqs.queues[url]:
            history.find("rest", f"{url} still holds {len(history.cloud.sqs.queues[url])} messages")
    for message, tries in history.cloud.given_up.items():
        if tries < LEAST_TRIES:
            history.find("given up", f"{message} became a dead letter after {tries} tries")
    _nothing_without_its_customer(history)
    for job_id in [job for job in history.invariants.submitted if job not in history.expired_jobs()]:
        _job(history, job_id)
    _one_content_of_each_fed_chunk(history)
    _earned_ids(history)
    orders.judge(history)


def _nothing_without_its_customer(history: "History") -> None:
    """What hangs on a customer went with it, unless the erasure was given up, and waits to be redriven."""
    if any(_erases(message.body) for message in history.cloud.sqs.queues[PARKED]):
        history.meet("an erasure is parked")
        return
    tables = history.cloud.dynamodb.tables
    for table in ("memberships", "earns"):
        for key, item in tables[table].items():
            empty = (key[-1] == "tally" and item["taken"]["N"] == "0") or "left_at" in item
            if key[0].startswith(f"{ACCOUNT}#") and not empty and not _has_its_customer(history, key[0]):
                history.find("orphan", f"{table} {'/'.join(key)} is of a customer that is not there")


def _has_its_customer(history: "History", partition: str) -> bool:
    account, _, profile_id = partition.split("#")
    return (f"{account}#profile_id#{profile_id}",) in history.cloud.dynamodb.tables["customers"]


def _erases(body: str) -> bool:
    return bool(json.loads(body).get("operation") == "erase")


def _job(history: "History", job_id: str) -> None:
    """A job has ended, its counts are those of its results, and what was undone is not there."""
    reply = gateway.ask(history.cloud, "show_job", job_id)
    if reply is None or reply.status != 200:
        history.find("job", f"{job_id} is not told: {reply and reply.status}")
        return
    document = json.loads(reply.body)
    if document["status"] not in _ENDED:
        history.find("job", f"{job_id} ({document['operation']}) ends as {document['status']}")
        return
    if document["status"] == "failed":
        return
    undone = {undo_id: one for one, undo_id in history.ledger.undone.items()}
    chain = history.ledger.writers.get(undone.get(job_id, job_id))
    if chain and chain.note.get("fed"):
        return
    if document["done"] + document["counts"].get("cancelled", 0) != document["total"]:
        history.find(
            "job", f"{job_id}: {document['done']} of {document['total']} are done, status {document['status']}"
        )
    if document["operation"] != "undo":
        _results(history, job_id, document)


def _results(history: "History", job_id: str, document: Any) -> None:
    reply = gateway.results(history.cloud, job_id)
    if reply is None:
        history.find("job", f"results of {job_id} are not told")
        return
    body = json.loads(reply.body)
    if document["operation"] in ("enrol", "leave", "erase"):
        results = body.get("result", [body])
        told = Counter(str(one["error"]) for one in results)
    elif document["operation"] in ("earn", "revoke"):
        told = Counter(_code(one) for one in body["response"])
    elif "batch" in body:
        told = Counter(body["batch"]["customers"])
    else:  # of a customer who is recorded: an error, or a word that does not say whether the customer was there
        told = Counter({"failed": 1} if "error" in body else _without_failures(document["counts"]))
    counts = Counter({name: count for name, count in document["counts"].items() if count})
    counts[_CANCELLED.get(document["operation"], "503")] += counts.pop("cancelled", 0)
    if document["operation"] == "import":
        counts["failed"] += counts.pop("busy", 0)
    if +counts != +told and not _died_before_it_was_undone(history, job_id, document):
        history.find("job", f"{job_id} counts {dict(counts)}, its results are {dict(told)}")
    kept = _kept(history, job_id) if document["status"] == "undone" else None
    left = sorted(set(_written(history, job_id)))
    if kept is not None and (over := [one for one in left if one[1] not in kept]):
        history.find("undone", f"{job_id} is undone, and left {over}")


def _without_failures(counts: dict[str, int]) -> dict[str, int]:
    return {name: counts[name] for name in ("new", "updated") if counts.get(name)}


def _died_before_it_was_undone(history: "History", job_id: str, document: Any) -> bool:
    """Whether nobody heard the results of a job that is undone: who died may not have noted them, nobody will now."""
    chain = history.ledger.writers.get(job_id)
    unheard = chain is None or any(operation.result is None for operation in chain.operations)
    return document["status"] == "undone" and unheard


def _code(element: Any) -> str:
    entry = element["errors"] or element["warnings"]
    return str(entry[0]["code"]) if entry else "0"


def _kept(history: "History", job_id: str) -> set[int]:
    """The positions of items that an undo told to be kept, or could not do."""
    undo_id = history.ledger.undone.get(job_id)
    if undo_id is None:
        return set(range(100))
    reply = gateway.results(history.cloud, undo_id)
    if reply is None:
        return set(range(100))
    results = json.loads(reply.body)["results"]
    kept = {position for position, result in enumerate(results) if result in ("kept", "busy")}
    chain = history.ledger.writers[job_id]
    if chain.kind != "import":
        return kept
    people = {chain.operations[position].person for position in kept}
    return {position for position, operation in enumerate(chain.operations) if operation.person in people}


def _written(history: "History", job_id: str) -> Iterator[tuple[str, int]]:
    """What a job wrote that is there: where, and for which position; what is of nobody is told apart."""
    tables = history.cloud.dynamodb.tables
    for key, item in tables["memberships"].items():
        writer, _, position = item["origin"]["S"].rpartition("#")
        if writer == job_id and "left_at" not in item and _has_its_customer(history, key[0]):
            yield f"membership {key[0]}", int(position)
    for (pk, sk), item in tables["earns"].items():
        writer, _, position = sk.rpartition("#")
        if writer == job_id and _has_its_customer(history, pk):
            yield f"earn {pk}", int(position)
        writer, _, position = item.get("revoked_by", {"S": ""})["S"].rpartition("#")
        if writer == job_id:
            yield f"revoked earn {pk}", int(position)
    for key, item in tables["customers"].items():
        writer, _, position = item.get("origin", {"S": ""})["S"].rpartition("#")
        if writer == job_id:
            yield f"customer {key[0]}", int(position)


def _one_content_of_each_fed_chunk(history: "History") -> None:
    for chain in history.ledger.chains.values():
        if chain.note.get("fed") != "other contents":
            continue
        job_id = chain.note["job"]
        people: defaultdict[int, set[str]] = defaultdict(set)
        for where, position in _written(history, job_id):
            people[position].add(where.rpartition("#")[2])
        if any(len(one) > 1 for one in people.values()):
            history.find("fed", f"{job_id}: one chunk number was done with two contents: {_sorted(people)}")


def _sorted(people: dict[int, set[str]]) -> dict[int, list[str]]:
    return {position: sorted(names) for position, names in sorted(people.items())}


def _earned_ids(history: "History") -> None:
    ids = Counter(
        item["earned_id"]["N"] for (_, sk), item in history.cloud.dynamodb.tables["earns"].items() if sk != "tally"
    )
    if twice := [one for one, count in ids.items() if count > 1]:
        history.find("ids", f"earnedIds that two earns have: {twice}")
