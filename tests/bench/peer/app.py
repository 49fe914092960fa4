"""The peer's service, as `uvicorn tests.bench.peer.app:app` runs it: bulk registrations, imports and earns, JSON only.

A batch of registrations is one statement: a join finds the customers, ON CONFLICT keeps members as they are. Imported
rows are copied into a staging table, from which two statements make customers and members. An earn under a limit is an
update with a condition, all of a request in one statement.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NotRequired

from fastapi import FastAPI
from psycopg_pool import AsyncConnectionPool
from pydantic import AwareDatetime, TypeAdapter, ValidationError
from typing_extensions import TypedDict

TABLES = """
CREATE TABLE customers (email text PRIMARY KEY, profile_id text NOT NULL);
CREATE TABLE memberships (program text, profile_id text, registered_at timestamptz, PRIMARY KEY (program, profile_id));
CREATE TABLE people (email text PRIMARY KEY, phone text UNIQUE, code text UNIQUE, first_name text,
  profile_id text DEFAULT md5(random()::text));
CREATE TABLE tallies (promotion text, profile_id text, taken int NOT NULL, PRIMARY KEY (promotion, profile_id));
CREATE TABLE earns (id bigserial PRIMARY KEY, promotion text, profile_id text);
INSERT INTO customers SELECT 'person' || n || '@example.com', lpad(to_hex(n), 24, '0') FROM generate_series(0, 9999) n;
ANALYZE customers;
"""

_REGISTER = """
WITH wanted AS (
  SELECT * FROM unnest(%(emails)s::text[], %(dates)s::timestamptz[]) WITH ORDINALITY AS w (email, registered_at, place)
), found AS (
  SELECT DISTINCT ON (profile_id) place, profile_id, registered_at FROM wanted JOIN customers USING (email)
  ORDER BY profile_id, place
), new AS (
  INSERT INTO memberships SELECT %(program)s, profile_id, registered_at FROM found ON CONFLICT DO NOTHING
  RETURNING profile_id
)
SELECT wanted.place, customers.profile_id, new.profile_id IS NOT NULL AND found.place IS NOT NULL
FROM wanted LEFT JOIN customers USING (email) LEFT JOIN found USING (place)
LEFT JOIN new ON new.profile_id = found.profile_id
"""


_STAGE = """
CREATE TEMPORARY TABLE staged (email text, phone text, code text, first_name text) ON COMMIT DROP
"""
_IMPORT = """
WITH made AS (
  INSERT INTO people (email, phone, code, first_name) SELECT email, phone, code, first_name FROM staged
  ON CONFLICT (email) DO UPDATE SET phone = EXCLUDED.phone, code = EXCLUDED.code, first_name = EXCLUDED.first_name
  RETURNING profile_id, xmax = 0 AS is_new
), joined AS (
  INSERT INTO memberships SELECT %(program)s, profile_id, now() FROM made ON CONFLICT DO NOTHING
)
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM made
"""
_EARN = """
WITH wanted AS (
  SELECT * FROM unnest(%(emails)s::text[]) WITH ORDINALITY AS w (email, place)
), found AS (
  SELECT place, profile_id FROM wanted JOIN customers USING (email)
), taken AS (
  INSERT INTO tallies SELECT DISTINCT %(promotion)s, profile_id, 1 FROM found
  ON CONFLICT (promotion, profile_id) DO UPDATE SET taken = tallies.taken + 1 WHERE tallies.taken < %(limit)s
  RETURNING profile_id
), earned AS (
  INSERT INTO earns (promotion, profile_id) SELECT %(promotion)s, profile_id FROM taken RETURNING id, profile_id
)
SELECT wanted.place, found.profile_id, earned.id
FROM wanted LEFT JOIN found USING (place) LEFT JOIN earned ON earned.profile_id = found.profile_id
"""
_LIMIT = 3


class Member(TypedDict):
    """One item."""

    email: str
    registration_date: NotRequired[AwareDatetime]


class Row(TypedDict):
    """A row of an import."""

    email: str
    phone: NotRequired[str]
    code: NotRequired[str]
    first_name: NotRequired[str]


class Attempt(TypedDict):
    """One that is to earn."""

    identifierValue: str
    source: NotRequired[str]


_MEMBER, _ROWS, _ATTEMPTS = TypeAdapter(Member), TypeAdapter(list[Row]), TypeAdapter(list[Attempt])
_pool = AsyncConnectionPool(os.environ.get("PEER_DSN", ""), min_size=4, max_size=8, open=False)


@asynccontextmanager
async def _connected(_app: FastAPI) -> AsyncIterator[None]:
    async with _pool:
        yield


app = FastAPI(lifespan=_connected)


@app.post("/api/v1.1/loyalty/register_member_batch")
async def register_member_batch(document: dict[str, Any]) -> dict[str, Any]:
    """Register many."""
    results = await _register(str(document["loyalty_program_id"]), document["data"])
    return {"error": 0, "error_text": "Successful operation", "result": results}


@app.post("/api/v1.1/loyalty/register_member")
async def register_member(document: dict[str, Any]) -> dict[str, Any]:
    """Register one."""
    (result,) = await _register(str(document["loyalty_program_id"]), [document])
    return result


@app.post("/import")
async def import_customers(document: dict[str, Any]) -> dict[str, Any]:
    """Import rows into one campaign."""
    rows = _ROWS.validate_python(document["rows"])
    names = ("email", "phone", "code", "first_name")
    async with _pool.connection() as connection, connection.cursor() as cursor:
        await cursor.execute(_STAGE)
        async with cursor.copy(f"COPY staged ({', '.join(names)}) FROM STDIN") as copy:
            for row in rows:
                await copy.write_row([row["email"].strip().lower(), *(row.get(name) for name in names[1:])])
        counts = await (await cursor.execute(_IMPORT, {"program": str(document["campaign"])})).fetchone()
    new, updated = counts or (0, 0)
    return {"status": "success", "batch": {"status": "imported", "customers": {"new": new, "updated": updated}}}


@app.post("/earn")
async def earn(document: dict[str, Any]) -> dict[str, Any]:
    """Issue a promotion under a limit to distinct customers."""
    attempts = _ATTEMPTS.validate_python(document["customers"])
    parameters = {
        "promotion": str(document["promotion"]),
        "emails": [one["identifierValue"].strip().lower() for one in attempts],
        "limit": _LIMIT,
    }
    async with _pool.connection() as connection:
        rows = await (await connection.execute(_EARN, parameters)).fetchall()
    elements: list[dict[str, Any]] = [{}] * len(attempts)
    for place, profile_id, earned_id in rows:
        elements[place - 1] = _element(str(document["promotion"]), profile_id, earned_id)
    failed = sum(bool(one["errors"]) for one in elements)
    return {"response": elements, "totalCount": len(elements), "failureCount": failed}


async def _register(program: str, elements: list[Any]) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = [_result(400, "Wrong item")] * len(elements)
    members = [(place, member) for place, one in enumerate(elements) if (member := _member(one))]
    parameters = {
        "program": program,
        "emails": [member["email"].strip().lower() for _, member in members],
        "dates": [member.get("registration_date") for _, member in members],
    }
    async with _pool.connection() as connection:
        rows = await (await connection.execute(_REGISTER, parameters)).fetchall()
    for place, profile_id, new in rows:
        code, text = (404, "Profile not found") if profile_id is None else (409, "Member already exists")
        results[members[place - 1][0]] = _result(
            0 if new else code, "Successful operation" if new else text, profile_id
        )
    return results


def _member(element: Any) -> Member | None:
    try:
        return _MEMBER.validate_python(element)
    except ValidationError:
        return None


def _element(promotion: str, profile_id: str | None, earned_id: int | None) -> dict[str, Any]:
    code = 8015 if profile_id is None else 8890 if earned_id is None else None
    errors = [{"status": False, "code": code, "message": "not found" if code == 8015 else "exhausted"}] if code else []
    result = {"entityType": "CUSTOMER", "entityId": profile_id, "promotionId": promotion, "earnedId": earned_id}
    return {"errors": errors, "warnings": [], **({} if code else {"result": result})}


def _result(error: int, text: str, profile_id: str | None = None) -> dict[str, Any]:
    return {"error": error, "error_text": text, "profile_id": profile_id}
