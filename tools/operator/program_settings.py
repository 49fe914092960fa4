"""What `loyalty program put` tells of a program beside what it does: money, points, rewards and products."""

import re
from typing import Annotated, Any

import typer

from loyalty.domain import moment
from loyalty.domain.account import Product, ProgramSettings, Reward
from loyalty.store.tables.accounts import LONGEST_NAME

from .faults import OperatorError

_RATIOS = ("points_ratio", "reward_ratio", "earned_per_event")
_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_REWARD = re.compile(r"([^:]{1,64}):([0-9]{1,9}(?:\.[0-9]{1,6})?):(.{1,256})")
_PRODUCT = re.compile(r"([^:]{1,64}):(.{1,256})")

Currency = Annotated[
    str | None, typer.Option(metavar="CODE", help="The currency of its purchases, such as EUR; '' for none.")
]
Glyph = Annotated[str | None, typer.Option(metavar="SIGN", help="That currency's sign, such as €; '' for none.")]
PointsRatio = Annotated[str | None, typer.Option(metavar="NUMBER", help="Points that a purchase of 1 earns; '' for 1.")]
RewardRatio = Annotated[str | None, typer.Option(metavar="NUMBER", help="Points that are worth 1; '' for none.")]
EarnedPerEvent = Annotated[
    str | None, typer.Option(metavar="NUMBER", help="Dollars that each event earns; '' for none.")
]
PointsNames = Annotated[
    list[str] | None, typer.Option("--points-name", metavar="NAME", help="What its points are called; may be repeated.")
]
Rewards = Annotated[
    list[str] | None,
    typer.Option("--reward", metavar="ID:LEVEL:DESCRIPTION", help="What members may redeem; may be repeated."),
]
Products = Annotated[
    list[str] | None, typer.Option("--product", metavar="ID:NAME", help="What it counts; may be repeated.")
]


def changed(before: ProgramSettings, now: float, **said: Any) -> ProgramSettings:
    """The settings with what was said of them, a text or list for each; what is None stays. Raises OperatorError.

    A program that is new was made at `now`.
    """
    texts = {name: said[name] for name in ("currency", "glyph") if said[name] is not None}
    for name, text in texts.items():
        if len(text) > LONGEST_NAME:
            raise OperatorError(f"--{name} has at most {LONGEST_NAME} characters")
    ratios = {name: said[name] for name in _RATIOS if said[name] is not None}
    for name, text in ratios.items():
        if text and not _DECIMAL.fullmatch(text):
            raise OperatorError(f"--{name.replace('_', '-')} must be a number such as 1.5; it is {text!r}")
    plain: dict[str, Any] = {name: text or None for name, text in (texts | ratios).items()}
    settings = before._replace(**plain)
    if said["points_names"]:
        settings = settings._replace(currencies=tuple(said["points_names"]))
    if said["rewards"]:
        settings = settings._replace(rewards=tuple(map(_reward, said["rewards"])))
    if said["products"]:
        settings = settings._replace(products=tuple(map(_product, said["products"])))
    return settings if settings.created_at else settings._replace(created_at=moment.at(now))


def record(settings: ProgramSettings) -> dict[str, Any]:
    """What is set, as it is shown."""
    lists = {name: [one._asdict() for one in getattr(settings, name)] for name in ("rewards", "products")}
    told = settings._asdict() | {"currencies": list(settings.currencies)} | lists
    return {name: value for name, value in told.items() if value}


def _reward(text: str) -> Reward:
    parts = _REWARD.fullmatch(text)
    if not parts:
        raise OperatorError(f"The reward {text!r} is not ID:LEVEL:DESCRIPTION, such as 356:1000:Free Widget")
    return Reward(*parts.groups())


def _product(text: str) -> Product:
    parts = _PRODUCT.fullmatch(text)
    if not parts:
        raise OperatorError(f"The product {text!r} is not ID:NAME, such as 45678:Coffee")
    return Product(*parts.groups())
