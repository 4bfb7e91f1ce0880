"""A small district's owners on a bus, all in this process: what they said and what they live by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from time import monotonic, time_ns
from typing import Any

from rami.asset.district.declaration import District
from rami.communication.service.payload import KeyFigures, Measurement
from services.assemble import services as assemble
from services.cli.site import reference_site
from services.negotiation import deployment
from services.negotiation.demonstration import Heard, prepared, running
from services.negotiation.loading import demo
from services.platform.clock import SetClock
from services.platform.runner import Platform
from twins.site import load_site
from twins.site.district import DistrictFile, read_district

GROUPS, DAYS = 4, 1
SECTION = {"file": str(demo()), "groups": GROUPS, "days": DAYS}


def small() -> District:
    """As the sites here have it."""
    return DistrictFile.model_validate(SECTION).of(read_district(demo()))


def site_file(folder: Path, change: Callable[[dict[str, Any]], None] = lambda _: None) -> Path:
    """A site without a bus; `change` changes what deployment made."""
    more = deployment.sections(small(), SECTION)
    change(more)
    file = folder / "site.yaml"
    text = reference_site().read_text(encoding="utf-8")
    file.write_text(deployment.site_text(text, more), encoding="utf-8")
    return file


class Local:
    """All owners on the bus of one platform."""

    def __init__(self, file: Path, clock: Callable[[], int] | None = None) -> None:
        self.clock = clock or SetClock(time_ns())
        self.events: list[str] = []
        self.platform = assemble.platform(
            load_site(file), self.clock, None, lambda e: self.events.append(e.text)
        )

    def live(self, done: Callable[[], bool] | None = None, seconds: float = 60.0) -> None:
        """Until the days are over."""
        over = done or (lambda: len(self.said("key_figures")) > 0 and self.idle())
        end = monotonic() + seconds
        with self.platform as platform:
            while not over():
                assert monotonic() < end, self.events
                platform.cycle()

    def idle(self) -> bool:
        """Whether the one that asks has nothing more to ask."""
        host = self.platform.members[deployment.NEGOTIATION].host
        return bool(getattr(getattr(host, "_service", None), "done", False))

    def said(self, kind: str, subject: str = "") -> list[Any]:
        """Newest payloads of a kind, whoever said them."""
        (bus, *_) = next(iter(self.platform._buses.values()))
        kept = bus._exchange.kept()  # type: ignore[attr-defined]
        return [m.payload for m in kept
                if m.topic.kind == kind and subject in ("", m.topic.subject)]  # fmt: skip


def paid(figures: KeyFigures) -> Mapping[str, float]:
    """Payments of a deal, EUR by name."""
    return {n.removeprefix("paid."): v for n, (v, _) in figures.figures.items()
            if n.startswith("paid.")}  # fmt: skip


class Brokered:
    """Every owner's platform on a broker of its own connection, run in turn."""

    def __init__(self, folder: Path, district: Any = None) -> None:
        self.made = prepared(folder, reference_site(), district or SECTION)
        self.heard = Heard()
        self.platforms: dict[str, Platform] = {}
        self.events: list[str] = []
        self._stack = ExitStack()

    def __enter__(self) -> Brokered:
        self.heard = self._stack.enter_context(running(self.made))
        site = load_site(self.made.site)
        for owner in self.made.owners:
            home = self.made.folder / "data" / owner
            told = lambda event: self.events.append(f"{event.text} {event.detail}")  # noqa: E731
            platform = assemble.platform(site, time_ns, home, told, frozenset([owner]))
            self.platforms[owner] = self._stack.enter_context(platform)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def live(
        self, days: int = DAYS + 1, seconds: float = 90.0,
        turn: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """Until so many days were told."""
        end = monotonic() + seconds
        while len(self.heard.days) < days:
            assert monotonic() < end, (self.events, [t for t, _ in self.heard.texts[-5:]])
            ran = sum(platform.cycle() for platform in self.platforms.values())
            turn()
            if not ran:
                self.heard.news.wait(0.02)
            self.heard.news.clear()

    def last(self, kind: str, subject: str) -> Any:
        """What passed the broker last."""
        return self.heard.last(kind, subject=subject)


def plant(payload: Measurement | None) -> list[float | None]:
    """Heat at the plant as lived."""
    assert payload is not None
    return payload.series["plant"]
