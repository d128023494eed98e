import unittest
from datetime import UTC, datetime

import numpy as np

from ..benchmark.history import DAY_MS, History, Inputs
from ..benchmark.protocol import TooShort, counted_back, day_text, fold_of, published_calendar

NOTHING = Inputs([], np.zeros((0, 0), dtype=np.float32))


def history_of(*rows: tuple[int, float, bool, float]) -> History:
    """Rows of a card, day, whether it is a fraud, and the day on which that was said."""
    cards, days, frauds, labelled = (np.array(column) for column in zip(*rows))
    return History(NOTHING, NOTHING, cards, days * DAY_MS, frauds.astype(bool), labelled * DAY_MS, {})


class Calendars(unittest.TestCase):
    def test_has_the_published_days(self) -> None:
        calendar = published_calendar()
        self.assertEqual([day_text(start) for start in calendar.validation_ms], ["2018-06-20", "2018-06-27", "2018-07-04", "2018-07-11"])
        self.assertEqual([day_text(start) for start in calendar.test_ms], ["2018-07-25", "2018-08-01", "2018-08-08", "2018-08-15"])
        self.assertEqual(day_text(calendar.open_from_ms), "2018-05-15")

    def test_counts_folds_back_from_the_end_of_the_last_whole_day(self) -> None:
        first = datetime(2026, 1, 1, tzinfo=UTC).timestamp() / 86_400
        calendar = counted_back(history_of((1, first, False, np.nan), (1, first + 130.5, False, np.nan)))
        self.assertEqual(calendar.test_ms[-1] / DAY_MS, first + 130 - 21)
        self.assertEqual(calendar.validation_ms[-1] / DAY_MS, calendar.test_ms[0] / DAY_MS - 14)
        self.assertEqual(calendar.open_from_ms / DAY_MS, first + 44)

    def test_refuses_a_history_that_is_too_short(self) -> None:
        with self.assertRaisesRegex(TooShort, "100 whole days are too few.* 121"):
            counted_back(history_of((1, 0, False, np.nan), (1, 100, False, np.nan)))


class Folds(unittest.TestCase):
    def test_trains_on_a_week_and_tests_on_the_week_after_the_next(self) -> None:
        days = [*range(0, 28)]
        history = history_of(*((1, day, False, day + 7) for day in days))
        fold = fold_of(history, 3 * DAY_MS, "strict", 0)
        self.assertEqual(fold.training.tolist(), [3, 4, 5, 6, 7, 8, 9])
        self.assertEqual(fold.test.tolist(), [17, 18, 19, 20, 21, 22, 23])
        self.assertEqual(fold.test_days.tolist(), [0, 1, 2, 3, 4, 5, 6])

    def test_has_all_rows_since_a_day_in_the_open_track(self) -> None:
        history = history_of(*((1, day, False, day + 7) for day in range(0, 28)))
        self.assertEqual(fold_of(history, 3 * DAY_MS, "open", 1 * DAY_MS).training.tolist(), [1, 2, 3, 4, 5, 6, 7, 8, 9])

    def test_knows_only_frauds_that_were_reported_when_the_test_week_begins(self) -> None:
        history = history_of((1, 5, True, 12), (2, 5, True, 13.99), (3, 5, True, 14), (4, 5, False, np.nan), (5, 20, False, 27))
        self.assertEqual(fold_of(history, 0, "strict", 0).training_frauds.tolist(), [True, True, False, False])

    def test_removes_cards_with_a_fraud_of_eight_days_ago_or_more(self) -> None:
        week_of_test = [(card, day, False, day + 7) for day in range(14, 21) for card in (1, 2, 3)]
        history = history_of((1, 0, True, 7), (2, 8.5, True, 15.5), *week_of_test)
        fold = fold_of(history, 0, "strict", 0)
        seen = [(int(day), int(card)) for day, card in zip(fold.test_days, history.cards[fold.test])]
        self.assertEqual([day for day, card in seen if card == 1], [])
        # The fraud was reported in the course of the second day.
        self.assertEqual([day for day, card in seen if card == 2], [0, 1])
        self.assertEqual([day for day, card in seen if card == 3], [0, 1, 2, 3, 4, 5, 6])

    def test_does_not_remove_cards_for_frauds_of_before_the_fold(self) -> None:
        history = history_of((1, 0, True, 7), *((1, day, False, day + 7) for day in range(8, 29)))
        self.assertEqual(len(fold_of(history, 8 * DAY_MS, "strict", 0).test), 7)


if __name__ == "__main__":
    unittest.main()
