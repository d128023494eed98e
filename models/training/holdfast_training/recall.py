"""Which frauds are found when one transaction in 200 is alerted."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .metrics import area_under_curve, average_precision
from .vectors import VectorSet

ALERT_RATE = 0.005


def alerted(score: NDArray[np.floating], rate: float) -> NDArray[np.bool_]:
    """The share `rate` of the rows with the highest scores; of equal ones the first."""
    chosen = np.zeros(len(score), dtype=bool)
    chosen[np.argsort(-score, kind="stable")[: int(len(score) * rate)]] = True
    return chosen


def found_by_kind(worlds: list[tuple[VectorSet, NDArray[np.floating]]]) -> dict[str, Any]:
    """Of each kind of fraud the share that is alerted, in all worlds together and in each, by scores of their own."""
    each = [(data, alerted(score, ALERT_RATE)) for data, score in worlds]
    kinds = sorted({str(kind) for data, _ in each for kind in np.unique(data.scenarios[data.frauds])})
    return {
        "alert_rate": ALERT_RATE,
        "worlds": [
            {
                "data": data.description,
                "rows": len(data.frauds),
                "frauds": int(data.frauds.sum()),
                "average_precision": round(average_precision(data.frauds, score), 4),
                "auc": round(area_under_curve(data.frauds, score), 4),
                "precision": round(float(data.frauds[alerted(score, ALERT_RATE)].mean()), 4),
            }
            for data, score in worlds
        ],
        "kinds": {kind: _found(kind, each) for kind in kinds},
    }


def _found(kind: str, each: list[tuple[VectorSet, NDArray[np.bool_]]]) -> dict[str, Any]:
    of_worlds = [chosen[data.frauds & (data.scenarios == kind)] for data, chosen in each]
    return {
        "frauds": int(sum(len(found) for found in of_worlds)),
        "recall": round(float(np.concatenate(of_worlds).mean()), 4),
        "of_worlds": [round(float(found.mean()), 4) if len(found) > 0 else None for found in of_worlds],
    }
