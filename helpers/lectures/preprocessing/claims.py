"""The general sentences of lecture 03, each as an experiment."""

from functools import partial

from helpers.evidence.claim import OWN, Claim

from .experiments import general as lab

R2 = "R squared on fresh flats"
POINTS = "points of validation accuracy"
FACTORS = "factors of 2 in steps, beyond 1"
_MARKETS = {"half the rows": {"count": 360}, "twice the rows": {"count": 1440}}
_WHOLE, _OWN_LIGHT = "channel mean and standard deviation", "each picture by itself"


def _nearly_all(seed, **setting):
    return lab.cleaning_gain(seed, how=lab.points_moved_back, **setting) - 0.8 * lab.cleaning_gain(seed, **setting)


def _as_good(seed, **setting):
    return 0.01 - abs(lab.coding_gain(seed, "condition", lab.places, lab.columns_for, **setting))


def _fewer_steps(seed, **setting):
    return lab.steps_saved(seed, **setting) - 1


def _indicator(seed, **setting):
    scores = lab.gaps(seed, **setting)
    return scores["indicator"] - scores["mean"] - 0.01


def _dropping_is_worst(seed, **setting):
    scores = lab.gaps(seed, **setting)
    return min(value for name, value in scores.items() if name != "rows dropped") - scores["rows dropped"] - 0.01


def _little(seed, **setting):
    scores = lab.gaps(seed, accidents=True, **setting)
    return 0.01 - abs(scores["indicator"] - scores["mean"])


def _formula(seed, offset, count):
    expected = 1 + count * offset**2 / (1 / 3)
    return 0.15 - abs(lab.condition_number(seed, offset, count) / expected - 1)


def _white_is_worse(seed, **setting):
    raw, white = lab.white_digit_errors(seed, **setting)
    return white - raw - 2


def _light_removed(seed, **setting):
    return lab.at_night(seed, _OWN_LIGHT, **setting) - lab.at_night(seed, _WHOLE, "darkened", **setting)


def _darkness_helps(seed, way=_WHOLE, **setting):
    return lab.at_night(seed, way, "darkened", **setting) - lab.at_night(seed, way, "equal", **setting)


def _add_nothing(seed, **setting):
    return 6 - abs(_darkness_helps(seed, _OWN_LIGHT, **setting))


def _transform(seed, **setting):
    transformed, again = lab.scaled_again(seed, **setting)
    return transformed - again


def _neighbors_gain_most(seed, **setting):
    gains = lab.scaling_gains(seed, **setting)
    return gains["neighbors"] - max(gains["linear"], gains["forest"])


def _forest_indifferent(seed, **setting):
    return 1.0 - abs(lab.scaling_gains(seed, **setting)["forest"])


CLAIMS = (
    Claim(
        "copies, typing errors | mend them before the split | `drop_duplicates`, `str.strip`, a list of allowed words",
        lab.cleaning_gain,
        R2,
        {OWN: {}} | _MARKETS,
    ),
    Claim("The decimal points are nearly all of it.", _nearly_all, R2, {OWN: {}} | _MARKETS),
    Claim(
        "an outlier | ask how it came about; then mend it, or keep it and scale robustly | `RobustScaler`",
        lambda seed, **setting: lab.spread_kept(seed, "robust", **setting) - 0.9,
        "share of the spread that is kept, beyond 0.9",
        {OWN: {}, "outlier at 30": {"outlier": 30.0}, "50 rows": {"n": 50}},
    ),
    Claim(
        "With *min-max scaling* one point decides the range, and all others share what is left of it.",
        lambda seed, scaler="min-max", **setting: 0.5 - lab.spread_kept(seed, scaler, **setting),
        "0.5 minus the share of the spread that is kept",
        {OWN: {}, "outlier at 30": {"outlier": 30.0}, "2000 rows": {"n": 2000}},
        {"robust scaler": {"scaler": "robust"}},
    ),
    Claim(
        "words with an order | places in the order | `OrdinalEncoder(categories=[...])`",
        partial(lab.coding_gain, column="condition", good=lab.places, bad=lab.alphabet),
        R2,
        {OWN: {}} | _MARKETS,
    ),
    Claim(
        "The true order needs one column and does as well as four: in this market each step costs the same.",
        _as_good,
        "0.01 minus the difference of R squared",
        {OWN: {}} | _MARKETS,
    ),
    Claim(
        'words without | a column for each | `OneHotEncoder(handle_unknown="ignore")`',
        partial(lab.coding_gain, column="heating", good=lab.columns_for, bad=lab.alphabet),
        R2,
        {OWN: {}} | _MARKETS,
    ),
    Claim(
        "columns of different size | mean 0, standard deviation 1 | `StandardScaler`",
        _fewer_steps,
        FACTORS,
        {
            OWN: {},
            "momentum": {"optimizer": "momentum"},
            "kilometers": {"table": "kilometers"},
        },
        {"Adam": {"optimizer": "Adam"}, "kilometers, momentum": {"table": "kilometers", "optimizer": "momentum"}},
    ),
    Claim(
        "correlated columns, plain gradient descent | whiten, with epsilon | `PCA(whiten=True)`",
        partial(_fewer_steps, table="slanted", by="PCA, white"),
        FACTORS,
        {OWN: {}, "correlation 0.7": {"correlation": 0.7}, "correlation 0.99": {"correlation": 0.99}},
        {"Adam": {"optimizer": "Adam"}, "momentum": {"optimizer": "momentum"}},
    ),
    Claim(
        "Columns that are nearly copies of each other slow Adam down as well",
        partial(_fewer_steps, table="slanted", by="ZCA, white", optimizer="Adam"),
        FACTORS,
        {OWN: {"correlation": 0.9999}, "correlation 0.99999": {"correlation": 0.99999}},
        {"correlation 0.9": {"correlation": 0.9}, "correlation 0.99": {"correlation": 0.99}},
    ),
    Claim(
        "The condition number is $1 + d \\mu^2 / \\sigma^2$: it grows with the number of inputs.",
        _formula,
        "0.15 minus the relative difference",
        {
            OWN: {"offset": 1, "count": 10},
            "100 columns": {"offset": 1, "count": 100},
            "2 to 4": {"offset": 3, "count": 2},
        },
    ),
    Claim(
        "Whitening makes the few specks there as large as the strokes, and the distance between two pictures is then "
        "mostly noise.",
        _white_is_worse,
        "percent of errors, beyond 2",
        {
            OWN: {"epsilon": 1e-5},
            "epsilon 1e-3": {"epsilon": 1e-3},
            "1 neighbor": {"epsilon": 1e-5, "neighbors": 1},
        },
        {"epsilon 0.1": {"epsilon": 0.1}},
    ),
    Claim(
        "gaps that tell something | fill in, and say so | `SimpleImputer(add_indicator=True)`",
        _indicator,
        R2 + ", beyond 0.01",
        {OWN: {}} | _MARKETS,
        {"gaps by accident": {"accidents": True}},
    ),
    Claim(
        "A model that never saw an unrenovated flat prices them as if they had been renovated.",
        _dropping_is_worst,
        R2 + ", beyond 0.01",
        {OWN: {}} | _MARKETS,
        {"gaps by accident": {"accidents": True}},
    ),
    Claim(
        "Where gaps are accidents the indicator costs one weight, which is estimated from noise: little, with as many "
        "rows as here.",
        _little,
        "0.01 minus the difference of R squared",
        {OWN: {}} | _MARKETS,
    ),
    Claim(
        "pictures | one size, minus the channel mean, divided by the channel's standard deviation | six numbers",
        partial(lab.preparation_gain, good=_WHOLE, bad="divided by 255"),
        POINTS,
        {OWN: {}, "Adam": {"optimizer": "Adam"}},
    ),
    Claim(
        "light that changes | each picture by itself, or darkened copies | a formula, or augmentation",
        _light_removed,
        "points of accuracy at night",
        {OWN: {}, "Adam": {"optimizer": "Adam"}, "half the updates": {"updates": 600}},
    ),
    Claim(
        "Darkened copies (*data augmentation*) win some of it back.",
        _darkness_helps,
        "points of accuracy at night",
        {OWN: {"updates": 2400}, "Adam, half the updates": {"optimizer": "Adam"}},
        {"each picture by itself": {"way": _OWN_LIGHT}, "half the updates": {}},
    ),
    Claim(
        "a darkened copy is then nearly equal to its original: darkened copies add nothing",
        _add_nothing,
        "6 points minus the difference at night",
        {OWN: {}, "half the updates": {"updates": 600}},
    ),
    Claim(
        "all of it | fit on train, apply everywhere | `Pipeline`, `ColumnTransformer`",
        _transform,
        R2,
        {OWN: {}, "batches of 100": {"batch": 100}},
    ),
    Claim(
        "Nearest neighbors measure distances, and in the raw table the distance is the proline.",
        _neighbors_gain_most,
        "points of accuracy over the next model",
        {OWN: {}},
        {"breast cancer": {"data": "breast_cancer"}},
    ),
    Claim(
        "A tree asks each column on its own whether it is above a threshold, so the unit does not matter.",
        _forest_indifferent,
        "1 point minus the difference",
        {OWN: {}, "breast cancer": {"data": "breast_cancer"}},
    ),
)
