"""A table like that of deck 001's radar, written by code: 200 columns of mixed scales, five classes of unequal size.

`data/generated/pokemon_radar.md` is its card. A *world* says where each class likes to be; rows of one world follow the
same rule, and another world has another rule.
"""

from dataclasses import dataclass

import numpy as np

IDS = (4, 43, 56, 71, 98)  # as the game numbers the five classes
COUNTS = (224, 948, 150, 225, 289)  # rows of each class in the deck's table
PLACES, HABITATS = 8, 3  # dimensions of what decides, and the preferred places of each class in it
CLOCKS = {  # columns that say nothing of the class: name and range
    **{"minute": 60, "second": 60, "sunrise_minute": 60, "sunset_minute": 60},
    **{"day": 7, "weekday": 7, "moon": 8},
}
CODES = {"terrain": 15, "weather": 24, "hour": 24, "wind_direction": 16}  # cut into so many steps
MEASURED = ("latitude", "longitude", "temperature", "wind_speed", "pressure", "population_density", "gym_km", "stop_km")
SEEN = 151  # columns `seen_1` ...: was that creature here within ten minutes?


@dataclass(frozen=True)
class RadarTable:
    """`features` (n, 200) floats, `ids` (n,) integers from IDS, and the `names` of the columns."""

    features: np.ndarray
    ids: np.ndarray
    names: tuple


def radar(rows=1836, seed=0, world=0, shares=COUNTS):
    """Sightings of a world, in random order; another `seed` gives other rows of the same world.

    `shares` says how frequent the five classes are; with the default number of rows they are exactly those of the deck.
    """
    rule, rng = _Rule(world), np.random.default_rng([seed, world, 12])
    exact = np.array(shares) / sum(shares) * rows
    counts = np.floor(exact).astype(int)
    counts[np.argsort(counts - exact)[: rows - counts.sum()]] += 1  # the largest remainders
    labels = rng.permutation(np.repeat(np.arange(len(IDS)), counts))
    place = rule.habitats[labels, rng.integers(0, HABITATS, rows)] + rng.normal(size=(rows, PLACES))
    columns = {name: rng.integers(0, limit, rows) for name, limit in CLOCKS.items()}
    for (name, steps), direction in zip(CODES.items(), rule.codes, strict=True):
        share = 1 / (1 + np.exp(-(place @ direction + 0.5 * rng.normal(size=rows))))
        columns[name] = np.floor(share * steps)
    numbers = place @ rule.measured + 0.5 * rng.normal(size=(rows, len(MEASURED)))
    columns |= dict(zip(MEASURED, numbers.T, strict=True))
    near = place @ rule.near + rng.normal(size=(rows, rule.near.shape[1]))
    columns |= {f"near_{number}": (column > 0) for number, column in enumerate(near.T, 1)}
    seen = place @ rule.seen + rule.rare + rng.logistic(size=(rows, SEEN))
    columns |= {f"seen_{number}": (column > 0) for number, column in enumerate(seen.T, 1)}
    names = tuple(columns)
    return RadarTable(np.column_stack([columns[name] for name in names]).astype(float), np.array(IDS)[labels], names)


class _Rule:
    """Where each class likes to be, and how a place shows in the columns: drawn from the number of the world."""

    def __init__(self, world):
        rng = np.random.default_rng([world, 13])
        self.habitats = rng.normal(size=(len(IDS), HABITATS, PLACES))
        self.habitats *= 4.0 / np.linalg.norm(self.habitats, axis=2, keepdims=True)

        def directions(count):
            found = rng.normal(size=(PLACES, count))
            return found / np.linalg.norm(found, axis=0)

        self.codes = directions(len(CODES)).T
        self.measured = directions(len(MEASURED))
        self.near = directions(200 - len(CLOCKS) - len(CODES) - len(MEASURED) - SEEN)
        self.seen = 1.8 * directions(SEEN)
        self.rare = rng.uniform(-14, -3, SEEN)
