"""One customer's tally of promotion 9: taking places in it, and who has them."""

from loyalty.store.engine.dynamodb import Database
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import earns, tallies
from loyalty.store.tables.earns import Earn
from tests.fakes.capillary import CapillaryWorld

YES, FULL, BUSY = Fate.DONE, Fate.REFUSED, Fate.BUSY


def count(world: CapillaryWorld, *origins: str, limit: int = 1, database: Database | None = None) -> list[Fate]:
    """What becomes of one customer's origins."""
    fates = tallies.count(database or world.database, "a", "9", limit, {"p": origins})
    return [fates[origin] for origin in origins]


def write(world: CapillaryWorld, origin: str) -> None:
    """Write the earn for which an origin has a place."""
    earns.insert_all(world.database, "a", "9", [Earn("p", 1, "JD", "2026-06-01T00:00:00Z", origin)])


def holders(world: CapillaryWorld) -> list[str]:
    """The origins that have a place."""
    tally = world.dynamodb.tables["earns"]["a#9#p", "tally"]
    origins = sorted(name for name in tally if "#" in name)
    assert int(tally["taken"]["N"]) == len(origins)
    return origins
