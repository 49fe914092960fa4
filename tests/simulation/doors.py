"""The vendors' doors: how each kind of client writes what it wants, and reads what it is answered."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tests.simulation import vendors
from tests.simulation.people import Person
from tests.simulation.vendors import Answer, Sent, Way


class Door(NamedTuple):
    """One vendor's way: the function, how a request is written, how a reply is read, and what each item is about."""

    kind: str
    function: Callable[[Mapping[str, Any]], str]
    write: Callable[[Mapping[str, Any], Sequence[int], Way], Sent]
    read: Callable[[Any, int], Answer]
    items: Callable[[Mapping[str, Any]], Sequence[tuple[str, Mapping[str, Any]]]]


def _registered(what: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    about = {"program": what["program"], "how": what["how"], "batch": not what["single"]}
    return [(person.name, about) for person in what["people"]]


def _earned(what: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(person.name, {"promotion": what["promotion"].id, "how": "email"}) for person in what["people"]]


def _imported(what: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    lines = _lines(what)
    overwrite = _overwrite(what)
    return [
        (
            row["person"].name,
            {
                "fields": {name: text for name, text in line.items() if name != "auto_add" and text},
                "credit": line.get("auto_add"),
                "overwrite": overwrite,
                "campaigns": what["campaigns"],
            },
        )
        for row, line in zip(what["rows"], lines, strict=True)
    ]


def _revoked(what: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    about = {"promotion": what["promotion"].id, "how": "email"}
    return [(person.name, {**about, "ids": ids}) for person, ids in _targets(what)]


def _targets(what: Mapping[str, Any]) -> list[tuple[Person, tuple[int, ...] | None]]:
    """Whose earns are revoked, and which: one that a client was told of, where there is one, or all."""
    known: dict[str, Any] = what["known"]
    if not known:
        for place, row in enumerate(what["rows"]):
            ids = what["earned"](row["person"].name, what["promotion"].id)
            picked = (ids[int(row["pick"] * len(ids))],) if row["pick"] is not None and ids else None
            known[str(place)] = (row["person"], picked)
    return [known[str(place)] for place in range(len(what["rows"]))]


def _write_revocation(what: Mapping[str, Any], wanted: Sequence[int], way: Way) -> Sent:
    targets = _targets(what)
    return vendors.revocation(what, [targets[index] for index in wanted], way)


def _overwrite(what: Mapping[str, Any]) -> str:
    """A row must not blank the phone of a person of the demo data, by which others find it."""
    known = any(row["person"].profile_id for row in what["rows"])
    return "update" if known and what["overwrite"] == "yes" else str(what["overwrite"])


def _lines(what: Mapping[str, Any]) -> list[dict[str, str]]:
    number = int(what["name"].rpartition("-")[2])
    lines = []
    for index, row in enumerate(what["rows"]):
        line = {name: str(getattr(row["person"], name)) for name in sorted(row["given"])}
        line["first_name"] = f"{what['name']} {index}"
        if row["card"]:
            line["card_number"] = row["card"]
        if row["credit"]:
            line["auto_add"] = str(100 * number + index)
        lines.append(line)
    return lines


def _write_registration(what: Mapping[str, Any], wanted: Sequence[int], way: Way) -> Sent:
    return vendors.registration({**what, "people": [what["people"][index] for index in wanted]}, way)


def _write_earning(what: Mapping[str, Any], wanted: Sequence[int], way: Way) -> Sent:
    return vendors.earning({**what, "people": [what["people"][index] for index in wanted]}, way)


def _write_rows(what: Mapping[str, Any], wanted: Sequence[int], way: Way) -> Sent:
    lines = _lines(what)
    return vendors.rows({**what, "overwrite": _overwrite(what)}, [lines[index] for index in wanted], way)


def _removed(what: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(person.name, {"program": what["program"], "how": what["how"], "door": True}) for person in what["people"]]


def _write_removal(what: Mapping[str, Any], _wanted: Sequence[int], way: Way) -> Sent:
    return vendors.removal({**what, "erases": what["name"].startswith("erasure")}, way)


def _recorded(what: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    fields = _fields(what)
    about = {name: what[name] for name in ("action", "blank", "campaigns")}
    given = {name: text for name, text in fields.items() if name not in ("campaign_id", "auto_add") and text}
    return [(person.name, {**about, "fields": given, "credit": fields.get("auto_add")}) for person in what["people"]]


def _fields(what: Mapping[str, Any]) -> dict[str, str]:
    (person,) = what["people"]
    fields = {name: str(getattr(person, name)) for name in ("code", *what["given"])}
    fields |= {"first_name": what["name"], "campaign_id": ",".join(what["campaigns"])} | dict.fromkeys(
        what["blank"], ""
    )
    credit = {"auto_add": str(100 * int(what["name"].rpartition("-")[2]))}
    return fields | (credit if what["credit"] and what["campaigns"] else {})


DOORS = {
    "register": Door(
        "enrol",
        lambda what: "register_member" if what["single"] else "register_member_batch",
        _write_registration,
        lambda reply, _count: vendors.read_registration(reply),
        _registered,
    ),
    "import": Door("import", lambda _what: "customers_batch", _write_rows, vendors.read_rows, _imported),
    "earn": Door(
        "earn",
        lambda _what: "direct_earn",
        _write_earning,
        lambda reply, _count: vendors.read_earning(reply),
        _earned,
    ),
    "record": Door(
        "record",
        lambda _what: "customers_batch",
        lambda what, _wanted, way: vendors.record(what, _fields(what), way),
        lambda reply, _count: vendors.read_record(reply),
        _recorded,
    ),
    "leave": Door(
        "leave",
        lambda _what: "delete_member",
        _write_removal,
        lambda reply, _count: vendors.read_removal(reply),
        _removed,
    ),
    "erasure": Door(
        "erase",
        lambda _what: "profiles_delete",
        _write_removal,
        lambda reply, _count: vendors.read_removal(reply),
        _removed,
    ),
    "revoke": Door(
        "revoke",
        lambda _what: "revoke_direct_earn",
        _write_revocation,
        lambda reply, _count: vendors.read_revocation(reply),
        _revoked,
    ),
}
"""The doors, by the kind of client."""
