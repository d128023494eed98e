"""Gradient-boosted trees, and the calibration that turns their margin into a probability."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from .vectors import VectorSet

# One thread: sums of gradients then have one order, and the same data gives the same trees byte for byte.
# base_score is a probability; 0.5 is a margin of 0, so the trees alone make the margin.
PARAMETERS: dict[str, Any] = {
    "objective": "binary:logistic",
    "base_score": 0.5,
    "tree_method": "hist",
    "max_depth": 5,
    "eta": 0.12,
    "min_child_weight": 8,
    "reg_lambda": 2,
    "seed": 1,
    "nthread": 1,
}
TREES = 100


def matrix(data: VectorSet) -> xgb.DMatrix:
    return xgb.DMatrix(data.vectors, data.frauds, feature_names=data.features)


def fit(data: VectorSet) -> xgb.Booster:
    return xgb.train(PARAMETERS, matrix(data), TREES)


def margins(booster: xgb.Booster, data: VectorSet) -> NDArray[np.float32]:
    return booster.predict(matrix(data), output_margin=True)


def contributions(booster: xgb.Booster, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Exact Shapley values of the margin by XGBoost's own TreeSHAP: a column a feature, the bias last."""
    return booster.predict(xgb.DMatrix(vectors, feature_names=booster.feature_names), pred_contribs=True)


@dataclass(frozen=True)
class Calibration:
    """Log-odds of fraud as `a` * margin + `b`, both float32 as in the graph."""

    a: float
    b: float

    def probabilities(self, margin: NDArray[np.float32]) -> NDArray[np.float64]:
        return 1 / (1 + np.exp(-(self.a * margin.astype(np.float64) + self.b)))


def calibrate(margin: NDArray[np.float32], frauds: NDArray[np.bool_]) -> Calibration:
    """Platt's method: logistic regression of the labels on the margin, by Newton's steps. For rows that were not fitted on."""
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
