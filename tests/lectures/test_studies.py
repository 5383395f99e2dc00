"""A search with Optuna: the same trials every time, pruned as it says, and safe from being killed."""

import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from helpers import datasets
from helpers.lectures.hyperparameter_search.experiments import studies
from helpers.lectures.hyperparameter_search.experiments.response_surface import ResponseSurface
from helpers.neural import search
from helpers.neural.signal import he
from helpers.paths import ROOT

SPACE = {"learning_rate": (1e-3, 1e-1), "regularization": (1e-4, 1e0)}


def hill():
    """Best (0.9) in the middle of SPACE, falling off on all sides; accuracy grows evenly over five epochs."""
    rates, strengths = np.linspace(-3, -1, 21), np.linspace(-4, 0, 21)
    best = 0.9 - 0.3 * np.abs(rates + 2)[:, None] - 0.1 * np.abs(strengths + 2)[None]
    curves = best[:, :, None] * np.arange(6) / 5
    return ResponseSurface(rates, strengths, np.zeros_like(curves), curves)


def table(study):
    """What is the same in two studies that are the same."""
    return [(trial.number, trial.state, trial.params, trial.intermediate_values) for trial in study.trials]


@pytest.mark.parametrize("sampler", studies.SAMPLERS)
def test_the_same_seed_gives_the_same_trials_and_another_seed_others(sampler):
    once, again, other = (
        table(studies.run_study(studies.open_study(), hill().train, SPACE, 25, sampler=sampler, seed=seed))
        for seed in (1, 1, 2)
    )
    assert once == again
    assert once[0] != other[0]
    for _, _, params, _ in once:
        assert all(low <= params[name] <= high for name, (low, high) in SPACE.items())


def test_random_trials_are_uniform_in_the_exponent():
    from scipy.stats import kstest

    study = studies.run_study(studies.open_study(), hill().train, SPACE, 400, sampler="random")
    for name, (low, high) in SPACE.items():
        exponents = np.log10([trial.params[name] for trial in study.trials])
        assert kstest(exponents, "uniform", (np.log10(low), np.log10(high / low))).pvalue > 0.001


@pytest.mark.parametrize("pruner", studies.PRUNERS)
def test_a_study_that_goes_on_equals_one_that_ran_through(tmp_path, pruner):
    through = studies.run_study(studies.open_study(pruner=pruner), hill().train, SPACE, 18, batch=6)
    for trials in (6, 12, 18):
        study = studies.open_study(f"sqlite:///{tmp_path}/study.db", pruner=pruner)
        studies.run_study(study, hill().train, SPACE, trials, batch=6)
    assert table(study) == table(through)


def test_the_engine_answers_to_a_study():
    pictures = search.prepare(datasets.digits())

    def train(configurations, on_epoch=None):
        return search.train_many(
            configurations, pictures, epochs=3, hidden=(10,), weight_scale=he, on_epoch=on_epoch, jobs=2
        )

    study = studies.run_study(
        studies.open_study(), train, {"learning_rate": (0.01, 1), "regularization": (1e-5, 1)}, 10
    )
    (best,) = train([study.best_params])
    assert best.score == pytest.approx(study.best_value, abs=0.01)
    assert study.best_value > 0.85


def test_a_pruner_breaks_off_only_trials_that_are_behind_and_saves_epochs():
    study = studies.run_study(studies.open_study(pruner="median"), hill().train, SPACE, 40, sampler="random")
    pruned = [trial for trial in study.trials if trial.state == studies.TrialState.PRUNED]
    assert 5 < len(pruned) < 35
    whole = [max(trial.intermediate_values.values()) for trial in study.trials if trial not in pruned]
    # The order of these curves never changes, so that a pruned one would not have been the best.
    ends = [trial.intermediate_values[last] * 5 / last for trial in pruned for last in [trial.last_step]]
    assert max(ends) < max(whole)


def test_random_search_needs_the_trials_that_its_share_of_the_area_predicts():
    target = 0.75
    share = hill().share_above(target)
    effort = studies.effort(hill().train, SPACE, target, sampler="random", trials=200, repetitions=150)
    # Geometric: mean 1/p, deviation sqrt(1 - p)/p.
    assert abs(effort.trials.mean() - 1 / share) < 4 * np.sqrt(1 - share) / share / np.sqrt(150)
    assert np.array_equal(effort.epochs, 5 * effort.trials)


def test_a_sampler_that_learns_needs_fewer_trials_for_a_small_goal():
    efforts = [
        np.median(studies.effort(hill().train, SPACE, 0.87, sampler=sampler, trials=60, repetitions=9).trials)
        for sampler in ("random", "tpe")
    ]
    assert efforts[1] < efforts[0]


def test_a_study_killed_in_the_middle_of_a_batch_is_resumed_where_it_was(tmp_path):
    storage = f"sqlite:///{tmp_path}/study.db"
    assert studies.run_until_killed(storage, hill(), SPACE, 20, epochs=73, batch=10) == -signal.SIGKILL
    left = studies.open_study(storage).trials
    assert [trial.state for trial in left] == [studies.TrialState.COMPLETE] * 10 + [studies.TrialState.RUNNING] * 10
    resumed = studies.run_study(studies.open_study(storage), hill().train, SPACE, 20, batch=10)
    assert table(resumed) == table(studies.run_study(studies.open_study(), hill().train, SPACE, 20, batch=10))


RUN = """
import sys, time
from helpers.lectures.hyperparameter_search.experiments import studies
from tests.lectures.test_studies import SPACE, hill

def train(configurations, on_epoch):
    def slowly(index, run):
        time.sleep(0.02)
        return on_epoch(index, run)
    return hill().train(configurations, slowly)

study = studies.open_study("sqlite:///" + sys.argv[1], pruner="median")
studies.run_study(study, train, SPACE, 30, batch=6)
"""


def changed(path):
    return path.stat().st_mtime_ns if path.exists() else 0


@pytest.mark.slow
def test_a_study_killed_again_and_again_ends_as_if_it_had_been_left_alone(tmp_path):
    expected = table(studies.run_study(studies.open_study(pruner="median"), hill().train, SPACE, 30, batch=6))
    moments = random.Random(6)
    path, kills, interrupted = tmp_path / "killed.db", 0, 0
    while True:
        process = subprocess.Popen([sys.executable, "-c", RUN, path], cwd=ROOT)
        begun = changed(path)
        while process.poll() is None and changed(path) == begun:
            time.sleep(0.05)  # killing an interpreter that is still importing would prove nothing
        try:
            assert process.wait(timeout=moments.uniform(0, 1) if kills < 6 else 120) == 0
            break
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            states = [trial.state for trial in studies.open_study(f"sqlite:///{path}").trials]
            interrupted += studies.TrialState.RUNNING in states
    assert kills >= 3
    assert interrupted >= 1  # at least once trials were left hanging
    assert table(studies.open_study(f"sqlite:///{path}", pruner="median")) == expected
