"""The same search with Optuna: samplers that learn from what was tried, pruners, and a study that survives a kill.

Optuna asks and the engine answers: a batch of trials is asked for, trained together, and told. What a sampler
proposes depends on the seed, the number of the trial and the trials told before, on nothing that lives in the process.
So a study that was killed and is resumed from its file ends as if nothing had happened.
"""

import itertools
import multiprocessing
import warnings
from dataclasses import dataclass

import numpy as np
import optuna
import psutil
from optuna.trial import TrialState

from helpers.neural.search import STOP_RUN

SAMPLERS = {
    "random": optuna.samplers.RandomSampler,
    # Trials of one batch are proposed before any is told; the "liar" keeps them from crowding in one place.
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed, constant_liar=True),
}
PRUNERS = {
    None: lambda epochs: optuna.pruners.NopPruner(),
    "median": lambda epochs: optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=1),
    "hyperband": lambda epochs: optuna.pruners.HyperbandPruner(min_resource=1, max_resource=epochs, reduction_factor=3),
}
BATCH = 10
DONE = (TrialState.COMPLETE, TrialState.PRUNED)


@dataclass(frozen=True)
class Effort:
    """What repeated searches needed until one of their trials reached an accuracy; one entry a repetition.

    A search that never got there counts with all that it spent, plus one: a lower bound, and the median bears it.
    """

    trials: np.ndarray
    epochs: np.ndarray


def open_study(storage=None, name="search", *, pruner=None, epochs=5):
    """A study that maximises validation accuracy: a new one, or the one of this name that `storage` already holds.

    `storage` is an address such as "sqlite:///search.db"; None keeps the study in memory. `pruner`: None, "median" or
    "hyperband" over `epochs` epochs.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(
        study_name=name,
        storage=storage,
        direction="maximize",
        load_if_exists=True,
        pruner=PRUNERS[pruner](epochs),
    )


def run_study(study, train, space, trials, *, sampler="tpe", batch=BATCH, seed=0, target=np.inf):
    """Bring `study` to `trials` trials (those it has count) and return it.

    `train(configurations, on_epoch=...)` returns a list of Run: `train_many` with its other arguments filled in, or the
    same of a ResponseSurface. `space` maps names to (low, high), both searched in log space. A pruner sees the
    validation accuracy after each epoch. A batch with a trial that reaches `target` is the last one. With the same seed
    and `batch` the trials are the same however often the study was killed and resumed between. (Hyperband looks at the
    unfinished trials of a batch too, so for that it has to be trained on one core.)
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # constant_liar
        # Batches are counted from the first trial, so that a resumed study has the same ones; the one in which it was
        # killed is trained again as a whole, and what was told already stays.
        for first in range(0, trials, batch):
            numbers = range(first, min(first + batch, trials))
            stored = study.get_trials(deepcopy=False)
            if any(trial.value >= target for trial in stored if trial.state == TrialState.COMPLETE):
                break
            of_batch = stored[first : numbers.stop]
            if len(of_batch) < len(numbers) or not all(trial.state in DONE for trial in of_batch):
                asked = [_ask(study, stored, number, space, sampler, seed) for number in numbers]
                _train_and_tell(study, asked, train, space)
    return study


def run_until_killed(storage, surface, space, trials, epochs, **options):
    """`run_study` on a ResponseSurface in a process of its own, which is killed in the middle of a batch.

    It dies without warning (SIGKILL) when the surface has been asked for `epochs` epochs. Returns its exit status.
    `storage` is a file's address; `options` are those of `run_study`.
    """
    # A fresh interpreter: a fork would share the parent's open connection.
    doomed = multiprocessing.get_context("spawn").Process(
        target=_run_and_die, args=(storage, surface, space, trials, epochs, options)
    )
    doomed.start()
    doomed.join()
    return doomed.exitcode


def _run_and_die(storage, surface, space, trials, epochs, options):
    left = itertools.count(epochs, -1)

    def train(configurations, on_epoch):
        def listen(index, run):
            if next(left) == 0:
                psutil.Process().kill()
            return on_epoch(index, run)

        return surface.train(configurations, listen)

    run_study(open_study(storage), train, space, trials, **options)


def effort(train, space, target, *, sampler, pruner=None, trials=60, repetitions=20, batch=1, epochs=5):
    """The Effort to reach validation accuracy `target` in searches with seeds 0, 1, ..., at most `trials` long."""
    rows = []
    for seed in range(repetitions):
        study = run_study(
            open_study(pruner=pruner, epochs=epochs),
            train,
            space,
            trials,
            sampler=sampler,
            batch=batch,
            seed=seed,
            target=target,
        )
        rows.append(_effort(study, target))
    return Effort(*(np.array(column) for column in zip(*rows, strict=True)))


def _effort(study, target):
    """Trials and epochs until the target was reached."""
    spent = 0
    for count, trial in enumerate(study.trials, start=1):
        spent += len(trial.intermediate_values)
        if trial.state == TrialState.COMPLETE and trial.value >= target:
            return count, spent
    return count + 1, spent + 1


def _ask(study, stored, number, space, sampler, seed):
    """Trial `number` with values for all of `space`: what is stored of it is kept, what is missing is drawn."""
    trial = optuna.trial.Trial(study, stored[number]._trial_id) if number < len(stored) else study.ask()
    for place, (name, (low, high)) in enumerate(space.items()):
        # A seed for every value: it then does not matter which of them a killed process had drawn before.
        study.sampler = SAMPLERS[sampler](seed=int(np.random.SeedSequence([seed, number, place]).generate_state(1)[0]))
        trial.suggest_float(name, low, high, log=True)
    return trial


def _train_and_tell(study, asked, train, space):
    """Train the trials of one batch together; report every epoch, prune, and tell the results in order."""
    stored = {trial.number: trial for trial in study.get_trials()}
    finished = {number for number, trial in stored.items() if trial.state in DONE}
    pruned = {number for number, trial in stored.items() if trial.state == TrialState.PRUNED}

    def on_epoch(index, run):
        trial, epoch = asked[index], len(run.losses) - 1
        if trial.number in finished:
            ended = trial.number in pruned and epoch >= stored[trial.number].last_step
            return STOP_RUN if ended else None
        if epoch not in stored[trial.number].intermediate_values:
            trial.report(float(run.validation_accuracies[-1]), epoch)
        if trial.should_prune():
            pruned.add(trial.number)
            return STOP_RUN
        return None

    runs = train([{name: trial.params[name] for name in space} for trial in asked], on_epoch=on_epoch)
    for trial, run in zip(asked, runs, strict=True):
        if trial.number in finished:
            continue
        if trial.number in pruned:
            study.tell(trial.number, state=TrialState.PRUNED)
        else:
            study.tell(trial.number, run.score)
