"""`python -m holdfast_training --data FOLDER --out FOLDER --id NAME --version VERSION`: from exported vectors to a model's folder."""

import argparse
from pathlib import Path

import numpy as np

from .equality import adversarial_rows, check_equal
from .fit import Recipe, calibrate, contributions, fit, margins
from .graph import to_onnx
from .metrics import report
from .package import golden_rows, write_explained, write_package
from .reference import reference
from .vectors import VectorSet, read_vector_set

# Days of the training set. Between fitting and calibration lies the week after which labels are final, as it would in production.
FIT_DAYS = (3, 44)
CALIBRATION_DAYS = (51, 60)
TEST_DAYS = (60, 70)
RECIPE = Recipe(trees=100, parameters={"max_depth": 5, "eta": 0.12, "min_child_weight": 8, "reg_lambda": 2})
# Of the other seed's set: from a history as short as a demo's on.
HELD_OUT_FROM_DAY = 7
# Ordinary rows whose explanations are compared with the service's, besides some adversarial ones.
EXPLAINED_ROWS = 2_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="holdfast_training", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="has training/ and held-out/, as the core exported them")
    parser.add_argument("--out", type=Path, required=True, help="the model's folder")
    parser.add_argument("--id", required=True)
    parser.add_argument("--version", required=True)
    asked = parser.parse_args()

    training, held_out = (read_vector_set(asked.data / name) for name in ("training", "held-out"))
    print(f"read {len(training.frauds)} rows to train on, {len(held_out.frauds)} of another seed", flush=True)
    fitted = training.between(*FIT_DAYS)
    booster = fit(fitted.vectors, fitted.frauds, fitted.features, RECIPE)
    print(f"fitted {RECIPE.trees} trees on {len(fitted.frauds)} rows, {int(fitted.frauds.sum())} of them frauds", flush=True)
    later = training.between(*CALIBRATION_DAYS)
    calibration = calibrate(margins(booster, later.vectors), later.frauds)
    print(f"calibrated on {len(later.frauds)} rows: log-odds = {calibration.a:.4f} * margin + {calibration.b:.4f}", flush=True)

    model = to_onnx(booster, calibration)
    test = training.between(*TEST_DAYS)
    adversarial = adversarial_rows(booster, test.vectors)
    compared = check_equal(booster, model, np.concatenate([test.vectors, adversarial]))
    print(f"the graph gives the trainer's margins on {compared} of {compared} rows", flush=True)

    def measure(data: VectorSet) -> dict:
        return report(data.frauds, calibration.probabilities(margins(booster, data.vectors)))

    facts = {
        "id": asked.id,
        "version": asked.version,
        "feature_set": training.feature_set,
        "features": training.features,
        "calibration": {"method": "platt", "a": calibration.a, "b": calibration.b},
        "training": {
            "trees": RECIPE.trees,
            "recipe": RECIPE.described(),
            "data": training.description,
            "fit_days": FIT_DAYS,
            "calibration_days": CALIBRATION_DAYS,
            "margins_compared": compared,
        },
        "metrics": {
            "test": {"days": TEST_DAYS, **measure(test)},
            "held_out": {
                "data": held_out.description,
                "from_day": HELD_OUT_FROM_DAY,
                **measure(held_out.between(HELD_OUT_FROM_DAY, float("inf"))),
            },
        },
    }
    facts["reference"] = reference(test.features, test.vectors, calibration.probabilities(margins(booster, test.vectors)))
    golden = golden_rows(booster, test.vectors, adversarial)
    explained = np.concatenate([test.vectors[np.linspace(0, len(test.vectors) - 1, EXPLAINED_ROWS).astype(int)], adversarial[::50]])
    write_explained(asked.data / "explained", explained, contributions(booster, explained))
    write_package(asked.out, model, golden, contributions(booster, golden), facts)
    print(f"wrote {len(model)} bytes", flush=True)


if __name__ == "__main__":
    main()
