"""Which fault it is: generalised likelihood ratios of all that may be.

For each fault the size that fits the residuals best, weighed by their scatter, and how much of
them it explains; Willsky and Jones, IEEE Trans. Automatic Control 21 (1976). Signatures are the
derivatives of the relations where the plant stood, so that they follow the operating point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.functional.diagnosis.hypothesis import Signatures

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: explained share below which a candidate is not worth naming
_NAMED = 0.01


@dataclass(frozen=True)
class Evidence:
    """A block: deviations from the healthy plant by relation (NaN: not judged), their standard
    deviations, and the derivative of each entry of the signatures."""

    deviation: Values
    sigma: Values
    entries: Values


@dataclass(frozen=True)
class Candidate:
    """A fault by its place, its size, and its share of the belief."""

    fault: int
    size: float
    confidence: float


def rank(
    signatures: Signatures, blocks: Sequence[Evidence], alarmed: Mask, used: Mask
) -> list[Candidate]:
    """Faults that move an alarmed relation, the likeliest first; `used` relations count."""
    count = len(signatures.faults)
    upper, lower = np.zeros(count), np.zeros(count)
    total, terms = 0.0, 0
    for block in blocks:
        known = np.isfinite(block.deviation) & used
        total += float(((block.deviation[known] / block.sigma[known]) ** 2).sum())
        terms += int(known.sum())
        entry = known[signatures.relation]
        place = signatures.relation[entry]
        a, weight = block.entries[entry], block.sigma[place] ** -2.0
        fault = signatures.fault[entry]
        upper += np.bincount(fault, a * weight * block.deviation[place], count)
        lower += np.bincount(fault, a * a * weight, count)
    possible = (lower > 0.0) & signatures.touches[:, alarmed].any(axis=1)
    size = np.divide(upper, lower, out=np.zeros(count), where=lower > 0.0)
    possible &= signatures.sign * size >= 0.0
    if not possible.any():
        return []
    gain = np.where(possible, upper * size, -np.inf)
    left = max(total - float(gain.max()), 0.0)
    # what the best of them leaves unexplained says how much the scatter is to be trusted
    spread = max(1.0, left / max(terms, 1))
    belief = np.exp(np.maximum((gain - gain.max()) / (2.0 * spread), -700.0))
    belief[~possible] = 0.0
    belief /= belief.sum()
    order = np.argsort(-belief, kind="stable")
    return [
        Candidate(int(i), float(size[i]), float(belief[i])) for i in order if belief[i] > _NAMED
    ]
