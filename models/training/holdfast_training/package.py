"""Writes a model's folder: the graph, and the manifest by which a loader knows it and checks it."""

import base64
import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from .equality import open_graph, run_graph
from .graph import INPUT, MARGIN, PROBABILITY

FORMAT_VERSION = 1
GOLDEN_ROWS = 64
LIBRARIES = ("numpy", "onnx", "onnxruntime", "xgboost-cpu")


def golden_rows(booster: xgb.Booster, ordinary: NDArray[np.float32], adversarial: NDArray[np.float32]) -> NDArray[np.float32]:
    """A few rows from everywhere: three quarters ordinary ones, spread evenly by margin, the rest adversarial."""
    count = GOLDEN_ROWS * 3 // 4
    names = booster.feature_names
    ranked = np.argsort(booster.predict(xgb.DMatrix(ordinary, feature_names=names), output_margin=True), kind="stable")
    spread = ranked[np.linspace(0, len(ranked) - 1, count).astype(int)]
    special = np.linspace(0, len(adversarial) - 1, GOLDEN_ROWS - count).astype(int)
    return np.concatenate([ordinary[spread], adversarial[special]])


def _base64(values: NDArray[np.float32]) -> str:
    return base64.b64encode(values.astype("<f4").tobytes()).decode()


def write_package(
    folder: Path,
    model: bytes,
    golden: NDArray[np.float32],
    contributions: NDArray[np.float32],
    facts: dict[str, Any],
) -> None:
    """`contributions` are the trainer's for the golden rows, the bias last; `facts` what the manifest says beyond what follows from the graph itself."""
    margin, probability = run_graph(open_graph(model), golden)
    manifest = {
        "format_version": FORMAT_VERSION,
        "id": facts.pop("id"),
        "version": facts.pop("version"),
        "file": "model.onnx",
        "sha256": hashlib.sha256(model).hexdigest(),
        "bytes": len(model),
        "feature_set": facts.pop("feature_set"),
        "features": facts.pop("features"),
        "input": INPUT,
        "outputs": {"margin": MARGIN, "probability": PROBABILITY},
        "golden": {
            "rows": len(golden),
            "vectors": _base64(golden),
            "margins": _base64(margin),
            "probabilities": _base64(probability),
            "contributions": _base64(contributions),
        },
        **facts,
        "libraries": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model)
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def write_explained(folder: Path, vectors: NDArray[np.float32], contributions: NDArray[np.float32]) -> None:
    """Rows with the trainer's contributions, for the service's own explanations to be compared with: little-endian float32, row by row."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in (("vectors", vectors), ("contributions", contributions)):
        (folder / f"{name}.f32").write_bytes(values.astype("<f4").tobytes())
