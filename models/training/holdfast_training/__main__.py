"""`python -m holdfast_training --data FOLDER --parameters FILE --out FOLDER --id NAME --version VERSION`: from exported vectors to a model's folder."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from .card_pictures import draw_card
from .equality import adversarial_rows, check_equal
from .fit import Calibration, Recipe, calibrate, contributions, fit, margins
from .graph import to_onnx
from .metrics import report
from .package import golden_rows, write_explained, write_package
from .recall import found_by_kind
from .reference import reference
from .vectors import VectorSet, read_vector_set

# Days of the training set. Between fitting and calibration lies the week after which labels are final, as it would in production.
FIT_DAYS = (3, 44)
CALIBRATION_DAYS = (51, 60)
TEST_DAYS = (60, 70)
# Of the other worlds' sets: from a history as short as a demo's on.
HELD_OUT_FROM_DAY = 7
# Ordinary rows whose explanations are compared with the service's, besides some adversarial ones.
EXPLAINED_ROWS = 2_000


@dataclass(frozen=True)
class Model:
    booster: xgb.Booster
    calibration: Calibration

    def margins(self, data: VectorSet) -> NDArray[np.float32]:
        return margins(self.booster, data.vectors)

    def probabilities(self, data: VectorSet) -> NDArray[np.float64]:
        return self.calibration.probabilities(self.margins(data))


def main() -> None:
    parser = argparse.ArgumentParser(prog="holdfast_training", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="has training/, held-out/ and unseen-1/ and so on, as the core exported them")
    parser.add_argument("--parameters", type=Path, required=True, help="as holdfast_training.search wrote them")
    parser.add_argument("--out", type=Path, required=True, help="the model's folder")
    parser.add_argument("--id", required=True)
    parser.add_argument("--version", required=True)
    asked = parser.parse_args()

    chosen = json.loads(asked.parameters.read_text())
    training, held_out = (read_vector_set(asked.data / name) for name in ("training", "held-out"))
    print(f"read {len(training.frauds)} rows to train on, {len(held_out.frauds)} of another seed", flush=True)
    model = _train(training, Recipe(**chosen["recipe"]))

    graph = to_onnx(model.booster, model.calibration)
    test = training.between(*TEST_DAYS)
    adversarial = adversarial_rows(model.booster, test.vectors)
    compared = check_equal(model.booster, graph, np.concatenate([test.vectors, adversarial]))
    print(f"the graph gives the trainer's margins on {compared} of {compared} rows", flush=True)

    unseen = [read_vector_set(folder).from_day(HELD_OUT_FROM_DAY) for folder in sorted(asked.data.glob("unseen-*"))]
    found = found_by_kind([(data, model.margins(data)) for data in unseen])
    facts = _facts(model, training, held_out, found) | {"id": asked.id, "version": asked.version}
    facts["training"] |= {
        "recipe": Recipe(**chosen["recipe"]).described(),
        "chosen_by": chosen["chosen_by"] | {"average_precision_of_folds": chosen["average_precision_of_folds"]},
        "margins_compared": compared,
    }
    facts["reference"] = reference(test.features, test.vectors, model.probabilities(test))
    golden = golden_rows(model.booster, test.vectors, adversarial)
    explained = np.concatenate([test.vectors[np.linspace(0, len(test.vectors) - 1, EXPLAINED_ROWS).astype(int)], adversarial[::50]])
    write_explained(asked.data / "explained", explained, contributions(model.booster, explained))
    write_package(asked.out, graph, golden, contributions(model.booster, golden), facts)
    draw_card(asked.out, test.frauds, model.probabilities(test), model.booster, found)
    print(f"wrote {len(graph)} bytes", flush=True)


def _train(training: VectorSet, recipe: Recipe) -> Model:
    fitted = training.between(*FIT_DAYS)
    booster = fit(fitted.vectors, fitted.frauds, fitted.features, recipe)
    trees = booster.num_boosted_rounds()
    print(f"fitted {trees} trees on {len(fitted.frauds)} rows, {int(fitted.frauds.sum())} of them frauds", flush=True)
    later = training.between(*CALIBRATION_DAYS)
    calibration = calibrate(margins(booster, later.vectors), later.frauds)
    print(f"calibrated on {len(later.frauds)} rows: log-odds = {calibration.a:.4f} * margin + {calibration.b:.4f}", flush=True)
    return Model(booster, calibration)


def _facts(model: Model, training: VectorSet, held_out: VectorSet, found: dict[str, Any]) -> dict[str, Any]:
    def measure(data: VectorSet) -> dict[str, Any]:
        return report(data.frauds, model.probabilities(data))

    return {
        "feature_set": training.feature_set,
        "features": training.features,
        "calibration": {"method": "platt", "a": model.calibration.a, "b": model.calibration.b},
        "training": {
            "trees": model.booster.num_boosted_rounds(),
            "data": training.description,
            "fit_days": FIT_DAYS,
            "calibration_days": CALIBRATION_DAYS,
        },
        "metrics": {
            "test": {"days": TEST_DAYS, **measure(training.between(*TEST_DAYS))},
            "held_out": {
                "data": held_out.description,
                "from_day": HELD_OUT_FROM_DAY,
                **measure(held_out.from_day(HELD_OUT_FROM_DAY)),
            },
            "unseen": {"from_day": HELD_OUT_FROM_DAY, **found},
        },
    }


if __name__ == "__main__":
    main()
