"""`python -m holdfast_training.search --data FOLDER --out FILE`: the parameters of a model, chosen on days that it is not fitted on.

Each draw is fitted on the days before a gap, as long as labels take, and judged on the days after it: on one fold first, the better ones on all.
"""

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np

from .draws import Space, draw_recipe
from .fit import ALWAYS, Recipe, fit, margins
from .metrics import average_precision
from .vectors import VectorSet, read_vector_set

SEED = 101
DRAWS = 20
FINALISTS = 4
BAGS = (2,)
# Trees in all bags by their depth. An explanation of a hold may take a millisecond, and takes 0.6 ms with 100 trees of depth 5, 1.7 ms with 200 of depth 6.
MOST_TREES = {4: 300, 5: 150, 6: 100}

# Days (fitted from, to, judged from, to). None of them reaches into the days that a model is calibrated and tested on.
FOLDS = ((3, 37, 44, 51), (3, 30, 37, 44), (3, 23, 30, 37))

SPACE: Space = {
    "trees": (100, 150, 200, 300),
    "max_depth": (4, 5, 6),
    "eta": (0.05, 0.08, 0.12, 0.2),
    "min_child_weight": (2, 8, 20),
    "subsample": (0.6, 0.8, 1.0),
    "colsample_bytree": (0.4, 0.7, 1.0),
    "reg_lambda": (1, 2, 10),
    "negatives": (0.3, 0.6, 1.0),
}

# More known frauds around a transaction never make it less suspicious, and nobody has to explain why they should.
MONOTONE = {
    name: 1
    for name in (
        "acct_fraud_cnt_60d",
        "device_fraud_cnt_30d",
        "beneficiary_fraud_cnt_45d",
        "term_early_fraud_cnt_7d",
        "term_smoothed_risk_45d",
        "term_risk_delayed_30d",
    )
}
# What the constraints may cost in average precision.
FREE = 0.001


def is_explained_in_time(recipe: Recipe) -> bool:
    return recipe.bags * recipe.trees <= MOST_TREES[recipe.parameters["max_depth"]]


def judge(recipe: Recipe, fold: tuple[int, int, int, int], data: VectorSet) -> float:
    fitted, judged = data.between(*fold[:2]), data.between(*fold[2:])
    booster = fit(fitted.vectors, fitted.frauds, fitted.features, recipe)
    return average_precision(judged.frauds, margins(booster, judged.vectors))


_data: VectorSet | None = None


def _remember(folder: Path) -> None:
    global _data
    _data = read_vector_set(folder)


def _judge_remembered(recipe: Recipe, fold: tuple[int, int, int, int]) -> float:
    assert _data is not None
    return judge(recipe, fold, _data)


def main() -> None:
    parser = argparse.ArgumentParser(prog="holdfast_training.search", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="has training/, as the core exported it")
    parser.add_argument("--out", type=Path, required=True, help="gets the parameters, and how they were chosen")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    with ProcessPoolExecutor(asked.processes, initializer=_remember, initargs=(asked.data / "training",)) as pool:
        found = search(pool)
    asked.out.write_text(json.dumps(found, indent=2) + "\n")


def search(pool: ProcessPoolExecutor) -> dict[str, Any]:
    def judge_all(recipes: list[Recipe], folds: tuple[tuple[int, int, int, int], ...]) -> list[list[float]]:
        runs = [[pool.submit(_judge_remembered, recipe, fold) for fold in folds] for recipe in recipes]
        figures = []
        for recipe, of_recipe in zip(recipes, runs):
            figures.append([run.result() for run in of_recipe])
            print(f"search: average precision {np.mean(figures[-1]):.4f} on {len(folds)} folds, {recipe}", file=sys.stderr, flush=True)
        return figures

    random = np.random.default_rng(SEED)
    drawn = (draw_recipe(SPACE, random) for _ in count())
    draws = list(islice(filter(is_explained_in_time, drawn), DRAWS))
    of_draws = judge_all(draws, FOLDS[:1])
    ranked = sorted(range(DRAWS), key=lambda number: -of_draws[number][0])[:FINALISTS]
    finalists = [draws[number] for number in ranked]
    of_others = judge_all(finalists, FOLDS[1:])
    best, figures = _best(finalists, [of_draws[number] + others for number, others in zip(ranked, of_others)])
    bagged = [recipe for recipe in (replace(best, bags=bags) for bags in BAGS) if is_explained_in_time(recipe)]
    best, figures = _best([best, *bagged], [figures, *judge_all(bagged, FOLDS)])
    constrained = replace(best, parameters=best.parameters | {"monotone_constraints": MONOTONE})
    of_constrained = judge_all([constrained], FOLDS)[0]
    cost = float(np.mean(figures) - np.mean(of_constrained))
    if cost <= FREE:
        best, figures = constrained, of_constrained
    return {
        "chosen_by": {
            "folds_days": FOLDS,
            "criterion": "the best mean average precision",
            "seed": SEED,
            "draws_on_the_first_fold": DRAWS,
            "finalists_on_all_folds": FINALISTS,
            "bags_tried": [recipe.bags for recipe in bagged],
            "cost_of_monotone_constraints": round(cost, 5),
            "fixed": ALWAYS,
        },
        "recipe": asdict(best),
        "average_precision_of_folds": [round(value, 4) for value in figures],
    }


def _best(recipes: list[Recipe], figures: list[list[float]]) -> tuple[Recipe, list[float]]:
    at = max(range(len(recipes)), key=lambda number: float(np.mean(figures[number])))
    return recipes[at], figures[at]


if __name__ == "__main__":
    main()
