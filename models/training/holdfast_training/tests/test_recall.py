import unittest
from dataclasses import replace

import numpy as np

from ..recall import alerted, found_by_kind
from ..vectors import VectorSet


def world(scenarios: list[str]) -> VectorSet:
    names = np.array(scenarios)
    return VectorSet([], "", np.zeros((len(names), 0), np.float32), names != "", names, np.zeros(len(names)), {})


class Alerts(unittest.TestCase):
    def test_are_the_highest_scores_and_no_more_than_the_rate_allows(self) -> None:
        score = np.arange(1_000.0)
        self.assertEqual(np.flatnonzero(alerted(score, 0.005)).tolist(), [995, 996, 997, 998, 999])
        self.assertEqual(alerted(np.zeros(1_000), 0.005).sum(), 5)

    def test_find_a_share_of_each_kind_in_each_world_by_its_own_scores(self) -> None:
        first = world(["mule", "mule", "spree", "spree"] + [""] * 396)
        second = replace(first, scenarios=np.array([""] * 399 + ["mule"]), frauds=np.arange(400) == 399)
        score = np.zeros(400)
        score[[0, 2]] = 1
        found = found_by_kind([(first, score), (second, np.arange(400.0) / 1_000)])
        self.assertEqual(found["kinds"]["mule"], {"frauds": 3, "recall": 0.6667, "of_worlds": [0.5, 1.0]})
        self.assertEqual(found["kinds"]["spree"], {"frauds": 2, "recall": 0.5, "of_worlds": [0.5, None]})
        self.assertEqual([each["precision"] for each in found["worlds"]], [1.0, 0.5])


if __name__ == "__main__":
    unittest.main()
