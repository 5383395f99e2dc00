"""A table as tables come, written by code: mixed scales, words, typing errors, and gaps that mean something."""

import numpy as np

CONDITIONS = ("poor", "fair", "good", "new")  # from worst to best
HEATINGS = ("district", "electric", "gas", "oil")
_TYPING_ERRORS = {"poor": "Poor", "fair": "fair ", "good": "goood", "new": "NEW"}


def flats(count=1200, seed=0):
    """Flats for rent as a pandas DataFrame, as if copied from advertisements; `data/generated/flats.md` is its card.

    `count` is the number of different advertisements; copies and a few that are no flats come on top. Another `seed`
    writes other advertisements of the same market.
    """
    import pandas as pd

    rng = np.random.default_rng(seed)
    area = np.round(rng.gamma(6, 12, count) + 15, 1)
    distance = np.round(10_000 * rng.beta(1.2, 3, count))
    condition = rng.choice(4, count, p=[0.15, 0.35, 0.35, 0.15])
    heating = rng.choice(4, count, p=[0.3, 0.15, 0.4, 0.15])
    renovated = np.where(rng.random(count) < 0.65, rng.integers(1995, 2025, count), np.nan)
    rent = 250 + 8 * area + 90 * condition + np.array([60, -120, 90, -60])[heating] - 0.03 * distance
    rent += np.where(np.isnan(renovated), 0, 300 + 5 * (renovated - 2010)) + rng.normal(0, 60, count)
    table = pd.DataFrame(
        {
            "kind": "flat",
            "area_m2": area,
            "distance_m": distance,
            "floor": rng.integers(0, 9, count),
            "condition": np.array(CONDITIONS)[condition],
            "heating": np.array(HEATINGS)[heating],
            "renovated": renovated,
            "rent": np.round(rent),
        }
    )
    _type_carelessly(table, rng)
    parking = table.sample(count // 30, random_state=int(rng.integers(1000)))
    parking = parking.assign(kind="parking", area_m2=12.5, rent=np.round(rng.normal(90, 15, len(parking))))
    copies = table.sample(count // 20, random_state=int(rng.integers(1000)))
    return pd.concat([table, parking, copies]).sample(frac=1, random_state=seed).reset_index(drop=True)


def _type_carelessly(table, rng):
    """Put into the table, in place, what people put into tables."""
    count = len(table)
    misspelt = rng.random(count) < 0.12
    table.loc[misspelt, "condition"] = table.loc[misspelt, "condition"].map(_TYPING_ERRORS)
    no_point = rng.choice(np.flatnonzero(table["area_m2"] > 40), count // 100, replace=False)
    table.loc[no_point, "area_m2"] *= 10  # 72.5 typed as 725
    table.loc[rng.integers(count), ["area_m2", "rent"]] = 268.0, 2890.0  # the penthouse: far out, and true
