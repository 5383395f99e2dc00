"""The general sentences of lecture 02, each as an experiment."""

from functools import partial

from helpers.evidence.claim import OWN, Claim

from .experiments import general as lab

POINTS = "points of the area under the ROC curve"
_TABLES = {"half the patients": {"patients": 75}}
_LEARNERS = {name: {"model": name} for name in ("one tree", "random forest", "nearest neighbors")}
_LINEAR = {"logistic regression": {"model": "logistic regression"}}


def _row(sentence, leak, settings, limits=None):
    """A row of "To remember": the report exceeds the fresh score."""
    return Claim(sentence, partial(lab.optimism_of, leak=leak), POINTS, {OWN: {}} | settings, limits or {})


def _few_selected(seed, **setting):
    return lab.selection_optimism(seed, **setting)


def _grows(seed, few, many, **setting):
    return lab.selection_optimism(seed, candidates=many, **setting) - lab.selection_optimism(
        seed, candidates=few, **setting
    )


def _shrinks(seed, rows, candidates=1000):
    return lab.selection_optimism(seed, candidates=candidates) - lab.selection_optimism(
        seed, candidates=candidates, rows=rows
    )


def _scaler_gain(seed, **setting):
    return 2 - abs(lab.change_of(seed, "scaler", 0, **setting))


def _no_worse(seed, leak, allowed, **setting):
    return allowed - abs(lab.change_of(seed, leak, 1, **setting))


def _inside(seed, **setting):
    outside, inside = lab.noise_outside_and_inside(seed, **setting)
    return outside - inside


def _nearer(seed, leak="person", **setting):
    wrong, right = (lab.optimism_of(seed, leak, right=right, **setting) for right in (False, True))
    return abs(wrong) - abs(right)


def _more_errors(seed, **setting):
    _, at_random, by_sheet = lab.digit_errors(seed, **setting)
    return by_sheet / at_random - 1.5


CLAIMS = (
    _row(
        "copies | a row, or nearly the row, on both sides | drop twins before the split, or keep them together; "
        "augment train only | yes",
        "copies",
        _TABLES | _LEARNERS,
        _LINEAR,
    ),
    _row(
        "one person on both sides | several rows a person, split by row | split people | if you name the column",
        "person",
        _TABLES | _LEARNERS,
        _LINEAR,
    ),
    _row(
        "future for past | a table with dates, shuffled | cut at one moment | if you name the column",
        "future",
        {"twice the patients": {"patients": 300}, "random forest": {"model": "random forest"}},
        _LINEAR,
    ),
    _row(
        "known only afterwards | a score too good to be true, one column that nearly is the outcome | ask when each "
        "column is filled in | if it predicts that well",
        "afterwards",
        _TABLES | _LEARNERS | _LINEAR,
    ),
    Claim(
        "fitted on everything | `fit_transform`, then split | split, then fit on train (a pipeline) | scalers yes, "
        "selections no",
        _few_selected,
        POINTS,
        {
            OWN: {},
            "300 columns": {"candidates": 300},
            "3000 columns": {"candidates": 3000},
            "twice the rows": {"rows": 320},
            "random forest": {"model": "random forest"},
        },
        {"nothing to select: 10 of 10": {"candidates": 10}},
    ),
    _row(
        "resampled before the split | balanced classes in test | split, then resample train | yes, copies and SMOTE",
        "resampling",
        _TABLES | _LEARNERS,
        _LINEAR,
    ),
    Claim(
        "the score is far better than you hoped | look for a leak before you celebrate",
        lab.best_report_is_a_leak,
        POINTS,
        {OWN: {}} | _LINEAR | {"one tree": {"model": "one tree"}},
    ),
    Claim(
        "you used test to choose | it has become validation; split off another",
        lambda seed, **setting: 100 * (lab.best_of(seed, **setting) - 0.5) - 2,
        "points of accuracy above guessing, beyond 2",
        {OWN: {}, "ten models": {"models": 10}, "1000 rows": {"rows": 1000}},
        {"one model": {"models": 1}},
    ),
    Claim(
        "you are not sure whether a split is fair | ask what the model will meet, and split like that",
        _nearer,
        "points by which the report is nearer to fresh data",
        {
            OWN: {},
            "copies": {"leak": "copies"},
            "oversampled": {"leak": "resampling"},
            "afterwards": {"leak": "afterwards"},
        },
    ),
    Claim(
        "On a new sheet both models make more than one and a half times as many errors",
        _more_errors,
        "ratio of errors, beyond 1.5",
        {
            OWN: {},
            "1 nearest neighbor": {"model": "1 nearest neighbor"},
            "linear classifier": {"model": "linear classifier"},
        },
    ),
    Claim(
        "Splitting patients does not make the model worse",
        partial(_no_worse, leak="person", allowed=5.0),
        "5 points minus the difference",
        {OWN: {}, "twice the patients": {"patients": 300}, "random forest": {"model": "random forest"}},
    ),
    Claim(
        "While it is there, the forest splits on it and learns little from pulse and CRP.",
        lambda seed, **setting: -lab.change_of(seed, "afterwards", 1, **setting),
        POINTS,
        {OWN: {}} | _TABLES | {"one tree": {"model": "one tree"}, "random forest": {"model": "random forest"}},
    ),
    Claim(
        "The gain is a fraction of a point, smaller than its own spread.",
        _scaler_gain,
        "2 points minus the gain",
        {OWN: {}, "twice the patients": {"patients": 300}} | _LINEAR,
    ),
    Claim(
        "it grows with the number of columns to choose from",
        _grows,
        POINTS,
        {
            OWN: {"few": 30, "many": 1000},
            "100 and 3000": {"few": 100, "many": 3000},
            "twice the rows": {"few": 30, "many": 1000, "rows": 320},
        },
    ),
    Claim(
        "With more rows it shrinks, because chance correlations do.",
        _shrinks,
        POINTS,
        {OWN: {"rows": 1280}, "300 columns": {"rows": 1280, "candidates": 300}},
    ),
    Claim(
        "oversampling changed the *order* in which the forest puts its patients very little",
        partial(_no_worse, leak="resampling", allowed=4.0),
        "4 points minus the difference",
        {OWN: {}, "twice the patients": {"patients": 300}, "random forest": {"model": "random forest"}} | _LINEAR,
    ),
    Claim(
        "a logistic regression has one weight for each column and cannot memorize rows, so twins, oversampled rows and "
        "known patients help it little",
        lambda seed, leak, **setting: (
            lab.optimism_of(seed, leak, **setting) - lab.optimism_of(seed, leak, model="logistic regression")
        ),
        "points by which trees are more optimistic",
        {
            "as in the lecture": {"leak": "copies"},
            "oversampled": {"leak": "resampling"},
            "patients": {"leak": "person"},
        },
        {"known afterwards, random forest": {"leak": "afterwards", "model": "random forest"}},
    ),
    Claim(
        "With few patients the optimism of a single split varies widely from repetition to repetition.",
        lambda seed, few, many, **setting: (
            lab.spread_of_one_split(seed, few, **setting) - lab.spread_of_one_split(seed, many, **setting)
        ),
        "points of standard deviation",
        {
            OWN: {"few": 30, "many": 300},
            "logistic regression": {"few": 30, "many": 300, "model": "logistic regression"},
        },
    ),
    Claim(
        "The selection never sees the rows on which it is judged, and noise scores what noise is worth.",
        _inside,
        "points of accuracy",
        {OWN: {}, "300 columns": {"columns": 300}, "twice the rows": {"rows": 320}},
        {"nothing to select: 10 of 10": {"columns": 10}},
    ),
)
