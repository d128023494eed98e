import unittest

import numpy as np

from ..fit import Recipe, calibrate, fit, margins, mean_of

FEATURES = ["one", "two", "three"]


def rows(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(count, len(FEATURES))).astype(np.float32)
    frauds = random.random(count) < 1 / (1 + np.exp(4 - 2 * vectors[:, 0]))
    return vectors, frauds


class Fitting(unittest.TestCase):
    def test_gives_the_same_trees_for_the_same_rows(self) -> None:
        recipe = Recipe(trees=5, negatives=0.5, bags=2, parameters={"max_depth": 3, "subsample": 0.5})
        first, second = (fit(*rows(2_000, 1), FEATURES, recipe) for _ in range(2))
        self.assertEqual(bytes(first.save_raw("json")), bytes(second.save_raw("json")))

    def test_gives_the_mean_of_the_margins_of_its_bags(self) -> None:
        vectors, frauds = rows(2_000, 1)
        parts = [fit(vectors, frauds, FEATURES, Recipe(trees=5, seed=seed, parameters={"subsample": 0.5})) for seed in (1, 2, 3)]
        of_parts = np.mean([margins(part, vectors) for part in parts], axis=0)
        self.assertLess(np.abs(margins(mean_of(parts), vectors) - of_parts).max(), 1e-5)
        self.assertGreater(np.abs(margins(parts[0], vectors) - of_parts).max(), 1e-2)

    def test_is_calibrated_although_most_genuine_rows_were_left_out(self) -> None:
        booster = fit(*rows(20_000, 1), FEATURES, Recipe(trees=20, negatives=0.1, parameters={"max_depth": 2, "eta": 0.3}))
        vectors, frauds = rows(20_000, 2)
        margin = margins(booster, vectors)
        self.assertGreater((1 / (1 + np.exp(-margin))).mean(), 2 * frauds.mean())
        calibration = calibrate(margin, frauds)
        self.assertAlmostEqual(calibration.probabilities(margin).mean(), frauds.mean(), places=4)
        # What the sampling added is ln(1 / 0.1).
        self.assertAlmostEqual(calibration.b, np.log(0.1), delta=0.4)


if __name__ == "__main__":
    unittest.main()
