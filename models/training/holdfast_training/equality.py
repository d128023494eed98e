"""The gate: the exported graph gives the trainer's margins, bit for bit, on ordinary rows and on the worst ones that can be made."""

import numpy as np
import onnxruntime as ort
import xgboost as xgb
from numpy.typing import NDArray

from .graph import INPUT, MARGIN, PROBABILITY, trees_of

ENOUGH_ROWS = 5_000


class GraphDiffers(Exception):
    """The exported graph is not the trained model."""


def open_graph(model: bytes) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def run_graph(session: ort.InferenceSession, vectors: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Margins and probabilities, one a row."""
    margin, probability = session.run([MARGIN, PROBABILITY], {INPUT: vectors})
    return margin[:, 0], probability[:, 0]


def adversarial_rows(booster: xgb.Booster, ordinary: NDArray[np.float32]) -> NDArray[np.float32]:
    """Every threshold of every feature with its neighbours in float32, and NaN, +-0 and huge values, each put into an ordinary row."""
    thresholds: dict[int, set[np.float32]] = {index: set() for index in range(ordinary.shape[1])}
    for tree in trees_of(booster):
        for node, left in enumerate(tree["left_children"]):
            if left != -1:
                thresholds[tree["split_indices"][node]].add(np.float32(tree["split_conditions"][node]))
    special = [np.float32(value) for value in (np.nan, 0.0, -0.0, 2**24 - 1, -(2**24) + 1, 3.4e38, -3.4e38)]
    rows = []
    for index, values in thresholds.items():
        for value in sorted(values):
            special_here = [np.nextafter(value, np.float32(-np.inf)), value, np.nextafter(value, np.float32(np.inf))]
            rows += [_with(ordinary[len(rows) % len(ordinary)], index, entry) for entry in special_here]
        rows += [_with(ordinary[len(rows) % len(ordinary)], index, entry) for entry in special]
    rows += [np.full(ordinary.shape[1], value, dtype=np.float32) for value in special]
    return np.array(rows, dtype=np.float32)


def _with(row: NDArray[np.float32], index: int, value: np.float32) -> NDArray[np.float32]:
    changed = row.copy()
    changed[index] = value
    return changed


def check_equal(booster: xgb.Booster, model: bytes, rows: NDArray[np.float32]) -> int:
    """Returns how many rows were compared."""
    if len(rows) < ENOUGH_ROWS:
        raise GraphDiffers(f"only {len(rows)} rows to compare, {ENOUGH_ROWS} are asked for")
    names = booster.feature_names
    trained = booster.predict(xgb.DMatrix(rows, feature_names=names), output_margin=True).astype(np.float32)
    exported, probability = run_graph(open_graph(model), rows)
    different = np.flatnonzero(trained.view(np.uint32) != exported.view(np.uint32))
    if len(different) > 0:
        row = different[0]
        raise GraphDiffers(f"{len(different)} of {len(rows)} margins differ, first {trained[row]!r} and {exported[row]!r}")
    if not np.isfinite(probability).all():
        raise GraphDiffers("a probability is not finite")
    return len(rows)
