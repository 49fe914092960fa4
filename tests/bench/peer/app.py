"""The peer's service, as `uvicorn tests.bench.peer.app:app` runs it: `register_member` and its batch, JSON only.

A batch is one statement: a join finds the customers, ON CONFLICT keeps members as they are.
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


class Member(TypedDict):
    """One item."""

    email: str
    registration_date: NotRequired[AwareDatetime]


_MEMBER = TypeAdapter(Member)
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


def _result(error: int, text: str, profile_id: str | None = None) -> dict[str, Any]:
    return {"error": error, "error_text": text, "profile_id": profile_id}
