"""The section `forecasts`."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

from rami.information.forecast.settings import ForecastSettings


def test_defaults() -> None:
    settings = ForecastSettings()
    assert (settings.history, settings.retrain) == (60 * 86400.0, 86400.0)
    assert settings.method_of("P_x", "district") == "ridge"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"method": "rigde"}, "did you mean 'ridge'"),
        ({"series": {"P_x": "ridge+boost"}}, "did you mean 'boosting'"),
        ({"zone": "Europe/Berlim"}, "no time zone 'Europe/Berlim'"),
        ({"levels": [0.9, 0.1]}, "levels ascend between 0 and 1"),
        ({"history": "60"}, "60 needs a unit"),
        ({"horizon": "1 d"}, "Extra inputs"),
    ],
)
def test_what_is_refused(given: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ForecastSettings.model_validate(given)


def test_they_load_no_arrays() -> None:
    code = (
        "import sys; from rami.information.forecast.settings import ForecastSettings; "
        "ForecastSettings(method='ridge+boosting'); "
        "assert not {'numpy', 'sklearn'} & set(sys.modules), 'heavy'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
