"""The front of the local stack: HTTP as clients speak it, handed on to the emulator's API Gateway.

It serves the API at the root of the host, as a custom domain does, and stands in for what the emulator lacks: it
answers `Expect: 100-continue`, ignores `Upgrade: h2c` (the JDK's client offers it with every body), takes chunked
bodies, holds the size limit, ends a request after 29 seconds, and words these failures as the template does.
The address of a request is the one that it comes from, whatever it says in X-Forwarded-For: as the gateway sees it.
Bodies pass as they are, in both directions: nothing is decompressed.
"""

import asyncio
import io
import logging
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

from aiohttp import ClientError, ClientSession, DummyCookieJar, web
from multidict import CIMultiDict
from yarl import URL

from loyalty.domain.deadline import GATEWAY_SECONDS
from tools.local.gateway import GatewayResponses
from tools.local.loop import running_loop

LARGEST_BODY = 4_700_000
"""Bytes as sent; base64 makes 6.3 MB of them, and a synchronous event of Lambda holds 6 MiB."""

_CONNECTION_HEADERS = {
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
_EMULATOR_HEADERS = {"connection", "content-length", "date", "server", "transfer-encoding"}
_AUTOMATIC_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class Front:
    """Hands requests on to `upstream`, the base URL of the deployed API.

    With `addresses_are_told` a request may say where it comes from, in X-Forwarded-For: so one client can play many.
    """

    def __init__(
        self,
        upstream: str,
        responses: GatewayResponses,
        *,
        seconds: float = GATEWAY_SECONDS,
        addresses_are_told: bool = False,
    ) -> None:
        self._upstream = upstream
        self._responses = responses
        self._seconds = seconds
        self._addresses_are_told = addresses_are_told
        self._session: ClientSession

    async def runner(self) -> web.AppRunner:
        """A runner that is set up; its cleanup ends the connections to the emulator too."""
        application = web.Application(client_max_size=LARGEST_BODY)
        application.router.add_route("*", "/{path:.*}", self._serve)
        application.cleanup_ctx.append(self._connect)
        runner = web.AppRunner(application, auto_decompress=False, access_log=None, shutdown_timeout=1)
        await runner.setup()
        return runner

    async def _connect(self, _application: web.Application) -> AsyncIterator[None]:
        async with ClientSession(auto_decompress=False, cookie_jar=DummyCookieJar()) as self._session:
            yield

    async def _serve(self, request: web.Request) -> web.Response:
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return self._own("REQUEST_TOO_LARGE")
        try:
            async with asyncio.timeout(self._seconds):
                reply = await self._forward(request, body)
        except TimeoutError:
            return self._own("INTEGRATION_TIMEOUT")
        except ClientError:
            return self._own("INTEGRATION_FAILURE")
        if reply.status == HTTPStatus.BAD_GATEWAY:  # a function that failed; the emulator words that as it likes
            return self._own("DEFAULT_5XX")
        return reply

    async def _forward(self, request: web.Request, body: bytes) -> web.Response:
        headers = _request_headers(request, body)
        if not self._addresses_are_told:
            headers["X-Forwarded-For"] = request.remote or ""  # the first in it is the address that the emulator tells
        sent = self._session.request(
            request.method,
            URL(self._upstream + request.raw_path, encoded=True),
            headers=headers,
            data=io.BytesIO(body) if body else None,
            allow_redirects=False,
            skip_auto_headers=_AUTOMATIC_HEADERS,
        )
        async with sent as reply:
            headers = _without(reply.headers, _EMULATOR_HEADERS)
            return web.Response(status=reply.status, headers=headers, body=await reply.read())

    def _own(self, kind: str) -> web.Response:
        answer = self._responses.answer(kind)
        return web.Response(status=answer.status, headers=answer.headers, body=answer.body)


def _request_headers(request: web.Request, body: bytes) -> CIMultiDict[str]:
    headers = _without(request.headers, _CONNECTION_HEADERS)
    # The emulator passes bytes only where these match */*, API Gateway also where they are missing.
    headers.setdefault("Accept", "*/*")
    if body:
        headers.setdefault("Content-Type", "text/plain")
    return headers


def _without(headers: Mapping[str, str], names: set[str]) -> CIMultiDict[str]:
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in names)


@contextmanager
def serving(front: Front, bound: socket.socket) -> Iterator[None]:
    """Serve on a bound socket, in a thread of its own, until the block ends."""
    with running_loop("front") as loop:
        runner = asyncio.run_coroutine_threadsafe(_start(front, bound), loop).result()
        try:
            yield
        finally:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()


async def _start(front: Front, bound: socket.socket) -> web.AppRunner:
    logging.getLogger("aiohttp").setLevel(logging.ERROR)
    runner = await front.runner()
    await web.SockSite(runner, bound).start()
    return runner
