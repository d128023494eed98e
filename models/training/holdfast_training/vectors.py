"""Reads what `export-vectors.ts` wrote."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

DAY_MS = 86_400_000


@dataclass(frozen=True)
class VectorSet:
    """Rows in event-time order; all arrays have the same length."""

    features: list[str]
    feature_set: str
    vectors: NDArray[np.float32]
    frauds: NDArray[np.bool_]
    scenarios: NDArray[np.str_]
    days: NDArray[np.float64]
    """Days since the first row."""
    description: dict[str, Any]
    """Where the rows come from, for the model's manifest."""

    def rows(self, chosen: NDArray[np.bool_]) -> "VectorSet":
        return VectorSet(
            self.features,
            self.feature_set,
            self.vectors[chosen],
            self.frauds[chosen],
            self.scenarios[chosen],
            self.days[chosen],
            self.description,
        )

    def from_day(self, day: float) -> "VectorSet":
        return self.between(day, float("inf"))

    def between(self, from_day: float, to_day: float) -> "VectorSet":
        return self.rows((self.days >= from_day) & (self.days < to_day))


def read_vector_set(folder: Path) -> VectorSet:
    manifest = json.loads((folder / "manifest.json").read_text())
    features = manifest["features"]
    vectors = np.fromfile(folder / "vectors.f32", dtype="<f4").reshape(-1, len(features))
    with (folder / "rows.csv").open(newline="") as file:
        rows = [(int(row["event_time_ms"]), row["fraud"] == "1", row["scenario"]) for row in csv.DictReader(file)]
    if not len(rows) == len(vectors) == manifest["rows"]:
        raise ValueError(f"{folder}: {len(rows)} rows, {len(vectors)} vectors, {manifest['rows']} in the manifest")
    times_ms = np.array([row[0] for row in rows], dtype=np.float64)
    return VectorSet(
        features=features,
        feature_set=manifest["feature_set"],
        vectors=vectors.astype(np.float32),
        frauds=np.array([row[1] for row in rows]),
        scenarios=np.array([row[2] for row in rows]),
        days=(times_ms - times_ms[0]) / DAY_MS,
        description={key: manifest[key] for key in ("source", "rows", "frauds", "vectors_sha256")},
    )
