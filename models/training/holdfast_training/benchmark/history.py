"""Reads the rows that `benchmark/detection-rows.ts` wrote."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

DAY_MS = 86_400_000


@dataclass(frozen=True)
class Inputs:
    """What a model is given of every row. The numbers stay on the disk until rows of them are asked for."""

    names: list[str]
    values: NDArray[np.float32]

    def of(self, rows: NDArray[np.intp], names: list[str]) -> NDArray[np.float32]:
        columns = [self.names.index(name) for name in names]
        return np.ascontiguousarray(self.values[rows][:, columns], dtype=np.float32)

    def varying(self, rows: NDArray[np.intp]) -> list[str]:
        """Names of those that have more than one value in `rows`, NaN being a value."""
        values = self.values[rows]
        same = (values == values[0]) | (np.isnan(values) & np.isnan(values[0]))
        return [name for name, is_constant in zip(self.names, same.all(axis=0)) if not is_constant]


@dataclass(frozen=True)
class History:
    """Rows in the order in which they came; all arrays have the same length."""

    ours: Inputs
    published: Inputs
    cards: NDArray[np.int64]
    """Accounts by number."""
    times_ms: NDArray[np.float64]
    frauds: NDArray[np.bool_]
    """By what was said last."""
    labelled_at_ms: NDArray[np.float64]
    """When that was said; NaN where nothing was."""
    description: dict[str, Any]


def read_history(folder: Path) -> History:
    manifest = json.loads((folder / "manifest.json").read_text())
    facts = np.fromfile(folder / "facts.f64", dtype="<f8").reshape(-1, len(manifest["facts"]))
    if len(facts) != manifest["rows"]:
        raise ValueError(f"{folder}: facts of {len(facts)} rows, {manifest['rows']} in the manifest")
    column = {name: facts[:, place] for place, name in enumerate(manifest["facts"])}

    def inputs(file: str, names: list[str]) -> Inputs:
        shape = (manifest["rows"], len(names))
        return Inputs(names, np.memmap(folder / file, dtype="<f4", mode="r", shape=shape))

    return History(
        ours=inputs("vectors.f32", manifest["features"]),
        published=inputs("published.f32", manifest["published"]),
        cards=column["account"].astype(np.int64),
        times_ms=column["event_time_ms"].copy(),
        frauds=column["is_fraud"] == 1,
        labelled_at_ms=column["labelled_at_ms"].copy(),
        description={name: manifest[name] for name in ("rows", "frauds", "refused", "source")},
    )
