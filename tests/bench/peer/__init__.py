"""The peer: the same contract as a user would build it instead, with FastAPI and psycopg on PostgreSQL.

`python -m tests.bench.peer` measures it beside the naive loop (`make bench-peer`). Debian's package `postgresql` has
what it needs; packages of Python are in an environment of their own.
"""
