"""Every hole of asyncua: the attack gets through there, and not here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.services.opcua.attacks import ATTACKS, REFUSED, Target

Attack = Callable[[Target], Awaitable[bool]]


async def _tried(attack: Attack, target: Target) -> bool:
    try:
        return await attack(target)
    except REFUSED:
        return False


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a.__name__)
def test_attack(attack: Attack, plain: Target, target: Target) -> None:
    assert asyncio.run(_tried(attack, target)) is False
    assert asyncio.run(_tried(attack, plain)) is True
