"""Random draws of recipes: what a search tries."""

from typing import Any

import numpy as np

from .fit import Recipe

Space = dict[str, tuple[Any, ...]]
"""Values to choose from: of `trees` and `negatives`, the others XGBoost's own parameters."""


def draw_recipe(space: Space, random: np.random.Generator) -> Recipe:
    chosen = {name: values[random.integers(len(values))] for name, values in space.items()}
    trees, negatives = chosen.pop("trees"), chosen.pop("negatives")
    return Recipe(trees=trees, negatives=negatives, parameters=chosen)
