"""Our own API to look up what is stored: customers by any identifier, programs and promotions, in JSON.

It is for the console and for scripts; errors are problem details, credentials those of the jobs API.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from loyalty.domain.account import READ, Account, Caller, Credential, Program, Promotion
from loyalty.domain.errors import BadRequest, CustomerNotFound, ParameterError, RequestError
from loyalty.domain.identifiers import SHARED, UNIQUE, normalise, refused_as
from loyalty.domain.profile import MIGRATED, SECRETS
from loyalty.http.request import Reply, Request
from loyalty.operations.read.known import Known, writer
from loyalty.operations.read.queries import (
    CUSTOMER,
    NAMED,
    NOTHING,
    PROGRAMS,
    PROMOTIONS,
    Found,
    Named,
    Nothing,
    Query,
    Question,
    Who,
)
from loyalty.settings import Settings
from loyalty.vendors import jobs_api

Document = Mapping[str, Any]


@dataclass(frozen=True)
class OwnCall(Generic[Question, Found]):
    """A route: `read` makes the question of a request, `write` the document; both may raise RequestError."""

    name: str
    asks: Query[Question, Found]
    read: Callable[[Request, Account], Question]
    write: Callable[[Request, Found], Document]
    rights = (READ,)

    def open(self, request: Request) -> "OwnExchange[Question, Found]":
        """Begin with a request."""
        return OwnExchange(self, request)


class OwnExchange(Generic[Question, Found]):
    """One request."""

    def __init__(self, call: OwnCall[Question, Found], request: Request) -> None:
        self._call, self._request = call, request

    def credentials(self, _settings: Settings) -> list[Credential]:
        """What the headers may mean."""
        return jobs_api.credentials(self._request)

    def identified(self, _caller: Caller) -> None:
        """No account changes how replies look."""

    def question(self, account: Account, _settings: Settings) -> Question:
        """What is asked."""
        return self._call.read(self._request, account)

    def reply(self, found: Found) -> Reply:
        """The document."""
        return jobs_api.answer(self._call.write(self._request, found))

    def error(self, error: RequestError) -> Reply:
        """Problem details."""
        return jobs_api.problem(error)


def _by_identifier(request: Request, account: Account) -> Who:
    named, text = request.query.get("kind", "").strip(), request.query.get("value", "")
    kinds = (*MIGRATED, *UNIQUE, *SHARED)
    kind = named if named in kinds else account.match_kind(named)
    if kind is None:
        names = [one.name for one in account.custom_fields if one.match]
        raise ParameterError("kind", f"must be one of {', '.join([*kinds, *names])}", named)
    if not text.strip():
        raise BadRequest("value is required: the identifier itself")
    spelling = normalise(kind, text)
    if spelling is None:
        raise BadRequest(refused_as("value", kind, text))
    return Who([(kind, spelling)])


def _found(request: Request, found: Named | None) -> Document:
    return {"customers": [_head(request, found.profile_id, found.customer_id)] if found else []}


def _of_path(request: Request, _account: Account) -> Who:
    spelling = normalise("profile_id", request.parameters.get("profile_id", ""))
    return Who([("profile_id", spelling)] if spelling else [], programs=None, promotions_of=None)


def _customer(request: Request, known: Known | None) -> Document:
    if known is None:
        raise CustomerNotFound
    customer = known.customer
    return {
        **_head(request, customer.profile_id, customer.customer_id),
        "fields": {name: text for name, text in sorted(customer.fields.items()) if name not in SECRETS},
        "created_by": writer(customer.created_by),
        "written_by": writer(customer.origin),
        "memberships": [
            {
                "program": one.program.id,
                "registered_at": one.registered_at,
                "balance": one.balance,
                "written_by": one.writer,
            }
            for one in known.memberships
        ],
        "earns": [
            {
                "promotion": usage.promotion.id,
                "program": usage.promotion.program_id,
                "earned_id": earn.earned_id,
                "earned_at": earn.earned_at,
                "source": earn.source,
                "written_by": earn.writer,
            }
            for usage in known.usages
            for earn in usage.earns
        ],
    }


def _head(request: Request, profile_id: str, customer_id: int) -> dict[str, Any]:
    links = {"self": f"{request.base}/customers/{profile_id}"}
    return {"profile_id": profile_id, "customer_id": customer_id, "links": links}


def _nothing(_request: Request, _account: Account) -> Nothing:
    return NOTHING


def _programs(_request: Request, programs: Sequence[Program]) -> Document:
    return {"programs": [_program(one) for one in programs]}


def _program(program: Program) -> Document:
    settings = program.settings._asdict()
    lists = {name: [one._asdict() for one in settings.pop(name)] for name in ("rewards", "products")}
    told = {**settings, **lists}
    head = {"program": program.id, "name": program.name, "kind": program.kind, "active": program.active}
    return head | {name: value for name, value in told.items() if value}


def _promotions(_request: Request, promotions: Sequence[Promotion]) -> Document:
    return {
        "promotions": [
            {
                "promotion": one.id,
                "program": one.program_id,
                "name": one.name,
                "active": one.active,
                "start": one.start,
                "end": one.end,
                "identifier": one.identifier,
                "limit": one.limit,
            }
            for one in promotions
        ]
    }


FIND_CUSTOMERS = OwnCall("read.find_customers", NAMED, _by_identifier, _found)
SHOW_CUSTOMER = OwnCall("read.show_customer", CUSTOMER, _of_path, _customer)
LIST_PROGRAMS = OwnCall("read.list_programs", PROGRAMS, _nothing, _programs)
LIST_PROMOTIONS = OwnCall("read.list_promotions", PROMOTIONS, _nothing, _promotions)
