"""What a site file says of day-ahead prices from ENTSO-E; loads no library."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from rami.core.errors import ConfigurationError, Problem
from rami.core.packages import Package
from rami.core.quantity import Duration
from rami.information.series import DAY_AHEAD, Series
from rami.information.source import DataSource, SourceConfiguration


def _clock(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError(f"{text!r} is not a time of day, e.g. '12:42'")
    return text


class EntsoeConfiguration(SourceConfiguration):
    """Prices of one bidding zone; read from the cache, fetched once where they are not in it.

    The token (a free account of the transparency platform) stands in the environment variable
    `token_env` or in the file `token_file`, never here. `published` is the local time at which
    the prices of a day become known on the day before. Example:
    `source: {kind: entsoe, zone: DE_LU, cache: prices}`.
    """

    packages: ClassVar[tuple[Package, ...]] = (Package("entsoe", "entsoe"),)

    kind: Literal["entsoe"] = "entsoe"
    zone: str = Field(pattern=r"^[A-Z]{2,4}(_[A-Z0-9]+)*$")
    series: str = DAY_AHEAD
    cache: Path = Path("entsoe")
    token_env: str = "ENTSOE_API_KEY"
    token_file: Path | None = None
    published: Annotated[str, AfterValidator(_clock)] = "12:42"
    timeout: Duration = Field(30.0, le=600)

    @property
    def published_at(self) -> time:
        """`published` as a time of day."""
        hour, minute = self.published.split(":")
        return time(int(hour), int(minute))

    def token(self, folder: Path) -> str:
        """The token. Raises ConfigurationError where there is none."""
        if self.token_file is None:
            text = os.environ.get(self.token_env, "")
            hint = f"set the environment variable {self.token_env}, or declare token_file"
        else:
            hint = f"write it into {folder / self.token_file}"
            try:
                text = (folder / self.token_file).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                text = ""
        if not text.strip():
            what = "there is no token for days that are not in the cache"
            raise ConfigurationError([Problem("entsoe", what, hint)])
        return text.strip()

    def open(self, folder: Path, series: Mapping[str, Series]) -> DataSource:
        """The prices; cache and token file are relative to `folder`."""
        from adapters.sources.entsoe.source import EntsoeSource

        return EntsoeSource(self, folder)
