"""What a client prefers, by the headers `Accept` and `Accept-Encoding` (RFC 9110, 12.4.2)."""

import re

_WEIGHT = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


def weights(header: str) -> dict[str, float]:
    """The weight of each choice in lower case, from 0, refused, to 1; one with a weight that is none is left out.

    Parameters other than `q` are passed over; of a choice that comes twice the larger weight counts.
    """
    found: dict[str, float] = {}
    for choice in header.lower().split(","):
        name, *parameters = (part.strip() for part in choice.split(";"))
        weight = next((value.strip() for key, _, value in map(_parted, parameters) if key.strip() == "q"), "1")
        if name and _WEIGHT.fullmatch(weight):
            found[name] = max(float(weight), found.get(name, 0.0))
    return found


def _parted(parameter: str) -> tuple[str, str, str]:
    return parameter.partition("=")
