"""A server in a process of its own, with the manners that a test asks for.

`python -m tests.adapters.sources.ems.http_server [CERTIFICATE KEY]`: prints its port, then serves
until it is killed. `PUT /manner` with JSON sets what follows: `status` (code), `body` (text),
`slow` (wait for ever), `drip` (answer for ever), `drop` (half an answer), `times` (so often, then
well again). `GET /seen` tells what was asked and received.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

WELL: dict[str, Any] = {"status": 200, "body": "[]", "times": 0}


class Ems:
    """What was asked and received, and how the next answers are."""

    def __init__(self) -> None:
        self.body, self.bad, self.left = "[]", dict[str, Any](), 0
        self.asked: list[dict[str, Any]] = []
        self.received: list[dict[str, Any]] = []

    async def manner(self, request: Request) -> Response:
        """Set it."""
        said = await request.json()
        self.body = said.pop("body", self.body)
        self.left = said.pop("times", 10**9 if said else 0)
        self.bad = said
        return Response()

    async def seen(self, request: Request) -> Response:
        """Tell it."""
        return JSONResponse({"asked": self.asked, "received": self.received})

    async def values(self, request: Request) -> Response:
        """What a source asks."""
        headers = {k: v for k, v in request.headers.items() if k == "authorization"}
        self.asked.append({**request.query_params, **headers})
        return await self._badly() or Response(self.body, media_type="application/json")

    async def balances(self, request: Request) -> Response:
        """What a source tells."""
        badly = await self._badly()
        if badly:
            return badly
        key = request.headers.get("idempotency-key", "")
        if any(r["key"] == key for r in self.received):
            return Response(status_code=409)
        self.received.append({"key": key, "body": await request.json()})
        return Response(status_code=202)

    async def _badly(self) -> Response | None:
        if self.left <= 0:
            return None
        self.left -= 1
        if self.bad.get("slow"):
            await asyncio.Event().wait()
        if self.bad.get("drip"):

            async def drops() -> AsyncIterator[bytes]:
                while True:
                    yield b" "
                    await asyncio.sleep(0.01)

            return StreamingResponse(drops())
        if self.bad.get("drop"):

            async def half() -> AsyncIterator[bytes]:
                yield self.body[: len(self.body) // 2].encode()
                raise asyncio.CancelledError

            return StreamingResponse(half(), headers={"Content-Length": str(len(self.body))})
        return Response(status_code=int(self.bad.get("status", 500)))


def main() -> None:
    """Serve."""
    ems = Ems()
    app = Starlette(
        routes=[
            Route("/manner", ems.manner, methods=["PUT"]),
            Route("/seen", ems.seen),
            Route("/values", ems.values),
            Route("/balances", ems.balances, methods=["POST"]),
        ]
    )
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()  # whoever comes before it serves, waits
        print(listener.getsockname()[1], flush=True)  # noqa: T201
        secured = dict(zip(("ssl_certfile", "ssl_keyfile"), sys.argv[1:], strict=False))
        config = uvicorn.Config(app, log_level="critical", lifespan="off", **secured)
        asyncio.run(uvicorn.Server(config).serve([listener]))


if __name__ == "__main__":
    main()
