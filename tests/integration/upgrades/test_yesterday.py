"""The archive of yesterday's version is what it says it is."""

from tests.integration.upgrades.versions import archived, committed


def test_yesterday_is_the_commit_that_the_tests_name() -> None:
    # GIVEN the archive that stands in for the history that a shallow clone lacks
    files = archived()
    assert files
    # THEN it is that commit's, where the history is there to tell
    assert committed() in (None, files)
