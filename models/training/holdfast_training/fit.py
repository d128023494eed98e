"""Gradient-boosted trees, and the calibration that turns their margin into a probability."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

# One thread: sums of gradients then have one order, and the same data gives the same trees byte for byte.
# base_score is a probability; 0.5 is a margin of 0, so the trees alone make the margin.
ALWAYS: dict[str, Any] = {
    "objective": "binary:logistic",
    "base_score": 0.5,
    "tree_method": "hist",
    "nthread": 1,
}


@dataclass(frozen=True)
class Recipe:
    """All that there is to choose about a fit."""

    trees: int
    parameters: dict[str, Any] = field(default_factory=dict)
    """XGBoost's own, besides `ALWAYS`."""
    negatives: float = 1.0
    """Share of the genuine rows that each bag keeps, drawn at random. The margin is then too high by -ln of it, which `calibrate` takes back."""
    bags: int = 1
    """How many models, each with rows and seed of its own, the margin is the mean of."""
    seed: int = 1

    def described(self) -> dict[str, Any]:
        return asdict(self) | {"parameters": ALWAYS | self.parameters}


def fit(vectors: NDArray[np.float32], frauds: NDArray[np.bool_], features: list[str], recipe: Recipe) -> xgb.Booster:
    """The same rows and recipe give the same trees, byte for byte."""
    bags = []
    for bag in range(recipe.bags):
        kept = _kept_rows(frauds, recipe.negatives, np.random.default_rng([recipe.seed, bag]))
        matrix = xgb.DMatrix(vectors[kept], frauds[kept], feature_names=features, nthread=1)
        bags.append(xgb.train(ALWAYS | {"seed": recipe.seed + bag} | recipe.parameters, matrix, recipe.trees))
    return bags[0] if len(bags) == 1 else mean_of(bags)


def _kept_rows(frauds: NDArray[np.bool_], negatives: float, random: np.random.Generator) -> NDArray[np.intp]:
    if negatives == 1:
        return np.arange(len(frauds))
    return np.flatnonzero(frauds | (random.random(len(frauds)) < negatives))


def mean_of(boosters: list[xgb.Booster]) -> xgb.Booster:
    """One model with the trees of all, whose margin is the mean of theirs: each leaf is divided by their number."""
    merged, *others = [json.loads(bytes(booster.save_raw("json"))) for booster in boosters]
    model = merged["learner"]["gradient_booster"]["model"]
    for other in others:
        model["trees"] += other["learner"]["gradient_booster"]["model"]["trees"]
    for number, tree in enumerate(model["trees"]):
        tree["id"] = number
        for node, left in enumerate(tree["left_children"]):
            if left == -1:
                tree["split_conditions"][node] /= len(boosters)
                tree["base_weights"][node] /= len(boosters)
    count = len(model["trees"])
    model["tree_info"] = [0] * count
    model["iteration_indptr"] = list(range(count + 1))
    model["gbtree_model_param"]["num_trees"] = str(count)
    booster = xgb.Booster({"nthread": 1})
    booster.load_model(bytearray(json.dumps(merged).encode()))
    return booster


def margins(booster: xgb.Booster, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return booster.predict(xgb.DMatrix(vectors, feature_names=booster.feature_names, nthread=1), output_margin=True)


def contributions(booster: xgb.Booster, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Exact Shapley values of the margin by XGBoost's own TreeSHAP: a column a feature, the bias last."""
    return booster.predict(xgb.DMatrix(vectors, feature_names=booster.feature_names, nthread=1), pred_contribs=True)


@dataclass(frozen=True)
class Calibration:
    """Log-odds of fraud as `a` * margin + `b`, both float32 as in the graph."""

    a: float
    b: float

    def probabilities(self, margin: NDArray[np.float32]) -> NDArray[np.float64]:
        return 1 / (1 + np.exp(-(self.a * margin.astype(np.float64) + self.b)))


def calibrate(margin: NDArray[np.float32], frauds: NDArray[np.bool_]) -> Calibration:
    """Platt's method: logistic regression of the labels on the margin, by Newton's steps.

    For rows that were not fitted on, all genuine ones among them: `b` then holds the correction for those that a fit left out.
    """
    inputs = np.column_stack([margin.astype(np.float64), np.ones(len(margin))])
    weights = np.array([1.0, 0.0])
    for _ in range(50):
        probability = 1 / (1 + np.exp(-(inputs @ weights)))
        gradient = inputs.T @ (probability - frauds)
        curvature = (inputs * (probability * (1 - probability))[:, None]).T @ inputs
        step = np.linalg.solve(curvature, gradient)
        weights -= step
        if np.abs(step).max() < 1e-10:
            return Calibration(float(np.float32(weights[0])), float(np.float32(weights[1])))
    raise ArithmeticError("the calibration does not converge")
