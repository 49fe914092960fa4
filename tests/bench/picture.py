"""Pictures for docs/performance.md, as SVG: bars with a name and a number each."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

_WIDTH, _BAR, _GAP, _LEFT, _RIGHT, _TOP = 720, 22, 10, 250, 70, 40
_STYLE = (
    "text{font:13px sans-serif;fill:#24292f}.title{font-weight:bold}.bar{fill:#0969da}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.bar{fill:#58a6ff}}"
)


def bars(title: str, values: Mapping[str, float], unit: str) -> str:
    """A bar for each value, longest at the full width, with its number beside it."""
    height = _TOP + len(values) * (_BAR + _GAP)
    room = (_WIDTH - _LEFT - _RIGHT) / max(values.values())
    rows = "".join(_row(place, name, value, value * room, unit) for place, (name, value) in enumerate(values.items()))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>"
        f'<text class="title" x="10" y="22">{escape(title)}</text>{rows}</svg>\n'
    )


def _row(place: int, name: str, value: float, length: float, unit: str) -> str:
    top = _TOP + place * (_BAR + _GAP)
    middle = top + _BAR * 0.7
    return (
        f'<text x="{_LEFT - 10}" y="{middle:.0f}" text-anchor="end">{escape(name)}</text>'
        f'<rect class="bar" x="{_LEFT}" y="{top}" width="{length:.1f}" height="{_BAR}" rx="3"/>'
        f'<text x="{_LEFT + length + 8:.0f}" y="{middle:.0f}">{value:.3g}{escape(unit)}</text>'
    )
