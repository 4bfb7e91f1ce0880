"""No historian, or one that cannot be had."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rami.core.errors import UnreachableError
from rami.core.timegrid import NS
from services.opcua.history.archive import Archive
from tests.services.opcua.history_client import Reading
from tests.services.opcua.running import START
from tests.services.opcua.served import Served, client


def test_without_a_historian(served: Served) -> None:
    async def work() -> Any:
        async with client(served.url, served.keys["anna"], "observer") as made:
            index = (await made.get_namespace_array()).index("urn:test")
            return await Reading(made, index).raw("v0", start=START, end=START + NS)

    (found,) = asyncio.run(work())
    assert found.StatusCode.name == "BadHistoryOperationUnsupported"


def test_a_store_that_cannot_be_had() -> None:
    tried = []

    def lost() -> Any:
        tried.append(1)
        raise UnreachableError("somebody else has it open")

    async def work() -> None:
        archive = Archive(lost)
        for _ in range(3):
            with pytest.raises(UnreachableError, match="somebody else"):
                await archive.ask(lambda past: past.signals())
        archive.close()

    asyncio.run(work())
    # not tried again at once
    assert len(tried) == 1
