"""`python -m holdfast_training.tests.margins_for_node FOLDER`: a small model, and rows with the trainer's margins, for the service's own runtime to be compared with."""

import sys
from pathlib import Path

import numpy as np

from ..equality import adversarial_rows
from ..fit import Calibration, Recipe, contributions, fit, margins
from ..graph import to_onnx
from ..package import golden_rows, write_package

FEATURES = [f"input_{number}" for number in range(12)]
ORDINARY_ROWS = 5_000


def main(folder: Path) -> None:
    random = np.random.default_rng(7)
    vectors = (random.normal(size=(ORDINARY_ROWS, len(FEATURES))) * 10.0 ** random.integers(-3, 5, len(FEATURES))).astype(np.float32)
    vectors[random.random(vectors.shape) < 0.1] = np.nan
    # Few different values, so that rows lie on thresholds.
    vectors[:, :4] = np.round(vectors[:, :4])
    frauds = random.random(ORDINARY_ROWS) < 1 / (1 + np.exp(3 - np.nan_to_num(vectors[:, 0]) * 100))
    booster = fit(vectors, frauds, FEATURES, Recipe(trees=60, parameters={"max_depth": 6, "eta": 0.2}))
    model = to_onnx(booster, Calibration(a=1.0, b=-0.5))
    adversarial = adversarial_rows(booster, vectors)
    golden = golden_rows(booster, vectors, adversarial)
    facts = {"id": "margins", "version": "1", "feature_set": "0" * 64, "features": FEATURES}
    write_package(folder, model, golden, contributions(booster, golden), facts)
    rows = np.concatenate([vectors, adversarial])
    (folder / "rows.f32").write_bytes(rows.astype("<f4").tobytes())
    (folder / "margins.f32").write_bytes(margins(booster, rows).astype("<f4").tobytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
