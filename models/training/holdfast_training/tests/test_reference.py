import unittest

import numpy as np

from holdfast_training.reference import binned, reference


class Binned(unittest.TestCase):
    def test_bins_hold_equally_many_and_end_with_their_edge(self) -> None:
        bins = binned(np.arange(1, 101, dtype=np.float32))
        self.assertEqual(len(bins["edges"]), 19)
        self.assertEqual(sum(bins["counts"]), 100)
        self.assertEqual(bins["edges"][0], 5.0)
        self.assertEqual(bins["counts"][0], 5)

    def test_equal_values_share_a_bin_and_missing_ones_have_none(self) -> None:
        bins = binned(np.array([0, 0, 0, 1, np.nan], dtype=np.float32))
        self.assertEqual(bins, {"edges": [0.0], "counts": [3, 1], "missing": 1})
        self.assertEqual(binned(np.array([np.nan], dtype=np.float32)), {"edges": [], "counts": [0], "missing": 1})

    def test_every_input_has_its_own(self) -> None:
        found = reference(["a", "b"], np.zeros((3, 2), np.float32), np.array([0.1, 0.2, 0.3], np.float32))
        self.assertEqual((found["rows"], list(found["features"])), (3, ["a", "b"]))
        self.assertEqual(sum(found["score"]["counts"]), 3)


if __name__ == "__main__":
    unittest.main()
