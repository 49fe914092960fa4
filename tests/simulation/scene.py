"""The few people and things of one history, and who meets there: drawn from its seed."""

import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from tests.simulation import weather
from tests.simulation.people import IMPORTED, KNOWN, PROGRAMS, PROMOTIONS, STRANGER, Person
from tests.simulation.weather import Asked, Outage, Weather

WEEK = 7 * 24 * 3600.0

_LEADERS = {
    "register": ("undo", "import"),
    "earn": ("undo", "import"),
    "import": ("import",),
    "undo": ("import",),
}
"""Whom an actor may follow, rather the first: it begins when that one is answered, or when a chunk is taken back.

Nobody follows who lies in wait: both would wait for the other.
"""
_LED_BY = {"parting": ("undo",), "fresh": ("import",)}
_LAGS = {"import": (0.0, 0.1, 1.0, 5.0), "undo": (0.25, 0.25, 2.0)}
"""How many seconds later at most: a customer that was imported is found before all reads tell it, and one that an undo
takes back goes within a quarter of a second."""


_THEMES = ("mixed", "mixed", "mixed", "enrol", "import", "earn")
_MEETINGS = ("parting", "retried", "rivals", "redriven", "unheard", "fresh", "crowded", "contents")
"""What most of a history is about; half of them are about a meeting that chance alone brings about too seldom:

"parting" is an import that is undone while others write for its customers,
"retried" a small request that was answered as busy, and is repeated while its job is undone;
in "rivals" others earn under a limit just when the chunk of an earn is begun again, whose worker may have died;
"redriven" is a job that was given up and is undone while its messages are redriven,
"unheard" are earns without a key whose answers are all lost for a while;
in "fresh" others write for customers a moment after they were imported,
in "crowded" the account has no invocations to spare for workers, for a quarter of an hour;
"contents" are two under one chunk number, whose workers may die.
"""
_TABLES = ("memberships", "earns", "customers")
_WRITES_TO = {"register": "memberships", "earn": "earns"}
"""Where an outage lets a request become a job, and none of its items be done."""
_CROWDED_SECONDS = 900.0
_DEADLY = {"dying worker": 0.5, "slow worker": 0.4}
_MOMENTS = (3, 4)
"""How likely these faults are among rivals, and at which of their writes: the place under the limit, or the earn."""
_HESITANT = {"slow request": 0.6, "slow worker": 0.6}
_EFFECTS = (weather.EFFECT,)
"""The same of the retried and the redriven: an undo meets who holds a chunk, and has not written yet."""


class Spec(NamedTuple):
    """An actor to be: its name, what it is, when it begins (seconds), and what it does."""

    name: str
    kind: str
    begin: float
    what: Mapping[str, Any]


def begun_again(client: str) -> str:
    """The signal that a chunk of a client's job is begun once more."""
    return f"{client} begun again"


class Scene:
    """The few people and things of one history, and the actors that meet there."""

    def __init__(self, rng: random.Random, without: frozenset[str]) -> None:
        self._rng, self._without = rng, without
        self._known = rng.sample(KNOWN, rng.choice((1, 2, 3)))
        self._imported = rng.sample(IMPORTED, rng.choice((1, 2, 3)))
        self._programs = rng.sample(PROGRAMS, rng.choice((1, 1, 2)))
        self._promotions = rng.sample(PROMOTIONS, rng.choice((1, 1, 2)))
        self.theme = rng.choice(rng.choice((_THEMES, _MEETINGS)))
        self._refused = rng.choice(_TABLES)

    def specs(self) -> list[Spec]:
        """The actors, named by what they are and their number."""
        rng = self._rng
        clients = [self._client(self._kind()) for _ in range(rng.choice((1, 2, 2, 3)))]
        if self.theme in ("parting", "fresh"):
            clients = [self._client("import"), *(self._client(rng.choice(("register", "earn"))) for _ in clients)]
        if self.theme == "unheard":
            clients = [("earn", {**self._earning(), **self._way(), "keyed": False, "async": False}) for _ in clients]
        if self.theme == "rivals":
            clients = self._rivals(1 + len(clients))
        if self.theme == "redriven":
            kind, what = self._client(rng.choice(sorted(_WRITES_TO)))
            clients, self._refused = [(kind, {**what, "keyed": False, "async": True})], _WRITES_TO[kind]
        if self.theme == "retried":
            self._refused = _WRITES_TO.get(clients[0][0], "customers")
        if self.theme == "crowded":
            clients = [(kind, {**what, "async": True}) for kind, what in clients]
        fed = [("feeder", self._fed())] if self.theme == "contents" or rng.random() < 0.2 else []
        others = [(kind, make()) for kind, chance, make in self._others() if rng.random() < chance]
        wanted = [*clients, *fed, *others]
        specs = [
            Spec(f"{kind}-{number}", kind, self._begin(kind), what)
            for number, (kind, what) in enumerate(wanted, start=1)
        ]
        return [spec for spec in self._led(specs) if self._is_wanted(spec)]

    def removing(self, seed: int, others: Sequence[Spec]) -> list[Spec]:
        """Who leaves or is erased through an API, drawn apart: the others are what they are without them."""
        rng = self._rng = random.Random(f"{seed}/removing")  # noqa: S311 - no secret
        leaders = [one for one in others if one.kind in ("register", "import")]
        specs = []
        for number, (kind, chance) in enumerate((("leave", 0.3), ("leave", 0.2), ("erasure", 0.15)), start=1):
            leader = rng.choice(leaders) if leaders and rng.random() < 0.6 else None
            follows = {"follows": leader and leader.name, "lag": rng.choice((0.0, 0.1, 1.0, 40.0)) * rng.random()}
            what = {**self._removal(leader), **self._way(), **follows}
            begin = 0.0 if leader else rng.choice((0.2, 2.0, 20.0)) * rng.random()
            spec = Spec(f"{kind}-{90 + number}", kind, begin, what)
            specs += [spec] if rng.random() < chance and self._is_wanted(spec) else []
        return specs

    def _removal(self, leader: Spec | None) -> dict[str, Any]:
        """Of somebody whom the leader is about, if there is one."""
        rng, what = self._rng, leader.what if leader else {}
        people = what.get("people") or [row["person"] for row in what.get("rows", ())] or [self._someone()]
        program = what.get("program") or rng.choice(what.get("campaigns") or self._programs)
        return {"people": [rng.choice(people)], "how": rng.choice(("email", "phone")), "program": program}

    def recording(self, seed: int, others: Sequence[Spec]) -> list[Spec]:
        """Who records one customer, drawn apart as well: rather somebody whom an import is about."""
        rng = self._rng = random.Random(f"{seed}/recording")  # noqa: S311 - no secret
        leaders = [one for one in others if one.kind == "import"]
        specs = []
        for number, chance in enumerate((0.35, 0.25), start=1):
            leader = rng.choice(leaders) if leaders and rng.random() < 0.5 else None
            follows = {"follows": leader and leader.name, "lag": rng.choice((0.0, 0.1, 1.0, 40.0)) * rng.random()}
            begin = 0.0 if leader else rng.choice((0.2, 2.0, 20.0)) * rng.random()
            spec = Spec(f"record-{95 + number}", "record", begin, {**self._record(), **self._way(), **follows})
            specs += [spec] if rng.random() < chance and self._is_wanted(spec) else []
        return specs

    def _record(self) -> dict[str, Any]:
        rng = self._rng
        given = [name for name in ("email", "phone") if rng.random() < 0.6]
        return {
            "people": [rng.choice(self._imported)],
            "action": rng.choice(("new", "register", "edit", "edit")),
            "campaigns": list(self._programs[: rng.choice((0, 1, 2))]),
            "credit": rng.random() < 0.5,
            "given": given,
            "blank": ["phone"] if "phone" not in given and rng.random() < 0.5 else [],
        }

    def draw_weather(self) -> Weather:
        """What goes wrong."""
        rng = self._rng
        refused, lost = (partial(Outage, kind, begin=0.0) for kind in weather.OUTAGES)
        hesitant = partial(Asked, slow=True, likely=_HESITANT, moments=_EFFECTS)
        asked = {
            "parting": Asked(slow=True),
            "retried": hesitant(outages=[refused(self._refused, end=rng.choice((20.0, 60.0)))]),
            "rivals": Asked(likely=_DEADLY, moments=_MOMENTS),
            "redriven": hesitant(outages=[refused(self._refused, end=120.0)]),
            "unheard": Asked(slow=True, outages=[lost("earns", end=40.0)]),
            "fresh": Asked(slow=True, stale=1.0),
            "crowded": Asked(crowded=_CROWDED_SECONDS),
            "contents": Asked(likely=_DEADLY),
        }
        return weather.draw(rng, asked.get(self.theme, Asked()))

    def _rivals(self, count: int) -> list[tuple[str, Mapping[str, Any]]]:
        """Earns of one customer under a limit, the first of them through the queue."""
        limited = [one for one in PROMOTIONS if one.limit]
        shared = {"people": [self._rng.choice(self._known)], "promotion": self._rng.choice(limited)}
        return [("earn", {**self._way(), **shared, "async": number == 0}) for number in range(count)]

    def _led(self, specs: list[Spec]) -> list[Spec]:
        """The actors, some of which follow another: they begin at its signal, or a moment later."""
        rng = self._rng
        led: list[Spec] = []
        for spec in specs:
            kinds, chance = _LEADERS.get(spec.kind, ()), 0.9 if self.theme in _LED_BY else 0.4
            if spec.kind in ("register", "earn"):
                kinds = _LED_BY.get(self.theme, kinds)
            others = [one for one in specs if one is not spec and one.kind in kinds and not one.what.get("ambush")]
            leader = rng.choice(others) if others and rng.random() < chance else None
            lag = rng.choice(_LAGS[leader.kind]) * rng.random() if leader else 0.0
            what = {**spec.what, "follows": leader and leader.name, "lag": lag}
            if self.theme == "rivals" and spec.kind == "earn" and led:
                leader, lag = led[0], rng.choice((0.0, 0.05, 0.5)) * rng.random()
                what |= {"follows": begun_again(leader.name), "lag": lag}
            led.append(spec._replace(begin=0.0 if leader else spec.begin, what=what))
        return led

    def _is_wanted(self, spec: Spec) -> bool:
        named = {"register": "enrol", "feeder": "fed"}.get(spec.kind, spec.kind)
        return named not in self._without

    def _others(self) -> list[tuple[str, float, Callable[[], Mapping[str, Any]]]]:
        rng = self._rng
        sure = {"parting": 1.0, "retried": 1.0, "redriven": 1.0, "fresh": 0.2}.get(self.theme, 0.8)
        return [
            ("undo", sure, lambda: self._undo(times=self._twice(), gap=rng.choice((0.0, 0.1, 40.0)))),
            ("undo", 0.25, lambda: self._undo(times=1, gap=0.0)),
            (
                "redrive",
                1.0 if self.theme == "redriven" else 0.35,
                lambda: {"times": rng.choice((1, 3)), "gap": rng.choice((20.0, 60.0, 400.0))},
            ),
            ("erase", 0.25, self._erased),
            ("operator", 0.2, self._change),
            ("week", 0.1, dict),
        ]

    def _undo(self, times: int, gap: float) -> dict[str, Any]:
        rng = self._rng
        chance = {"parting": 0.0, "retried": 0.8, "redriven": 0.9}.get(self.theme, 0.25)
        ambush, patient = rng.random() < chance, rng.random() < 0.7
        return {"pick": rng.random(), "times": times, "gap": gap, "ambush": ambush, "patient": patient}

    def _twice(self) -> int:
        return 1 if "twice" in self._without else self._rng.choice((1, 2))

    def _begin(self, kind: str) -> float:
        rng = self._rng
        if kind == "week":
            return WEEK + 3600.0
        if kind == "redrive" and self.theme == "redriven":
            return 100.0 + 100.0 * rng.random()
        if kind in ("undo", "redrive"):
            return rng.choice((0.2, 1.0, 6.0, 30.0, 200.0, 900.0)) * rng.random()
        return rng.choice((0.02, 0.2, 2.0, 20.0)) * rng.random()

    def _kind(self) -> str:
        kinds = [kind for kind in ("register", "import", "earn") if self._is_wanted(Spec("", kind, 0, {}))]
        if self.theme in ("enrol", "import", "earn") and self._rng.random() < 0.8:
            return "register" if self.theme == "enrol" else self.theme
        return self._rng.choice(kinds)

    def _client(self, kind: str) -> tuple[str, Mapping[str, Any]]:
        makes = {"register": self._registration, "import": self._import, "earn": self._earning}
        return kind, {**makes[kind](), **self._way()}

    def _way(self) -> dict[str, Any]:
        """How a client goes about it: with a key or not, waiting or not, and whether it repeats when all is done."""
        rng, without = self._rng, self._without
        return {
            "keyed": (rng.random() < 0.55 or self.theme == "retried") and "key" not in without,
            "async": rng.random() < 0.3 and self.theme != "retried",
            "spelling": rng.random() if "spelling" not in without else 0.0,
            "rotated": rng.random() < 0.3 and "rotation" not in without,
            "boundary": rng.random() < 0.3 and "boundary" not in without,
            "again": rng.choice((None, None, 2.0, 60.0, 1000.0)) if "repeat" not in without else None,
        }

    def _size(self) -> int:
        sizes = {"retried": (1, 1, 2), "redriven": (5, 6)}  # few enough for the request, and too many for it
        return self._rng.choice(sizes.get(self.theme, (1, 1, 2, 3, 4, 6)))

    def _someone(self) -> Person:
        rng = self._rng
        if rng.random() < 0.06:
            return STRANGER
        return rng.choice(self._known if self.theme not in _LED_BY and rng.random() < 0.6 else self._imported)

    def _registration(self) -> dict[str, Any]:
        rng = self._rng
        how = rng.choice(("email", "email", "phone", "profile_id"))
        people = [self._someone() for _ in range(self._size())]
        if how == "profile_id":
            people = [person for person in people if person.profile_id] or [self._known[0]]
        single = len(people) == 1 and rng.random() < 0.5
        return {"people": people, "how": how, "program": rng.choice(self._programs), "single": single}

    def _import(self) -> dict[str, Any]:
        rng = self._rng
        rows = [self._row() for _ in range(self._size())]
        campaigns = list(self._programs) if rng.random() < 0.5 else [self._programs[0]]
        return {
            "rows": rows,
            "campaigns": campaigns,
            "overwrite": rng.choice(("update", "update", "yes", "ignore")),
            "undoable": rng.random() < 0.9,
        }

    def _row(self) -> dict[str, Any]:
        rng = self._rng
        known = rng.random() < 0.2
        person = rng.choice(self._known if known else self._imported)
        chance = 1.0 if self.theme in _LED_BY else 0.7
        given = {"email"} if known else {"code", *(name for name in ("email", "phone") if rng.random() < chance)}
        card = rng.choice(("K1", "K2")) if not known and rng.random() < 0.2 else None
        return {"person": person, "given": given, "card": card, "credit": rng.random() < 0.5}

    def _earning(self) -> dict[str, Any]:
        people = [self._someone() for _ in range(self._size())]
        return {"people": people, "promotion": self._rng.choice(self._promotions)}

    def _fed(self) -> dict[str, Any]:
        rng = self._rng
        operation = rng.choice(("enrol", "earn"))
        fault = rng.choice((None, None, "missing", "overlap", "other contents"))
        fault = "other contents" if self.theme == "contents" else fault
        people = [rng.choice(self._known) for _ in range(rng.choice((3, 4)))]
        others = rng.sample([one for one in KNOWN if one not in people], 2)
        what: dict[str, Any] = {"operation": operation, "people": people, "others": others, "fault": fault}
        what["size"] = rng.choice((1, 2))
        what["later"] = rng.choice((0.0, 40.0)) if fault == "other contents" else 0.0
        return {**what, "program": self._programs[0], "promotion": self._promotions[0]}

    def _erased(self) -> dict[str, Any]:
        rng = self._rng
        return {"person": rng.choice([*self._known, *self._imported]), "ambush": rng.random() < 0.5}

    def _change(self) -> dict[str, Any]:
        rng = self._rng
        limited = [one for one in self._promotions if one.limit]
        what = rng.choice(("limit", "promotion", "program")) if limited else rng.choice(("promotion", "program"))
        promotion = rng.choice(limited if what == "limit" else self._promotions)
        return {"what": what, "promotion": promotion, "program": self._programs[0], "gap": rng.choice((1.0, 70.0))}
