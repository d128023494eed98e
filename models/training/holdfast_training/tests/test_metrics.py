import unittest

import numpy as np

from ..metrics import area_under_curve, average_precision, card_precision


def flags(text: str) -> np.ndarray:
    return np.array([letter == "F" for letter in text])


class AveragePrecision(unittest.TestCase):
    def test_is_the_mean_of_the_precision_at_each_fraud(self) -> None:
        self.assertAlmostEqual(average_precision(flags("F.F."), np.array([0.9, 0.8, 0.7, 0.6])), (1 / 1 + 2 / 3) / 2)

    def test_finds_equal_scores_together_whatever_their_order(self) -> None:
        for order in ("F..F", ".F.F", "..FF"):
            self.assertAlmostEqual(average_precision(flags(order), np.array([0.5, 0.5, 0.5, 0.1])), (1 / 3 + 2 / 4) / 2)

    def test_is_the_share_of_frauds_when_all_scores_are_equal(self) -> None:
        self.assertAlmostEqual(average_precision(flags("F...."), np.zeros(5)), 1 / 5)


class AreaUnderCurve(unittest.TestCase):
    def test_is_the_share_of_pairs_in_order_with_ties_as_half(self) -> None:
        # Of four pairs two are in order, one is tied, one is not.
        self.assertAlmostEqual(area_under_curve(flags("F.F."), np.array([0.9, 0.8, 0.8, 0.1])), 3.5 / 4)


class CardPrecision(unittest.TestCase):
    def test_ranks_a_card_by_its_highest_score_of_the_day(self) -> None:
        cards = np.array([1, 1, 2, 3])
        score = np.array([0.1, 0.9, 0.5, 0.4])
        self.assertEqual(card_precision(np.zeros(4, int), cards, flags("F..."), score, 1), 1)
        self.assertEqual(card_precision(np.zeros(4, int), cards, flags("..FF"), score, 2), 1 / 2)

    def test_does_not_meet_a_card_again_that_was_found(self) -> None:
        days = np.array([0, 0, 1, 1])
        cards = np.array([1, 2, 1, 2])
        score = np.array([0.9, 0.1, 0.9, 0.1])
        self.assertEqual(card_precision(days, cards, flags("F.FF"), score, 1), 1)

    def test_meets_a_card_again_that_was_looked_at_and_was_not_compromised(self) -> None:
        days = np.array([0, 0, 1, 1])
        cards = np.array([1, 2, 1, 2])
        score = np.array([0.9, 0.1, 0.9, 0.1])
        self.assertEqual(card_precision(days, cards, flags("..FF"), score, 1), 1 / 2)

    def test_counts_the_places_that_no_card_fills(self) -> None:
        self.assertEqual(card_precision(np.zeros(2, int), np.array([1, 2]), flags("F."), np.array([0.9, 0.1]), 100), 1 / 100)
