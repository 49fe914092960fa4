"""What the store holds of a person when all is at rest, said as the model's states are."""

from typing import TYPE_CHECKING, Any

from tests.simulation import model
from tests.simulation.ledger import Writer
from tests.simulation.model import SEED, State
from tests.simulation.people import ACCOUNT, Person

if TYPE_CHECKING:
    from tests.simulation.history import History


def shown(state: State) -> tuple[Any, ...]:
    fields = dict(state.customer.fields) if state.customer else {}
    name = (fields.get("first_name"), fields.get("registered")) if state.customer else None
    return (state.customer is not None, name, state.members, state.earns, state.revoked)


def of(history: "History", person: Person) -> tuple[Any, ...]:
    """What the store holds of a person, as `shown` says it."""
    tables, found = history.cloud.dynamodb.tables, history.look_up(person)
    if found is None:
        return (False, None, frozenset(), frozenset(), frozenset())
    profile_id = found[0]
    customer = tables["customers"][f"{ACCOUNT}#profile_id#{profile_id}",]
    name = tuple(customer[field]["S"] if field in customer else None for field in ("first_name", "registered"))
    members = frozenset(
        (key[0].split("#")[1], _by(history, item["origin"]["S"]))
        for key, item in tables["memberships"].items()
        if key[0].endswith(f"#{profile_id}") and key[0].startswith(f"{ACCOUNT}#") and "left_at" not in item
    )
    mine = {key: item for key, item in tables["earns"].items() if key[0].endswith(f"#{profile_id}")}
    earned = {(pk.split("#")[1], _by(history, sk)): item for (pk, sk), item in mine.items() if sk != "tally"}
    earns = frozenset(one for one, item in earned.items() if "revoked_by" not in item)
    revoked = frozenset(
        (*one, _by(history, item["revoked_by"]["S"])) for one, item in earned.items() if "revoked_by" in item
    )
    return (True, name, members, earns, revoked)


def tell(written: frozenset[tuple[str, Writer]]) -> str:
    return f"[{', '.join(sorted(f'{place} by {by.chain} {by.index}' for place, by in written))}]"


def _by(history: "History", origin: str) -> Writer:
    """Who wrote something; of an import only which, since the first of its rows that may makes the membership."""
    by = history.ledger.by(origin)
    if by is None:
        return SEED
    return by._replace(index=model.ANY_ROW) if history.ledger.chains[by.chain].kind == "import" else by
