"""Histories that failed once, shrunk: `make test` replays them before any others.

The place of a fault in a history is the number of a call, which a change of the code may move: then such a history is
another one, which does no harm.
"""

from tests.simulation.cases import Case

SENT = frozenset({"handing"})
"""What those leave out that failed before chunks were handed on."""

ALONE = SENT | {"spelling", "rotation", "boundary"}
"""What these histories leave out, so that each shows one thing."""

REGRESSIONS: dict[str, Case] = {
    "a customer is erased while an import writes for it": Case(
        499, frozenset({"import-2", "erase-6"}), frozenset(), without=ALONE | {"week", "fed", "repeat"}
    ),
    "an undone job is answered under its key": Case(9, without=ALONE),
    "a chunk that waits for another comes round too often": Case(232, without=ALONE),
    "a fed job whose positions are wrong is done": Case(6, without=ALONE),
    "what has expired is told": Case(26, without=ALONE),
    "a job is made anew after it expired": Case(43, without=ALONE),
    "busy items of a job are never done under its key": Case(46, without=ALONE),
    "a path that is spelt in another way is another request": Case(
        2, without=SENT | {"rotation", "boundary", "undo", "erase", "redrive", "operator", "week", "fed"}
    ),
    "an undo keeps what its job made": Case(618, without=ALONE),
    "an undo leaves rows that a delivery wrote after it": Case(700, without=ALONE),
    "one chunk number is done with two contents": Case(819, without=ALONE),
    "an earn that is told as not issued is there": Case(
        371, without=ALONE | {"undo", "erase", "redrive", "operator", "week", "fed", "key"}
    ),
    "a later row makes a member anew of who left since the first": Case(1_007_990, without=SENT),
    "an identifier is lost between a registration's look-up and its write": Case(1_008_084, without=SENT),
    "a registration finds its membership swept, and its customer a moment ago": Case(1_013_006, without=SENT),
    "a revocation forgets an earn that was taken back before it came again": Case(1_008_282, without=SENT),
    "a revocation comes again, and revokes what was earned since": Case(1_014_833, without=SENT),
    "an earn is revoked, withdrawn since its customer is leaving, and earned once more": Case(1_020_621, without=SENT),
    "the same without a limit": Case(1_046_228, without=SENT),
    "what was refused for what items share is mended by a redrive, and not found": Case(1_037_101, without=SENT),
    "two clients ask for the same word for word, without a key": Case(1_046_612, without=SENT),
    "what is delivered twice wakes all that waited, again and again": Case(2_023_049, without=SENT),
    "a registration that nobody heard of comes again after two others": Case(2_033_149, without=SENT),
    "a repeat goes on with the job of an attempt before the last": Case(2_039_663, without=SENT),
    "who is found a moment late, is gone, and was made anew": Case(3_005_744, without=SENT),
    "a redriven chunk that was written and given back is undone": Case(3_022_540, without=SENT),
    "a retry forgets late what was cancelled, and done since": Case(3_041_795, without=SENT),
    "a client is told to come again though all was sent and noted": Case(4_013_330, without=SENT),
    "a repetition dies before what it did is counted, and finds its program closed": Case(5_000_484, without=SENT),
    "a row goes ahead of an earlier one that could not be looked up": Case(5_036_269, without=SENT),
    "a cancel is written after another one and a retry": Case(5_037_552, without=SENT),
    "a retry finds all of it done, and dies before the end is noted": Case(6_003_385),
    "a row's customer is erased, a later row makes another, which the import's undo keeps": Case(7_023_173),
    "a row makes a member, dies, and changes the customer after others did": Case(8_000_720),
    "earns are revoked that are being withdrawn, since their customer is leaving": Case(8_002_888),
    "a customer loses the identifier that an erasure found it by": Case(8_039_148),
}
"""What went wrong, and the history."""
