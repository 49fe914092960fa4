"""Which function answers which query: each is named once."""

from collections.abc import Callable, Mapping
from typing import Any

from loyalty.domain.account import Account
from loyalty.operations.read import configuration, customers, free_cards, passwords, searching
from loyalty.operations.read.queries import (
    ACCOUNT,
    CUSTOMER,
    FREE_CARD,
    MEMBERSHIP,
    NAMED,
    PASSWORD,
    PROGRAMS,
    PROMOTIONS,
    SEARCH,
    Found,
    Query,
    Question,
)
from loyalty.store.engine.dynamodb import Database

Answer = Callable[[Database, Account, Question], Found]


def _pair(query: Query[Question, Found], answer: Answer[Question, Found]) -> tuple[str, Answer[Any, Any]]:
    return query.name, answer


_ANSWERS: Mapping[str, Answer[Any, Any]] = dict(
    [
        _pair(NAMED, customers.named),
        _pair(CUSTOMER, customers.customer),
        _pair(MEMBERSHIP, customers.membership),
        _pair(SEARCH, searching.search),
        _pair(PASSWORD, passwords.check),
        _pair(FREE_CARD, free_cards.draw),
        _pair(PROGRAMS, configuration.programs),
        _pair(PROMOTIONS, configuration.all_promotions),
        _pair(ACCOUNT, configuration.settings),
    ]
)
"""The only place where the types of questions and findings are forgotten, once they are checked to fit."""


def of(query: Query[Question, Found]) -> Answer[Question, Found]:
    """What answers a query."""
    return _ANSWERS[query.name]
