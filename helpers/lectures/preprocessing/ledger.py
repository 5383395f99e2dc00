"""What the decks say about preparing data, and the radar table of deck 001."""

import numpy as np

from helpers.evidence.row import Row

from .experiments.pictures import preparations
from .experiments.radar import nearest_neighbor, sightings
from .experiments.transformations import cloud, descend, one_sign_share, steps_with, transformed, trips


def _middle(low, high):
    return (low + high) / 2


def _spread_left(name):
    """Spread of the ordinary points when one lies at 1000, over that without an outlier."""
    with_outlier, without = (transformed(cloud(outlier=size), name)[:-1, 0].std() for size in (1000.0, 0.0))
    return with_outlier / without


def _outliers_lose_influence(name):
    return "less" if _spread_left(name) > 0.9 else "more"


def _largest_standardised():
    points = np.random.default_rng(0).standard_normal((100_000, 1))
    return float(np.abs(transformed(points, "standardized")).max())


def _covariance_error(name, target):
    columns = transformed(cloud(), name)
    covariance = np.cov(columns.T, bias=True)
    wanted = np.eye(2) if target == "identity" else np.diag(np.diag(covariance))
    return float(np.abs(covariance - wanted).max())


def _without_adaptive_rates():
    features, target = trips()
    plain, adaptive = (steps_with(name, features, target) for name in ("plain", "Adam"))
    return "not done well" if plain > 10 * adaptive else "done as well"


def _stretch(standardised):
    features, target = trips()
    return descend(transformed(features, "standardized") if standardised else features, target).stretch


def _numbers_in(name):
    pictures = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3)).astype(np.uint8)
    return float(preparations(pictures)[name].shift.size)


def _centred_example():
    data = np.array([[1.0], [2.0], [3.0], [4.0], [5.0]])
    return float(transformed(data, "centered")[0, 0])


ROWS = [
    Row("1, 2, 3, 4, 5 less their mean: the first", "004", -2.0, _centred_example),
    Row("age group 0-17 as one number", "001", 15.0, lambda: _middle(0, 17), 0.5, "Its middle.", None, False),
    Row("age group 26-35 as one number", "001", 30.0, lambda: _middle(26, 35), 0.5, "Its middle."),
    Row(
        "normalising lessens the influence of outliers: min-max",
        "004",
        "less",
        lambda: _outliers_lose_influence("min-max"),
        note="One point in 200 at 1000 deviations: the others keep 0.4 % of their spread.",
    ),
    Row(
        "normalising lessens the influence of outliers: standardising",
        "004",
        "less",
        lambda: _outliers_lose_influence("standardized"),
        note="As above: 1.4 %.",
    ),
    Row("suits data with outliers: robust scaler", "004", "less", lambda: _outliers_lose_influence("robust")),
    Row(
        "largest of 100 000 standard normal numbers after dividing by the deviation",
        "000",
        1.0,
        _largest_standardised,
        1e-9,
        "The slide: dividing by the deviation and a range of -1 to 1 under one heading. A third lies outside.",
    ),
    Row("PCA: largest covariance off the diagonal", "004", 0.0, lambda: _covariance_error("PCA", "diagonal"), 1e-9),
    Row(
        "whitening E D^-1/2 E^T: largest distance of the covariance from the identity",
        "004",
        0.0,
        lambda: _covariance_error("ZCA, white", "identity"),
        1e-4,
        "Not 0 by epsilon.",
    ),
    Row(
        "features of different scale, without an adaptive learning rate",
        "001",
        "not done well",
        _without_adaptive_rates,
        note="Temperature 0 to 40, distance 0 to 10 000, as they are: plain gradient descent needs more than ten times "
        "the steps of Adam. Standardized, it needs two.",
    ),
    Row(
        "level lines at the same scale: longest over shortest curvature",
        "001",
        1.0,
        lambda: _stretch(standardised=True),
        0.5,
        "The slide: nearer to a circle. 59 000 before.",
    ),
    Row(
        "inputs that are always positive: share of steps of one sign",
        "000, 003, 004",
        1.0,
        one_sign_share,
        0.0,
        "One sample a step.",
    ),
    Row("numbers in the mean image of CIFAR-10", "003, 004", 3072.0, lambda: _numbers_in("minus the mean image")),
    Row("numbers in its channel mean", "003, 004", 3.0, lambda: _numbers_in("channel mean and standard deviation")),
    Row(
        "columns of the radar table",
        "001",
        200.0,
        lambda: float(sightings()[0].shape[1]),
        needs="pokemon_radar",
    ),
    Row(
        "one nearest neighbour on the radar table, raw",
        "001",
        0.47,
        lambda: nearest_neighbor(standardized=False),
        0.02,
        "Measured before the course was written, its split unknown; the deck gives only the table. Here five folds.",
        needs="pokemon_radar",
        setting_given=False,
    ),
    Row(
        "one nearest neighbour on the radar table, standardised",
        "001",
        0.67,
        lambda: nearest_neighbor(standardized=True),
        0.02,
        "As above; the scaler is fitted within each fold.",
        needs="pokemon_radar",
        setting_given=False,
    ),
]
