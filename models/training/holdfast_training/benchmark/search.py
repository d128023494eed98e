"""Looks for parameters on the validation folds: a fixed number of random draws, half of the folds first, the better ones on all of them."""

from dataclasses import replace
from typing import Any, Callable

import numpy as np

from ..draws import Space, draw_recipe
from .evaluate import Entry, Evaluator, mean_of_folds
from .history import History
from .protocol import Calendar, Track

SEED = 20_180_620
# Draws of each track, how many of them see all folds, and of which numbers of bags the best one is tried.
DRAWS: dict[Track, int] = {"strict": 40, "open": 16}
FINALISTS: dict[Track, int] = {"strict": 10, "open": 4}
BAGS: dict[Track, tuple[int, ...]] = {"strict": (4,), "open": (2, 4)}

# Inputs that a draw may leave out together. Trees that may not split on a poor input cannot overfit to it.
GROUPS: dict[str, tuple[str, ...]] = {
    # They grow with the calendar, so that the test week has values that no training week had.
    "ages": ("acct_age", "card_age"),
    "minutes": ("acct_cnt_1m", "acct_cnt_5m", "acct_cnt_1h", "acct_sum_1h", "acct_cnt_small_1h", "acct_cnt_same_amount_24h", "acct_velocity_1h_30d"),
    "counterparties": ("acct_distinct_counterparties_1h", "acct_distinct_counterparties_24h", "acct_counterparty_cnt_60d"),
    "time of day": ("hour_sin", "hour_cos", "is_night", "is_weekend", "acct_time_density", "secs_since_last_acct"),
    "sums": ("acct_sum_24h", "acct_sum_7d", "acct_sum_30d", "acct_cnt_24h", "acct_cnt_7d", "acct_cnt_30d"),
    "terminal's traffic": ("term_cnt_5m", "term_cnt_24h", "term_cnt_7d", "term_cards_per_cnt_1h", "amount_over_term_mean_7d"),
    "short risks": ("term_risk_delayed_1d", "term_risk_delayed_3d"),
    "means": ("acct_mean_incl_7d", "acct_mean_incl_30d"),
}

SPACE: dict[Track, Space] = {
    "strict": {
        "trees": (100, 200, 300),
        "max_depth": (2, 3, 4, 5),
        "eta": (0.03, 0.05, 0.1),
        "min_child_weight": (1, 3, 8, 20),
        "subsample": (0.5, 0.7, 0.9),
        "colsample_bytree": (0.3, 0.5, 0.8),
        "reg_lambda": (1, 5, 20),
        "negatives": (1.0, 0.5),
    },
    "open": {
        "trees": (200, 300, 400),
        "max_depth": (4, 5, 6, 7),
        "eta": (0.03, 0.05, 0.1),
        "min_child_weight": (1, 3, 8, 20),
        "subsample": (0.5, 0.7, 0.9),
        "colsample_bytree": (0.3, 0.5, 0.8),
        "reg_lambda": (1, 5, 20),
        "negatives": (0.1, 0.2, 0.3),
    },
}


def draw(track: Track, inputs: list[str], random: np.random.Generator) -> Entry:
    left_out = {name for group in GROUPS.values() if random.random() < 0.5 for name in group}
    recipe = draw_recipe(SPACE[track], random)
    return Entry(track, [name for name in inputs if name not in left_out], recipe)


def varying_inputs(history: History, calendar: Calendar) -> list[str]:
    """Of those that are the same in every row nothing can be learnt. Looks only at what comes before the first validation fold's test week."""
    before = (history.times_ms >= calendar.open_from_ms) & (history.times_ms < calendar.validation_ms[0])
    return history.ours.varying(np.flatnonzero(before))


Ranked = tuple[float, Entry, list[dict[str, Any]]]


def search(evaluator: Evaluator, track: Track, inputs: list[str], calendar: Calendar, say: Callable[[str], None]) -> Ranked:
    """The best mean average precision of all validation folds, its entry, and the figures of the folds."""
    random = np.random.default_rng(SEED)
    half = calendar.validation_ms[::2]

    def judge(entry: Entry, starts_ms: tuple[int, ...], name: str) -> Ranked:
        folds = evaluator.folds(entry, starts_ms)
        figures = mean_of_folds(folds)
        say(f"{track} {name}: AP {figures['ap']:.4f}, CP@100 {figures['cp100']:.4f}; {len(entry.inputs)} inputs, {entry.recipe}")
        return figures["ap"], entry, folds

    count = DRAWS[track]
    draws = [judge(draw(track, inputs, random), half, f"draw {number} of {count}") for number in range(1, count + 1)]
    finalists = sorted(draws, key=lambda ranked: -ranked[0])[: FINALISTS[track]]
    complete = [judge(entry, calendar.validation_ms, "finalist") for _, entry, _ in finalists]
    best = max(complete, key=lambda ranked: ranked[0])
    for bags in BAGS[track]:
        recipe = replace(best[1].recipe, bags=bags)
        complete.append(judge(replace(best[1], recipe=recipe), calendar.validation_ms, f"{bags} bags"))
    return max(complete, key=lambda ranked: ranked[0])
