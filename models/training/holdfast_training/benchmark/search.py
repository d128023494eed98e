"""Looks for parameters on the validation folds: a fixed number of random draws on half of the folds, the better ones on all of them."""

from typing import Any, Callable

import numpy as np

from ..draws import Space, draw_recipe
from .evaluate import Entry, Evaluator, mean_of_folds
from .history import History
from .protocol import Calendar, Track

SEED = 20_180_620
# Draws of each track, and how many of them see all folds.
DRAWS: dict[Track, int] = {"strict": 8, "open": 4}
FINALISTS: dict[Track, int] = {"strict": 2, "open": 2}

# They grow with the calendar, so that a test week has values that no training week had.
LEFT_OUT = ("acct_age", "card_age")

# Inputs that a draw may leave out together. Trees that may not split on a poor input cannot overfit to it.
GROUPS: dict[str, tuple[str, ...]] = {
    "minutes": ("acct_cnt_1m", "acct_cnt_5m", "acct_cnt_1h", "acct_sum_1h", "acct_cnt_small_1h", "acct_cnt_same_amount_24h", "acct_velocity_1h_30d"),
    "counterparties": ("acct_distinct_counterparties_1h", "acct_distinct_counterparties_24h", "acct_counterparty_cnt_60d"),
    "time of day": ("hour_sin", "hour_cos", "is_night", "is_weekend", "acct_time_density", "secs_since_last_acct"),
    "terminal's traffic": ("term_cnt_5m", "term_cnt_24h", "term_cnt_7d", "term_cards_per_cnt_1h", "amount_over_term_mean_7d"),
}

SPACE: dict[Track, Space] = {
    "strict": {
        "trees": (100, 200),
        "max_depth": (3, 4),
        "eta": (0.05, 0.1),
        "min_child_weight": (1, 5, 20),
        "subsample": (0.7, 0.9),
        "colsample_bytree": (0.3, 0.5, 0.8),
        "reg_lambda": (1, 10),
        "negatives": (1.0,),
    },
    "open": {
        "trees": (200,),
        "max_depth": (5, 6),
        "eta": (0.05, 0.1),
        "min_child_weight": (1, 5, 20),
        "subsample": (0.7, 0.9),
        "colsample_bytree": (0.3, 0.5, 0.8),
        "reg_lambda": (1, 10),
        "negatives": (0.2,),
    },
}


def draw(track: Track, inputs: list[str], random: np.random.Generator) -> Entry:
    left_out = {name for group in GROUPS.values() if random.random() < 0.5 for name in group}
    recipe = draw_recipe(SPACE[track], random)
    return Entry(track, [name for name in inputs if name not in left_out], recipe)


def usable_inputs(history: History, calendar: Calendar) -> list[str]:
    """Without those that are the same in every row, and of which nothing can be learnt. Looks only at what comes before the first validation fold's test week."""
    before = (history.times_ms >= calendar.open_from_ms) & (history.times_ms < calendar.validation_ms[0])
    return [name for name in history.ours.varying(np.flatnonzero(before)) if name not in LEFT_OUT]


Ranked = tuple[float, Entry, list[dict[str, Any]]]


def search(evaluator: Evaluator, track: Track, inputs: list[str], calendar: Calendar, say: Callable[[str], None]) -> Ranked:
    """The best mean average precision of all validation folds, its entry, and the figures of the folds."""
    random = np.random.default_rng(SEED)
    first, others = calendar.validation_ms[::2], calendar.validation_ms[1::2]

    def judge(entry: Entry, starts_ms: tuple[int, ...], name: str, known: list[dict[str, Any]]) -> Ranked:
        folds = sorted(known + evaluator.folds(entry, starts_ms), key=lambda fold: fold["start"])
        figures = mean_of_folds(folds)
        say(f"{track} {name}: AP {figures['ap']:.4f}, CP@100 {figures['cp100']:.4f}; {len(entry.inputs)} inputs, {entry.recipe}")
        return figures["ap"], entry, folds

    count = DRAWS[track]
    draws = [judge(draw(track, inputs, random), first, f"draw {number} of {count}", []) for number in range(1, count + 1)]
    finalists = sorted(draws, key=lambda ranked: -ranked[0])[: FINALISTS[track]]
    complete = [judge(entry, others, "finalist", folds) for _, entry, folds in finalists]
    return max(complete, key=lambda ranked: ranked[0])
