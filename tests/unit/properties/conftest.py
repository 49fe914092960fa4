"""Properties that hold for any input: the same examples in every run, however slow the machine is today."""

from hypothesis import settings

settings.register_profile("loyalty", deadline=None, derandomize=True, database=None)
settings.load_profile("loyalty")
