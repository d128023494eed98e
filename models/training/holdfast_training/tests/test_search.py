import unittest

import numpy as np

from .. import search
from ..__main__ import CALIBRATION_DAYS
from ..benchmark.search import SPACE
from ..draws import draw_recipe
from ..fit import Recipe


class Draws(unittest.TestCase):
    def test_are_the_same_for_the_same_seed_and_of_the_values_there_are(self) -> None:
        for space in (search.SPACE, *SPACE.values()):
            first, second = ([draw_recipe(space, random) for _ in range(20)] for random in (np.random.default_rng(1), np.random.default_rng(1)))
            self.assertEqual(first, second)
            for recipe in first:
                self.assertIn(recipe.trees, space["trees"])
                self.assertIn(recipe.parameters["max_depth"], space["max_depth"])


class Explanations(unittest.TestCase):
    def test_bound_the_trees_of_all_bags_by_their_depth(self) -> None:
        for trees, depth, bags, in_time in ((150, 5, 1, True), (200, 5, 1, False), (100, 5, 2, False), (100, 6, 1, True), (150, 6, 1, False)):
            recipe = Recipe(trees=trees, bags=bags, parameters={"max_depth": depth})
            self.assertEqual(search.is_explained_in_time(recipe), in_time, recipe)


class Folds(unittest.TestCase):
    def test_judge_after_the_week_in_which_labels_become_known_and_before_the_calibration(self) -> None:
        for _, fitted_to, judged_from, judged_to in search.FOLDS:
            self.assertGreaterEqual(judged_from - fitted_to, 7)
            self.assertLessEqual(judged_to, CALIBRATION_DAYS[0])


if __name__ == "__main__":
    unittest.main()
