"""Which rows are trained on and which are tested: protocol B of the Fraud Detection Handbook (Le Borgne et al., ULB 2022, chapters 5 to 7).

A fold is a week of training, a week in which its labels become known, and a week of test. Times are UTC.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .history import DAY_MS, History

WEEK_MS = 7 * DAY_MS
FOLDS = 4
# Between the first transaction and the first row that the open track trains on: the accounts have a history by then.
WARM_UP_DAYS = 44

Track = Literal["strict", "open"]


class TooShort(Exception):
    """The history does not reach over all folds."""


@dataclass(frozen=True)
class Calendar:
    """When folds begin: those that parameters are chosen on, and those that are for one evaluation."""

    validation_ms: tuple[int, ...]
    test_ms: tuple[int, ...]
    open_from_ms: int
    """From when on the open track has rows."""


def published_calendar() -> Calendar:
    """As in the published tables: tests start 2018-07-25 and on the three Wednesdays after it."""
    return _calendar(_midnight_ms(date(2018, 8, 15)), _midnight_ms(date(2018, 5, 15)))


def counted_back(history: History) -> Calendar:
    """The last test week ends with the last whole day of the history."""
    end_ms = int((history.times_ms.max() + 1) // DAY_MS) * DAY_MS
    begin_ms = int(-(-history.times_ms.min() // DAY_MS)) * DAY_MS
    calendar = _calendar(end_ms - 3 * WEEK_MS, begin_ms + WARM_UP_DAYS * DAY_MS)
    if calendar.open_from_ms > calendar.validation_ms[0]:
        days = (end_ms - begin_ms) // DAY_MS
        needed = days + -(-(calendar.open_from_ms - calendar.validation_ms[0]) // DAY_MS)
        raise TooShort(f"{days} whole days are too few: {WARM_UP_DAYS} to warm up and the folds take {needed}")
    return calendar


def _calendar(last_test_ms: int, open_from_ms: int) -> Calendar:
    starts = [last_test_ms - week * WEEK_MS for week in reversed(range(FOLDS))]
    # A validation fold ends before any test fold begins to train.
    return Calendar(tuple(start - (FOLDS + 1) * WEEK_MS for start in starts), tuple(starts), open_from_ms)


def _midnight_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1_000)


def day_text(time_ms: int) -> str:
    return (datetime(1970, 1, 1) + timedelta(milliseconds=time_ms)).date().isoformat()


@dataclass(frozen=True)
class Fold:
    """Rows by their numbers."""

    start_ms: int
    training: NDArray[np.intp]
    training_frauds: NDArray[np.bool_]
    """As known when the test week begins."""
    test: NDArray[np.intp]
    test_days: NDArray[np.int64]
    """Of each row of the test, the day of the test week."""


def fold_of(history: History, start_ms: int, track: Track, open_from_ms: int) -> Fold:
    test_from_ms = start_ms + 2 * WEEK_MS
    first_ms = start_ms if track == "strict" else open_from_ms
    training = np.flatnonzero((history.times_ms >= first_ms) & (history.times_ms < start_ms + WEEK_MS))
    test, test_days = _test_rows(history, start_ms)
    # What is not labelled once the delay is over counts as genuine.
    known = history.labelled_at_ms[training] < test_from_ms
    return Fold(start_ms, training, history.frauds[training] & known, test, test_days)


def _test_rows(history: History, start_ms: int) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Each day of the test week without the cards of which a fraud since `start_ms` had been reported before the day began."""
    known_frauds = np.flatnonzero(history.frauds & (history.times_ms >= start_ms))
    rows, days = [], []
    for day in range(7):
        day_ms = start_ms + 2 * WEEK_MS + day * DAY_MS
        known = known_frauds[history.labelled_at_ms[known_frauds] < day_ms]
        today = np.flatnonzero((history.times_ms >= day_ms) & (history.times_ms < day_ms + DAY_MS))
        today = today[~np.isin(history.cards[today], history.cards[known])]
        rows.append(today)
        days.append(np.full(len(today), day))
    return np.concatenate(rows), np.concatenate(days)
