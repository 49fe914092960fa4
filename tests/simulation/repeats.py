"""What a request is answered when it comes again under its key, once its answer is known."""

from typing import TYPE_CHECKING

from tests.simulation.ledger import Chain, Operation
from tests.simulation.vendors import Answer, Said

if TYPE_CHECKING:
    from tests.simulation.history import History


def judge(history: "History", chain: Chain, answer: Answer, began: float) -> None:
    """Judge what a request that was answered is answered when it comes again under its key."""
    history.meet("key repeated")
    if chain.undo_done < began:
        history.meet("key repeated after undo")
        if answer.kind != "taken back":
            history.find("key", f"{chain.id}: its job was undone, and repeating its key is answered: {answer.kind}")
        return
    if answer.kind == "taken back" and chain.undo_asked < history.kernel.now:
        return
    if answer.kind == "cancelled" and chain.cancel_asked < history.kernel.now:
        history.meet("key repeated after cancel")
        return
    closed = answer.kind == "refused" or {one.result for one in answer.items} == {"refused"}
    if closed and history.meetings["actor: operator"]:
        return  # a program or promotion that was closed meanwhile refuses repetitions as well
    if answer.kind != "items":
        history.find("key", f"{chain.id}: repeating it is answered {answer}")
        return
    for operation, said in zip(chain.operations, answer.items, strict=True):
        told = (_plain(operation.result), operation.detail)
        if (
            operation.result
            and told != (said.result, said.detail)
            and not _may_differ(history, operation, told[0], said)
        ):
            history.find("key", f"{operation.by}: told {told} before, now {said}")


def _may_differ(history: "History", operation: Operation, told: str | None, said: Said) -> bool:
    """Whether an item may be told this when its request is repeated.

    Counts alone don't say which row is which; what was refused for what items share is mended by a redrive; and
    what could be told but not stored is looked up again: it may have gone with its customer.
    """
    if told == "refused" and history.invariants.closed:
        return True
    if said.result == "not found":
        return history.ledger.is_removed(operation.person)
    return said.result == "done" and told in ("created", "updated", "ignored", "done")


def _plain(result: str | None) -> str | None:
    return "exists" if result == "exists or own" else result
