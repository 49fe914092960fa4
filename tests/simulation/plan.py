"""What a history is to hold, drawn from its seed: who does what, from when on, in which weather."""

import random
from dataclasses import dataclass, field, replace

from tests.simulation.scene import Scene, Spec, begun_again
from tests.simulation.weather import Weather

FEATURES = (
    *("spelling", "rotation", "boundary", "key", "repeat", "import", "earn", "enrol", "fed", "undo", "erase"),
    *("revoke", "redrive", "operator", "week", "twice", "leave", "erasure", "record", "cancel", "retry", "handing"),
)
"""What may be left out of all histories, to look for the rest."""


@dataclass(frozen=True)
class Plan:
    """A whole history to be. `inline_limit`, `weight` and `gather_seconds` are settings that make requests jobs.

    A request sends `sent_at_once` chunks of an undo or a retry itself, and hands on more.
    """

    seed: int
    specs: tuple[Spec, ...]
    weather: Weather
    inline_limit: int
    weight: int
    gather_seconds: float
    sent_at_once: int
    features: frozenset[str] = field(default_factory=frozenset)


def draw(seed: int, without: frozenset[str] = frozenset()) -> Plan:
    """The plan of a seed, with none of the features that are left out."""
    rng = random.Random(f"{seed}/plan")  # noqa: S311 - no secret
    scene = Scene(rng, without)
    specs = scene.specs()
    apart = random.Random(f"{seed}/revoke")  # noqa: S311 - no secret; drawn apart, so that the others stay as they are
    plan = Plan(
        seed,
        (*specs, *_revocations(apart, specs, without)),
        scene.draw_weather(),
        inline_limit=rng.choice((2, 2, 4)),
        weight=rng.choice((2, 3)),
        gather_seconds=rng.choice((0.5, 2.0, 8.0)),
        sent_at_once=_drawn_at_once(seed, without),
        features=frozenset(FEATURES) - without,
    )
    everybody = (*plan.specs, *scene.removing(seed, plan.specs), *scene.recording(seed, plan.specs))
    return replace(plan, specs=(*everybody, *_stopping(seed, without)))


def _drawn_at_once(seed: int, without: frozenset[str]) -> int:
    """How many chunks a request sends itself; drawn apart as well."""
    drawn = random.Random(f"{seed}/handing").choice((100, 100, 100, 1, 2))  # noqa: S311 - no secret
    return 100 if "handing" in without else drawn


def _stopping(seed: int, without: frozenset[str]) -> list[Spec]:
    """Who cancels a job, and who retries one; drawn apart as well."""
    rng = random.Random(f"{seed}/stopping")  # noqa: S311 - no secret
    cancels, begin = rng.random() < 0.3, rng.choice((0.2, 2.0, 20.0)) * rng.random()
    what = {
        "pick": rng.random(),
        "soon": rng.random() < 0.7,
        "lag": rng.choice((0.0, 0.03, 0.3, 5.0)) * rng.random(),
        "times": rng.choice((1, 1, 2)),
        "gap": rng.choice((0.1, 5.0)),
    }
    specs = [Spec("cancel-98", "cancel", 0.0 if what["soon"] else begin, what)] if cancels else []
    if rng.random() < (0.7 if cancels else 0.15):
        patient = cancels and rng.random() < 0.8
        gap = rng.choice((0.2, 5.0, 60.0, 400.0)) * rng.random()
        again = {"pick": rng.random(), "patient": patient, "times": rng.choice((1, 2)), "gap": gap}
        specs.append(Spec("retry-99", "retry", 0.0 if patient else 200.0 * rng.random(), again))
    return [spec for spec in specs if spec.kind not in without]


def _revocations(rng: random.Random, specs: list[Spec], without: frozenset[str]) -> list[Spec]:
    """Who revokes what others earn: once that is answered, when a chunk of it is begun again, or at any time."""
    earning = [spec for spec in specs if spec.kind == "earn"]
    if not earning or "revoke" in without or rng.random() < 0.4:
        return []
    found = []
    for number in range(len(specs) + 1, len(specs) + rng.choice((2, 2, 3))):
        met = rng.choice(earning)
        people = [rng.choice(met.what["people"]) for _ in range(rng.choice((1, 1, 2, 4)))]
        what = {
            "rows": [{"person": one, "pick": rng.choice((None, None, rng.random()))} for one in people],
            "promotion": met.what["promotion"],
            "keyed": rng.random() < 0.5 and "key" not in without,
            "async": rng.random() < 0.4,
            "spelling": 0.0,
            "rotated": False,
            "boundary": False,
            "again": rng.choice((None, None, 2.0, 60.0)) if "repeat" not in without else None,
            "follows": rng.choice((None, met.name, met.name, begun_again(met.name))),
            "lag": rng.choice((0.0, 0.05, 1.0)) * rng.random(),
        }
        found.append(Spec(f"revoke-{number}", "revoke", rng.choice((0.2, 2.0, 20.0)) * rng.random(), what))
    return found
