from __future__ import annotations

import pytest

from rami.core.errors import ControlError
from rami.functional.technical import LoopTuning, Tuning

LOOP = LoopTuning("pump.u", "hex.T_cold_out", 0.9, 1.5, 60.0, "CHR PI", 2.0, 70.0, 0.0, 0.25)
TUNING = Tuning("hts", 10.0, (LOOP,))


def test_json_round_trip_is_exact() -> None:
    text = TUNING.to_json()
    assert Tuning.from_json(text) == TUNING
    assert Tuning.from_json(text).to_json() == text


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"twin": "a", "period_s": 1, "loops": [{}]}'])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ControlError, match="no tuning"):
        Tuning.from_json(text)


def test_every_missing_loop_is_named() -> None:
    with pytest.raises(ControlError, match=r"lacks 2 of 3 loops: pum\.u .*did you mean.*valve\.u"):
        TUNING.gains(["pump.u", "pum.u", "valve.u"])
    assert TUNING.gains(["pump.u"]).ti.tolist() == [70.0]
