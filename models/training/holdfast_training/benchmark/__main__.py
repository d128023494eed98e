"""`python -m holdfast_training.benchmark --rows FOLDER --calendar published --parameters FILE --out FILE [--search]`"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..fit import ALWAYS, Recipe
from .evaluate import Entry, Evaluator, anchor, mean_of_folds
from .history import History, read_history
from .protocol import Calendar, TooShort, Track, counted_back, day_text, published_calendar
from .search import DRAWS, FINALISTS, SEED, search, usable_inputs

TRACKS: tuple[Track, ...] = ("strict", "open")


def main() -> None:
    parser = argparse.ArgumentParser(prog="holdfast_training.benchmark", description=__doc__)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--calendar", choices=("published", "counted-back"), required=True)
    parser.add_argument("--parameters", type=Path, required=True, help="read, or written by --search")
    parser.add_argument("--out", type=Path, required=True, help="gets the figures")
    parser.add_argument("--search", action="store_true", help="choose parameters on the validation folds")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    if not asked.search and not asked.parameters.exists():
        sys.exit(f"error: there are no parameters in {asked.parameters}: --search writes them")
    history = read_history(asked.rows)
    try:
        calendar = published_calendar() if asked.calendar == "published" else counted_back(history)
    except TooShort as error:
        sys.exit(f"error: {error}")
    with Evaluator(asked.rows, calendar.open_from_ms, asked.processes) as evaluator:
        if asked.search:
            found = _search(evaluator, history, calendar)
            asked.parameters.write_text(json.dumps(found, indent=2) + "\n")
            entries = {name: {key: found[name][key] for key in ("folds", "mean")} for name in ("anchor", *TRACKS)}
            result = {"folds_are": "validation", "entries": entries}
        else:
            result = {"folds_are": "test", "entries": _evaluate(evaluator, history, calendar, json.loads(asked.parameters.read_text()))}
    asked.out.write_text(json.dumps(result | {"history": history.description}))


def _evaluate(evaluator: Evaluator, history: History, calendar: Calendar, parameters: dict[str, Any]) -> dict[str, Any]:
    entries = {"anchor": anchor(history)} | {track: _entry_of(track, parameters[track]) for track in TRACKS}
    return {name: _figures(name, evaluator.folds(entry, calendar.test_ms)) for name, entry in entries.items()}


def _search(evaluator: Evaluator, history: History, calendar: Calendar) -> dict[str, Any]:
    inputs = usable_inputs(history, calendar)
    found: dict[str, Any] = {
        "chosen_by": {
            "folds": [day_text(start) for start in calendar.validation_ms],
            "criterion": "the best mean average precision",
            "seed": SEED,
            "draws_on_half_of_the_folds": DRAWS,
            "finalists_on_all_folds": FINALISTS,
            "fixed": ALWAYS,
        },
        "anchor": _figures("anchor", evaluator.folds(anchor(history), calendar.validation_ms)),
    }
    for track in TRACKS:
        _, entry, folds = search(evaluator, track, inputs, calendar, _say)
        found[track] = {"inputs": entry.inputs, "recipe": asdict(entry.recipe), **_figures(track, folds)}
    return found


def _entry_of(track: Track, chosen: dict[str, Any]) -> Entry:
    return Entry(track, chosen["inputs"], Recipe(**chosen["recipe"]))


def _figures(name: str, folds: list[dict[str, Any]]) -> dict[str, Any]:
    mean = mean_of_folds(folds)
    _say(f"{name}: AUC {mean['auc']:.3f}, AP {mean['ap']:.3f}, CP@100 {mean['cp100']:.3f}")
    return {"folds": folds, "mean": mean}


def _say(line: str) -> None:
    print(f"detection: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
