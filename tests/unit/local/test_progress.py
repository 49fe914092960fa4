"""What a start says of itself."""

import re
import threading

from tools.local.progress import Progress


def test_a_step_that_takes_long_is_said_to_be_waited_for_until_the_next() -> None:
    # GIVEN a start whose steps are long after no time at all
    said: list[str] = []
    twice = threading.Event()

    def say(line: str) -> None:
        said.append(re.sub(r"^ *\d+\.\d s  ", "", line))
        if said.count("Starting the emulator: still waiting for that") == 2:
            twice.set()

    with Progress(say, long_seconds=0.001) as progress:
        # WHEN one does not end
        progress("Starting the emulator")
        assert twice.wait(30)
        # AND the next one begins, and all is done
        progress.done()
        told = len(said)
        patient = Progress(say)
        patient("Ready soon")
        patient.done()
    # THEN that was said again and again, and no more once it was over
    assert said[0] == "Starting the emulator"
    assert set(said[1:told]) == {"Starting the emulator: still waiting for that"}
    assert said[-1] == "Ready soon"
