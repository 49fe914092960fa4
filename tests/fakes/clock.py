"""A clock that tests move, and a sleep that moves it instead of waiting."""


class FakeClock:
    """Seconds that pass only when told; `pauses` are the sleeps that were asked for."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let the time pass, and at least a little, so that no loop goes on for ever."""
        self.pauses.append(seconds)
        self.now += max(seconds, 0.001)
