"""Heat and cooling that consumers wanted and did not get."""

from __future__ import annotations

from typing import Any

from rami.asset.consumer import Consumer
from rami.asset.topology import SiteTopology
from rami.core.frame import Frame

#: share of the wanted energy that may be missing without a word
WORTH_SAYING = 0.01


def missing_shares(
    site: SiteTopology, metered: Frame, data: Frame
) -> dict[str, tuple[float, float, float]]:
    """(wanted kWh, served kWh, missing share) by consumer; plain electric loads get theirs."""
    found = {}
    for twin, name, consumer in site.of(Consumer):
        if consumer.electric:
            continue
        wanted = float(data[consumer.demand].sum()) * data.grid.step_h
        served = float(metered[f"{twin}.{name}.E"].sum())
        share = 1.0 - served / wanted if wanted > 0.0 else 0.0
        found[f"{twin}.{name}"] = (wanted, served, share)
    return found


def unserved(
    site: SiteTopology, metered: Frame, baseline: Frame | None, data: Frame
) -> dict[str, dict[str, Any]]:
    """Consumers that lack more than 1 % in a run or its baseline, for results.json."""
    before = missing_shares(site, baseline, data) if baseline is not None else {}
    found = {}
    for path, (wanted, served, share) in missing_shares(site, metered, data).items():
        rest = before[path][2] if path in before else 0.0
        if max(share, rest) > WORTH_SAYING:
            found[path] = {
                "wanted_MWh": wanted / 1000,
                "served_MWh": served / 1000,
                "missing_share": share,
                "baseline_missing_share": rest,
            }
    return found
