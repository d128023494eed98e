"""How a model's inputs and scores lay when it was made, so that a service can see when they no longer do."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 20


def reference(features: list[str], vectors: NDArray[np.float32], probabilities: NDArray[np.float32]) -> dict[str, Any]:
    """Counts by bin of each input and of the score, over rows that the model was not fitted on."""
    return {
        "rows": len(vectors),
        "features": {name: binned(vectors[:, column]) for column, name in enumerate(features)},
        "score": binned(probabilities),
    }


def binned(values: NDArray[np.float32]) -> dict[str, Any]:
    """Bins (edge before, edge] that hold equally many values, as far as equal values allow; one more beyond the last edge. NaN is counted apart."""
    values = values.astype(np.float32)
    present = values[~np.isnan(values)]
    edges = np.unique(np.quantile(present, np.arange(1, BINS) / BINS, method="lower")) if len(present) else present
    counts = np.bincount(np.searchsorted(edges, present, side="left"), minlength=len(edges) + 1)
    return {
        "edges": [float(edge) for edge in edges],
        "counts": [int(count) for count in counts],
        "missing": len(values) - len(present),
    }
