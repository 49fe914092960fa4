"""A plugin of pytest for runs in one process: a test has the same id in each of them.

mutmut runs pytest again and again in the process that has the tests, and names them by the ids of the first run. But
pytest escapes ids that it has made once more each time; then it knows no test of the old id, and mutmut takes that for
a change that was noticed.
"""

import pytest


def pytest_collection_finish(session: pytest.Session) -> None:
    """Have pytest forget the ids that it made."""
    for item in session.items:
        for mark in item.iter_markers("parametrize"):
            if made := mark._param_ids_from:  # noqa: SLF001 - pytest has no other way
                object.__setattr__(made, "_param_ids_generated", None)
