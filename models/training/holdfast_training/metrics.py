"""How well probabilities rank and how well they are calibrated."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def average_precision(frauds: NDArray[np.bool_], score: NDArray[np.floating]) -> float:
    """Area under precision over recall as a sum of steps, one a distinct score: equal scores are found together."""
    order = np.argsort(-score, kind="stable")
    found = np.cumsum(frauds[order])
    last_of_score = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))
    recall_steps = np.diff(found[last_of_score], prepend=0) / found[-1]
    return float(np.sum(recall_steps * found[last_of_score] / (last_of_score + 1)))


def area_under_curve(frauds: NDArray[np.bool_], score: NDArray[np.floating]) -> float:
    """Probability that a fraud ranks above a genuine transaction, ties counting one half (Mann and Whitney)."""
    _, group, counts = np.unique(score, return_inverse=True, return_counts=True)
    middle_ranks = np.cumsum(counts) - (counts - 1) / 2
    positives = frauds.sum()
    return float((middle_ranks[group][frauds].sum() - positives * (positives + 1) / 2) / (positives * (~frauds).sum()))


def card_precision(
    days: NDArray[np.integer],
    cards: NDArray[np.integer],
    frauds: NDArray[np.bool_],
    score: NDArray[np.floating],
    top: int,
) -> float:
    """Mean over the days of the share of compromised cards among the `top` that an investigator would look at.

    A card ranks by its highest score of the day (equal ones by number) and is compromised if any payment of its day is a fraud. One that was found
    does not come again on later days.
    """
    found: set[int] = set()
    shares = []
    for day in np.unique(days):
        today = (days == day) & ~np.isin(cards, list(found))
        names, of_row = np.unique(cards[today], return_inverse=True)
        highest = np.full(len(names), -np.inf)
        np.maximum.at(highest, of_row, score[today])
        compromised = np.zeros(len(names), dtype=bool)
        np.logical_or.at(compromised, of_row, frauds[today])
        looked_at = np.argsort(-highest, kind="stable")[:top]
        caught = names[looked_at][compromised[looked_at]]
        found.update(int(card) for card in caught)
        shares.append(len(caught) / top)
    return float(np.mean(shares))


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
