"""Campaigns as Sticky Street's calls tell them."""

from typing import Any

from loyalty.domain import balances
from loyalty.domain.account import Program
from loyalty.operations.read.known import Member

TYPES = {"points": "points", "dollars": "giftcard", "visits": "events", "product": "buyx"}
"""What the vendor calls each kind of program."""

EARNED = "earned"
"""A giftcard campaign whose members earn a fixed amount for each event."""

Told = dict[str, Any]


def type_of(program: Program) -> str:
    """The vendor's name for a kind of program."""
    return EARNED if program.kind == "dollars" and program.settings.earned_per_event else TYPES[program.kind]


def head(program: Program) -> Told:
    """What tells a campaign from others."""
    return {"id": program.id, "name": program.name, "type": type_of(program)}


def described(program: Program) -> Told:
    """A campaign with its settings; those that are not set are left out."""
    settings, is_points = program.settings, program.kind == "points"
    told = {
        "points_ratio": (settings.points_ratio or "1") if is_points else None,
        "reward_ratio": settings.reward_ratio if is_points else None,
        "earned_per_event": settings.earned_per_event if program.kind == "dollars" else None,
        "currency": settings.currency,
        "glyph": settings.glyph,
        "created_stamp": settings.created_at and stamp(settings.created_at),
    }
    campaign = head(program) | {name: text for name, text in told.items() if text}
    if program.kind == "product":
        campaign["item"] = [{"id": one.id, "description": one.name} for one in program.settings.products]
    return campaign


def held(member: Member) -> Told:
    """A campaign with what a member of it has."""
    program, balance = member.program, member.balance
    if program.kind == "product":
        ids = {one.name: one.id for one in program.settings.products}
        counted = balances.counts(balance).items()
        items = [{"id": ids.get(name, ""), "description": name, "quantity": count} for name, count in counted]
        return head(program) | {"balances": items}
    has = balances.total(balance)
    rewards = [one for one in program.settings.rewards if balances.total(one.level) <= has]
    return head(program) | {
        "balance": balances.amount(program, balance),
        "available_rewards": [one._asdict() for one in rewards],
    }


def stamp(moment: str) -> str:
    """A moment (RFC 3339, UTC) as the vendor writes one: `2025-01-05 10:26:11`."""
    return moment[:19].replace("T", " ")
