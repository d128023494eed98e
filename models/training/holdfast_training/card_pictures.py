"""The pictures of a model's card."""

from pathlib import Path
from typing import Any

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from .pictures import BLUE, GREY, ORANGE, Picture, bars

# Probabilities are drawn by their log-odds between these: from 1 in 30,000 to 29,999 in 30,000.
LOG_ODDS = 10.3
MOST_FEATURES = 20


def draw_card(folder: Path, frauds: NDArray[np.bool_], probability: NDArray[np.floating], booster: xgb.Booster, found: dict[str, Any]) -> None:
    """Four files in `folder`, from rows that the model was neither fitted nor calibrated on."""
    pictures = {
        "calibration": calibration(frauds, probability),
        "scores": score_histogram(frauds, probability),
        "importances": importances(booster),
        "recall": recall(found),
    }
    for name, svg in pictures.items():
        (folder / f"{name}.svg").write_text(svg)


def _log_odds(probability: NDArray[np.floating]) -> NDArray[np.floating]:
    """Scaled to 0 to 1."""
    clipped = np.clip(probability, 1e-9, 1 - 1e-9)
    return np.clip((np.log(clipped / (1 - clipped)) + LOG_ODDS) / (2 * LOG_ODDS), 0, 1)


def _probability_ticks(picture: Picture, is_y: bool) -> None:
    for value in (0.0001, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999):
        at = float(_log_odds(np.array([value]))[0])
        picture.x_tick(at, f"{value:g}")
        if is_y:
            picture.y_tick(at, f"{value:g}")


def calibration(frauds: NDArray[np.bool_], probability: NDArray[np.floating]) -> str:
    """Observed against predicted, in bands of equal width in log-odds that hold 50 rows or more, with Wilson's interval of 95 %."""
    picture = Picture("Calibration: later days of the same simulation", "predicted probability", "observed share of frauds")
    _probability_ticks(picture, is_y=True)
    picture.line([(0, 0), (1, 1)], GREY, dashed=True)
    place = _log_odds(probability)
    points = []
    for low in np.arange(0, 1, 0.05):
        inside = (place >= low) & (place < low + 0.05)
        count, caught = int(inside.sum()), int(frauds[inside].sum())
        if count < 50:
            continue
        predicted = float(probability[inside].mean())
        x, y, bottom, top = _log_odds(np.array([predicted, caught / count, *_wilson(caught, count)])).tolist()
        picture.line([(x, bottom), (x, top)], BLUE)
        points.append((x, y))
    picture.line(points, BLUE)
    for point in points:
        picture.dot(*point, BLUE)
    return picture.svg()


def _wilson(caught: int, count: int) -> tuple[float, float]:
    """Between which shares the true one lies, 19 times in 20."""
    z = 1.96
    share, weight = caught / count, 1 / (1 + z * z / count)
    middle = weight * (share + z * z / (2 * count))
    half = weight * z * np.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return middle - half, middle + half


def score_histogram(frauds: NDArray[np.bool_], probability: NDArray[np.floating]) -> str:
    picture = Picture("Scores: later days of the same simulation", "predicted probability", "transactions (logarithmic)")
    _probability_ticks(picture, is_y=False)
    bins = np.linspace(0, 1, 41)
    place = _log_odds(probability)
    counts = {colour: np.histogram(place[chosen], bins)[0] for colour, chosen in ((BLUE, ~frauds), (ORANGE, frauds))}
    most = np.log10(max(int(count.max()) for count in counts.values())) + 0.2
    for power in range(int(most) + 1):
        picture.y_tick(power / most, f"{10**power:,}")
    for colour, count in counts.items():
        for low, high, rows in zip(bins[:-1], bins[1:], count):
            if rows > 0:
                picture.box((low, high), (0, max(np.log10(rows), 0.03) / most), colour, opacity=0.55)
    picture.note(0.80, 0.97, "genuine")
    picture.box((0.765, 0.785), (0.955, 0.99), BLUE, opacity=0.55)
    picture.note(0.80, 0.90, "fraud")
    picture.box((0.765, 0.785), (0.885, 0.92), ORANGE, opacity=0.55)
    return picture.svg()


def importances(booster: xgb.Booster) -> str:
    gains = booster.get_score(importance_type="total_gain")
    total = sum(gains.values())
    ranked = sorted(((name, gain / total) for name, gain in gains.items()), key=lambda entry: (-entry[1], entry[0]))[:MOST_FEATURES]
    most = ranked[0][1]
    rows = [(name, share / most, f"{100 * share:.1f} %") for name, share in ranked]
    return bars(f"The {len(rows)} inputs that the trees gain most by", "gain relative to the first; its share of all", rows)


def recall(found: dict[str, Any]) -> str:
    kinds = sorted(found["kinds"].items(), key=lambda entry: (-entry[1]["recall"], entry[0]))
    rows = [(name.replace("_", " "), kind["recall"], f"{100 * kind['recall']:.0f} % of {kind['frauds']:,}") for name, kind in kinds]
    marks = [[value for value in kind["of_worlds"] if value is not None] for _, kind in kinds]
    title = f"Frauds found by alerting {100 * found['alert_rate']:g} % in worlds of other seeds and rates"
    return bars(title, "recall; a dot is one of the worlds", rows, marks)
