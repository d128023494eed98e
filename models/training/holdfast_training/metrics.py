"""How well probabilities rank and how well they are calibrated."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def average_precision(frauds: NDArray[np.bool_], probability: NDArray[np.floating]) -> float:
    """Mean of the precision at each fraud, ranked by probability."""
    ranked = frauds[np.argsort(-probability, kind="stable")]
    return float(np.mean((np.cumsum(ranked) / np.arange(1, len(ranked) + 1))[ranked]))


def area_under_curve(frauds: NDArray[np.bool_], probability: NDArray[np.floating]) -> float:
    """Probability that a fraud ranks above a genuine transaction, ties counting one half (Mann and Whitney)."""
    _, group, counts = np.unique(probability, return_inverse=True, return_counts=True)
    middle_ranks = np.cumsum(counts) - (counts - 1) / 2
    positives = frauds.sum()
    return float((middle_ranks[group][frauds].sum() - positives * (positives + 1) / 2) / (positives * (~frauds).sum()))


def report(frauds: NDArray[np.bool_], probability: NDArray[np.floating]) -> dict[str, Any]:
    clipped = np.clip(probability, 1e-12, 1 - 1e-12)
    return {
        "rows": int(len(frauds)),
        "frauds": int(frauds.sum()),
        "average_precision": round(average_precision(frauds, probability), 4),
        "auc": round(area_under_curve(frauds, probability), 4),
        "log_loss": round(float(-np.mean(np.where(frauds, np.log(clipped), np.log(1 - clipped)))), 5),
        "mean_probability": round(float(probability.mean()), 5),
        "fraud_share": round(float(frauds.mean()), 5),
        "reliability": reliability(frauds, probability),
    }


def reliability(frauds: NDArray[np.bool_], probability: NDArray[np.floating]) -> list[dict[str, Any]]:
    """Predicted and observed share of frauds between fixed probabilities, those at which decisions are taken."""
    edges = [0, 0.01, 0.03, 0.1, 0.3, 0.6, 1.0000001]
    bands = []
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (probability >= low) & (probability < high)
        if inside.any():
            predicted, observed = float(probability[inside].mean()), float(frauds[inside].mean())
            bands.append({"from": low, "rows": int(inside.sum()), "predicted": round(predicted, 4), "observed": round(observed, 4)})
    return bands
