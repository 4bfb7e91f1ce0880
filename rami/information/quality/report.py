"""The quality of signals as plain data: what is printed, written as JSON, and drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rami.core.timegrid import iso
from rami.information.quality.assess import Assessed, Assessment, counted
from rami.information.quality.cross_check import CrossChecked
from rami.information.quality.daily import DAY_NS, Daily, daily

#: shares are rounded to this many digits
_DIGITS = 6


@dataclass(frozen=True)
class QualityReport:
    """`title` names site or file; `provenance` says where data and rules come from."""

    title: str
    assessment: Assessment
    provenance: Mapping[str, str]
    first_ns: int
    days: int

    @classmethod
    def of(cls, title: str, assessment: Assessment, provenance: Mapping[str, str]) -> QualityReport:
        """From the midnight (UTC) before the first row to the one after the last."""
        spans = [
            (int(one.rows.times[0]), int(one.rows.times[-1]))
            for one in assessment.signals.values()
            if len(one.rows)
        ]
        first = min((a for a, _ in spans), default=0) // DAY_NS * DAY_NS
        last = max((b for _, b in spans), default=-1)
        return cls(title, assessment, provenance, first, max(-((first - last - 1) // DAY_NS), 0))

    def daily(self, name: str) -> Daily:
        """The days of a signal."""
        return daily(self.assessment.signals[name], self.first_ns, self.days)

    def plain(self) -> dict[str, Any]:
        """Everything, as JSON takes it; equal assessments give equal data."""
        cross = self.assessment.cross
        return {
            "title": self.title,
            "from": iso(self.first_ns),
            "to": iso(self.first_ns + self.days * DAY_NS),
            "provenance": dict(self.provenance),
            "signals": [self._signal(one) for one in self.assessment.signals.values()],
            "cross_checks": _verdicts(cross) if cross else [],
            "findings": _findings(cross) if cross else [],
        }

    def _signal(self, one: Assessed) -> dict[str, Any]:
        found = self.daily(one.name)
        signal = one.rule.signal
        total = int(found.expected.sum())
        violated = self._violated(one.name)
        return {
            "name": one.name,
            "quantity": signal.quantity,
            "unit": signal.unit,
            "source": one.source,
            "rules": dict(one.rule.origins),
            "expected": total,
            "present": int(found.present.sum()),
            **_shares(total, found, slice(None)),
            "longest_gap_s": float(found.longest_gap_s.max(initial=0.0)),
            "reasons": counted(one.rows.status),
            "cross_checks_violated": violated,
            "days": [
                {
                    "day": day,
                    "expected": int(found.expected[i]),
                    "present": int(found.present[i]),
                    **_shares(int(found.expected[i]), found, slice(i, i + 1)),
                    "longest_gap_s": float(found.longest_gap_s[i]),
                    "reasons": {n: int(c[i]) for n, c in found.reasons.items() if c[i]},
                }
                for i, day in enumerate(found.days)
            ],
        }

    def _violated(self, name: str) -> list[str]:
        cross = self.assessment.cross
        if cross is None:
            return []
        named = {r for f in cross.findings for r in f.relations if name in (f.suspects or f.others)}
        return sorted(named)


def _shares(total: int, found: Daily, days: slice) -> dict[str, float | None]:
    counts = {
        "good_share": found.good,
        "uncertain_share": found.uncertain,
        "bad_share": found.bad,
        "filled_share": found.filled,
    }
    return {
        name: round(int(count[days].sum()) / total, _DIGITS) if total else None
        for name, count in counts.items()
    }


def _verdicts(cross: CrossChecked) -> list[dict[str, Any]]:
    return [
        {
            "name": v.relation.name,
            "members": list(v.relation.needs),
            "unit": v.relation.unit,
            "window_s": v.grid.step_s,
            "windows": int(v.checked.sum()),
            "violated": int(v.violated.sum()),
            "worst_ratio": None if np.isnan(v.worst_ratio) else round(v.worst_ratio, _DIGITS),
            "verdict": "not checked"
            if not v.checked.any()
            else "violated"
            if v.violated.any()
            else "holds",
        }
        for v in cross.verdicts
    ]


def _findings(cross: CrossChecked) -> list[dict[str, Any]]:
    return [
        {
            "from": iso(f.start_ns),
            "to": iso(f.end_ns),
            "says": str(f),
            "suspects": list(f.suspects),
            "others": list(f.others),
            "relations": list(f.relations),
        }
        for f in cross.findings
    ]
