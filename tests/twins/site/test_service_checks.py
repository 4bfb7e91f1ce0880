"""Section `services`: who speaks for a run, whose forecasts it plans on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from rami.core.errors import ConfigurationError
from twins.site import load_site

RUN = {"kind": "run", "owner": "dhs"}
LOAD = {"kind": "load_forecast", "owner": "dhs"}
WRONG = [
    ({"a": RUN, "b": RUN}, "", "speaks for dhs already as 'a'"),
    ({"a": {**RUN, "owner": "dhx"}}, "", "dhx owns no twin"),
    ({"a": RUN, "load": LOAD}, "lood", "no service 'lood'; hint: did you mean 'load'"),
    ({"load": LOAD}, "load", "no service of kind `run` hears it"),
    ({}, "load", "no service 'load'"),
]


@pytest.mark.parametrize(("services", "source", "what"), WRONG)
def test_what_is_wrong_is_told_with_its_line(
    services: dict[str, Any], source: str, what: str, tmp_path: Path,
    reference_site_declaration: dict[str, Any],
) -> None:  # fmt: skip
    plain = reference_site_declaration
    plain["services"] = services
    plain["forecasts"]["from"] = source
    file = tmp_path / "site.yaml"
    file.write_text(yaml.safe_dump(plain), encoding="utf-8")
    with pytest.raises(ConfigurationError) as told:
        load_site(file)
    assert what in str(told.value)


def test_a_run_and_a_forecaster_fit(
    tmp_path: Path, reference_site_declaration: dict[str, Any]
) -> None:
    plain = reference_site_declaration
    plain["services"] = {"plant": RUN, "load": LOAD}
    plain["forecasts"]["from"] = "load"
    file = tmp_path / "site.yaml"
    file.write_text(yaml.safe_dump(plain), encoding="utf-8")
    found = load_site(file).declaration.forecasts
    assert found is not None and found.from_ == "load"
