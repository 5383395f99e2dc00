"""A hundred configurations of a small network: the course's engine beside Keras, KerasTuner, Optuna and scikit-learn.

    .venv/bin/python benchmarks/search.py [--batch-size 20] [--slow-count 100] [--without keras_tuner ...]

takes about half an hour on two quiet cores, with --slow-count 20 some seven minutes.

Same data (shapes10), same 100 configurations of a 3072-50-10 network, same five epochs of plain minibatch SGD from
weights of deviation 1e-4, same breaking off. One run on one machine: compare figures of one run only. Every contender
has a process of its own and may use all cores; its clock starts when data and libraries are loaded. With --slow-count
the others train only so many of the configurations, and their seconds are scaled up; the table says so. KerasTuner is
installed into a folder that is thrown away.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from joblib import cpu_count
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from helpers import datasets
from helpers.neural import search
from helpers.neural.blas import add_product

CONFIGURATIONS, EPOCHS, HIDDEN = 100, 5, 50
RATES, REGULARIZATIONS = (1e-5, 1e-2), (1e-5, 1e0)
STOP_FACTOR = 3.0
TITLES = {
    "ours": "this course's engine",
    "keras": "Keras, a new model and fit for each",
    "keras_reused": "Keras, one compiled model reused, an epoch in one call",
    "keras_tuner": "KerasTuner, RandomSearch",
    "optuna": "Optuna with Keras",
    "sklearn": "scikit-learn, MLPClassifier in RandomizedSearchCV",
}
KERAS_BASED = ("keras", "keras_tuner", "optuna", "keras_reused")
GEMM_SECONDS = 1.0  # for each measurement of the matrix product alone


def main() -> None:
    options = parse_arguments()
    if options.contender:
        print(json.dumps(run_contender(options)))
        return
    console = Console(width=max(Console().width, 118))
    results, reasons = {}, {}
    peak = products = 0.0
    with tempfile.TemporaryDirectory(prefix="search-benchmark-") as folder:
        for name in [name for name in TITLES if name not in options.without]:
            try:
                path = install_keras_tuner(folder) if name == "keras_tuner" else None
                results[name] = in_a_process(name, options, path)
            except subprocess.CalledProcessError as failed:
                reasons[name] = (failed.stderr or "").strip().splitlines()[-1:] or [str(failed)]
            if name in ("ours", "sklearn"):  # once beside ours, once at the end: the machine may have changed
                peak = max(peak, gemm_rate(1000, 2000))
                products = max(products, gemm_rate(*first_layer_shape(options.batch_size)))
            said = f"{results[name]['seconds']:.1f} s" if name in results else reasons[name]
            console.print(f"{TITLES[name]}: {said}", style="dim")
    console.print(comparison(results, options))
    for name, reason in reasons.items():
        console.print(f"Not compared: {TITLES[name]} ({' '.join(reason)}).")
    if "ours" in results:
        console.print(*bounds(results["ours"], peak, products), sep="\n")
        console.print(profile(options.batch_size))
    console.print(f"Load of this machine now (1, 5, 15 minutes): {os.getloadavg()}, cores: {cpu_count()}")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--batch-size", type=int, default=search.BATCH)
    parser.add_argument("--slow-count", type=int, default=CONFIGURATIONS, help="configurations the others train (100)")
    parser.add_argument("--repeats", type=int, default=3, help="of ours: the median counts, all are printed (3)")
    parser.add_argument("--without", nargs="*", default=[], choices=list(TITLES))
    parser.add_argument("--contender", choices=list(TITLES), help=argparse.SUPPRESS)
    return parser.parse_args()


def configurations() -> list[dict]:
    rng = np.random.default_rng(11)
    return [
        {"learning_rate": float(rate), "regularization": float(l2)}
        for rate, l2 in 10 ** rng.uniform(*np.log10([RATES, REGULARIZATIONS]).T, (CONFIGURATIONS, 2))
    ]


def spread(count: int) -> list[int]:
    """`count` of the configurations, evenly taken; they are in random order anyway."""
    return sorted({round(place) for place in np.linspace(0, CONFIGURATIONS - 1, count)})


def in_a_process(name: str, options: argparse.Namespace, path: str | None) -> dict:
    command = [sys.executable, __file__, "--contender", name, "--batch-size", str(options.batch_size)]
    command += ["--slow-count", str(options.slow_count), "--repeats", str(options.repeats)]
    paths = [path, os.environ.get("PYTHONPATH"), str(Path(__file__).resolve().parents[1])]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def install_keras_tuner(folder: str) -> str:
    """Beside the Keras that is here, so that both are the same one."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder]
    subprocess.run([*command, "keras-tuner==1.4.8", "kt-legacy==1.0.5"], capture_output=True, text=True, check=True)
    return folder


class Clock:
    """Seconds on the wall and of the processor, of this process and those children that have ended."""

    def __init__(self):
        self.began = self.now()

    @staticmethod
    def now() -> np.ndarray:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return np.array([time.perf_counter(), time.process_time() + children.ru_utime + children.ru_stime])

    def read(self) -> np.ndarray:
        return self.now() - self.began


# --- The contenders ----------------------------------------------------------------------------------------------


def run_contender(options: argparse.Namespace) -> dict:
    pictures = search.prepare(datasets.shapes10())
    if options.contender == "ours":
        return run_ours(pictures, options)
    chosen = spread(options.slow_count)
    everything = configurations()
    wanted = [everything[index] for index in chosen]
    train = {
        "keras": run_keras,
        "keras_reused": run_keras_reused,
        "keras_tuner": run_keras_tuner,
        "optuna": run_optuna,
        "sklearn": run_sklearn,
    }[options.contender]
    spent, scores = train(wanted, pictures, options.batch_size)
    seconds, processor = (spent * CONFIGURATIONS / len(chosen)).tolist()
    return {"seconds": seconds, "processor": processor, "chosen": chosen, "scores": scores}


def run_ours(pictures, options) -> dict:
    def run(**changed):
        clock = Clock()
        runs = search.train_many(
            configurations(), pictures, epochs=EPOCHS, hidden=(HIDDEN,), batch_size=options.batch_size, **changed
        )
        return clock.read(), runs

    search.train_many(configurations()[:1], pictures, epochs=1)  # loads BLAS
    timed = [run() for _ in range(options.repeats)]
    runs = timed[0][1]
    _, others = run(seed=1)
    seconds, processor = np.median([spent for spent, _ in timed], axis=0).tolist()
    return {
        "seconds": seconds,
        "processor": processor,
        "all_seconds": [float(spent[0]) for spent, _ in timed],
        "one_job": run(jobs=1)[0].tolist(),
        "chosen": list(range(CONFIGURATIONS)),
        "scores": [run.score for run in runs],
        "other_seed": [run.score for run in others],
        "epochs": sum(len(run.losses) - 1 for run in runs),
        "memory": search.memory_needed(CONFIGURATIONS, pictures, batch_size=options.batch_size),
    }


def keras_model(learning_rate, penalty, **compiling):
    import keras

    tiny = {"kernel_initializer": keras.initializers.RandomNormal(stddev=1e-4)}
    model = keras.Sequential(
        [
            keras.Input((3072,)),
            keras.layers.Dense(HIDDEN, activation="relu", kernel_regularizer=penalty, **tiny),
            keras.layers.Dense(10, kernel_regularizer=penalty, **tiny),
        ]
    )
    model.compile(
        keras.optimizers.SGD(learning_rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        **compiling,
    )
    return model


def break_off():
    """The engine's rule as a callback: the first loss is ln 10 and a penalty that is as good as nothing."""
    import keras

    class BreakOff(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs):
            if not logs["loss"] <= STOP_FACTOR * np.log(10):
                self.model.stop_training = True

    return BreakOff()


def fit(model, pictures, batch_size) -> float:
    """The validation accuracy after the last epoch; 0 when the loss is no longer a number."""
    history = model.fit(
        pictures.x_train,
        pictures.y_train,
        batch_size=batch_size,
        epochs=EPOCHS,
        validation_data=(pictures.x_validation, pictures.y_validation),
        callbacks=[break_off()],
        verbose=0,
    ).history
    return history["val_accuracy"][-1] if np.isfinite(history["loss"][-1]) else 0.0


def fresh_fit(configuration, pictures, batch_size) -> float:
    import keras

    keras.backend.clear_session()
    penalty = keras.regularizers.L2(configuration["regularization"] / 2)
    return fit(keras_model(configuration["learning_rate"], penalty), pictures, batch_size)


def warm_up(pictures, batch_size):
    fresh_fit({"learning_rate": 1e-5, "regularization": 0.0}, pictures, batch_size)


def run_keras(wanted, pictures, batch_size):
    warm_up(pictures, batch_size)
    clock = Clock()
    scores = [fresh_fit(configuration, pictures, batch_size) for configuration in wanted]
    return clock.read(), scores


def run_keras_reused(wanted, pictures, batch_size):
    """What an expert would do: compile once, and put new rates, penalties and weights into the same graph."""
    import keras

    class Adjustable(keras.regularizers.Regularizer):
        def __init__(self):
            self.strength = keras.Variable(0.0, trainable=False)

        def __call__(self, weights):
            return self.strength / 2 * keras.ops.sum(keras.ops.square(weights))

    scores, penalty = [], Adjustable()
    model = keras_model(1e-5, penalty, steps_per_execution=-(-len(pictures.x_train) // batch_size))
    start = model.get_weights()
    fit(model, pictures, batch_size)  # compiles; not counted, as for everybody
    clock = Clock()
    for configuration in wanted:
        model.set_weights(start)
        model.optimizer.learning_rate.assign(configuration["learning_rate"])
        penalty.strength.assign(configuration["regularization"])
        scores.append(fit(model, pictures, batch_size))
    return clock.read(), scores


def run_optuna(wanted, pictures, batch_size):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warm_up(pictures, batch_size)

    def objective(trial):
        configuration = {
            "learning_rate": trial.suggest_float("learning_rate", *RATES, log=True),
            "regularization": trial.suggest_float("regularization", *REGULARIZATIONS, log=True),
        }
        return fresh_fit(configuration, pictures, batch_size)

    clock = Clock()
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))
    for configuration in wanted:
        study.enqueue_trial(configuration)
    study.optimize(objective, n_trials=len(wanted))
    return clock.read(), [trial.value for trial in study.trials]


def run_keras_tuner(wanted, pictures, batch_size):
    import keras
    import keras_tuner

    warm_up(pictures, batch_size)
    scores = {}

    class Tuner(keras_tuner.RandomSearch):
        def run_trial(self, trial, **_):
            index = trial.hyperparameters.Choice("configuration", list(range(len(wanted))))
            scores[index] = fit(self.hypermodel.build(trial.hyperparameters), pictures, batch_size)
            return {"val_accuracy": scores[index]}

    def build(hyperparameters):
        keras.backend.clear_session()
        configuration = wanted[hyperparameters.Choice("configuration", list(range(len(wanted))))]
        return keras_model(configuration["learning_rate"], keras.regularizers.L2(configuration["regularization"] / 2))

    with tempfile.TemporaryDirectory() as folder:
        clock = Clock()
        tuner = Tuner(
            build,
            objective=keras_tuner.Objective("val_accuracy", "max"),
            max_trials=len(wanted),
            max_retries_per_trial=0,
            directory=folder,
            seed=0,
        )
        tuner.search(verbose=0)
        spent = clock.read()
    # It draws with collisions and gives up after some; scaled by what was really trained.
    return spent * len(wanted) / len(scores), [scores.get(index) for index in range(len(wanted))]


def run_sklearn(wanted, pictures, batch_size):
    from joblib.externals.loky import get_reusable_executor
    from sklearn.model_selection import PredefinedSplit, RandomizedSearchCV
    from sklearn.neural_network import MLPClassifier

    class TinyStart(MLPClassifier):
        """From weights of deviation 1e-4, like the others; scikit-learn has no argument for it."""

        def _init_coef(self, fan_in, fan_out, dtype):
            weights = self._random_state.normal(0, 1e-4, (fan_in, fan_out))
            return weights.astype(dtype), np.zeros(fan_out, dtype)

    parts = (pictures.x_train, pictures.x_validation), (pictures.y_train, pictures.y_validation)
    features, labels = map(np.concatenate, parts)
    split = PredefinedSplit(np.repeat([-1, 0], [len(pictures.x_train), len(pictures.x_validation)]))
    network = TinyStart(
        (HIDDEN,),
        solver="sgd",
        momentum=0,
        batch_size=batch_size,
        max_iter=EPOCHS,
        n_iter_no_change=100,
        random_state=0,
    )
    # It divides the penalty by the size of the minibatch.
    grid = [
        {
            "learning_rate_init": [configuration["learning_rate"]],
            "alpha": [configuration["regularization"] * batch_size],
        }
        for configuration in wanted
    ]
    searching = RandomizedSearchCV(
        network, grid, n_iter=len(wanted), cv=split, refit=False, n_jobs=-1, error_score=0.0, random_state=0
    )
    os.environ["PYTHONWARNINGS"] = "ignore"  # of its worker processes: five epochs do not converge, some explode
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clock = Clock()
        searching.fit(features, labels)
        get_reusable_executor().shutdown(wait=True)  # the workers' time counts when they have ended
        spent = clock.read()
    found = {
        row["learning_rate_init"]: score
        for row, score in zip(
            searching.cv_results_["params"], searching.cv_results_["mean_test_score"].tolist(), strict=True
        )
    }
    return spent, [found[configuration["learning_rate"]] for configuration in wanted]


# --- What it is compared with ------------------------------------------------------------------------------------


def comparison(results: dict, options: argparse.Namespace) -> Table:
    table = Table(
        title=f"{CONFIGURATIONS} configurations, {EPOCHS} epochs, minibatches of {options.batch_size}", min_width=110
    )
    for column in (
        "who",
        "trained",
        "seconds",
        "of CPU",
        "times ours",
        "best",
        "differs by",
    ):
        table.add_column(column, justify="left" if column == "who" else "right", no_wrap=column == "who")
    ours = results.get("ours")
    for name, result in results.items():
        scores = {
            index: score for index, score in zip(result["chosen"], result["scores"], strict=True) if score is not None
        }
        if ours:
            reference = ours["other_seed"] if name == "ours" else ours["scores"]
            difference = np.mean([abs(score - reference[index]) for index, score in scores.items()])
        table.add_row(
            TITLES[name],
            f"{len(scores)}" + (", scaled" if len(scores) < CONFIGURATIONS else ""),
            f"{result['seconds']:.1f}",
            f"{result['processor']:.1f}",
            f"{result['seconds'] / ours['seconds']:.1f}" if ours else "",
            f"{max(scores.values()):.3f}",
            f"{difference:.3f}" if ours else "",
        )
    table.caption = "best: accuracy; differs by: mean difference of the accuracies from ours (ours: from another seed)"
    keras = [results[name]["seconds"] for name in KERAS_BASED if name in results]
    if ours and keras:
        table.caption += f"\n{min(keras) / ours['seconds']:.1f} times faster than the fastest that is based on Keras"
    return table


def first_layer_shape(batch_size: int) -> tuple[int, int]:
    """Rows and columns of the engine's largest product: all units of a stack, all pictures of a block."""
    return search.STACK * HIDDEN, max(batch_size, search.BLOCK // batch_size * batch_size)


def gemm_rate(units: int, pictures: int, pixels: int = 3072) -> float:
    """Operations a second of one core on the first layer's two products alone, forward and update, all cores at it.

    By each thread's own clock, which stands still while other programs have its core.
    """
    rng = np.random.default_rng(0)

    def work(_):
        weights, features, error = (
            rng.standard_normal(shape, np.float32) for shape in [(units, pixels), (pictures, pixels), (units, pictures)]
        )
        error *= 1e-6
        sums = np.empty_like(error)
        best, end = np.inf, time.perf_counter() + GEMM_SECONDS
        while time.perf_counter() < end:
            began = time.thread_time()
            np.matmul(weights, features.T, out=sums)
            add_product(weights, error, features)
            best = min(best, time.thread_time() - began)
        return 4 * units * pictures * pixels / best

    with threadpool_limits(1, "blas"), ThreadPoolExecutor(cpu_count()) as pool:
        return float(np.mean(list(pool.map(work, range(cpu_count())))))


def bounds(ours: dict, peak: float, products: float):
    """How much of the time the matrix products of the first layer would take if nothing else were done."""
    # Each epoch: forward and update with every training picture, forward with every validation picture.
    of_first_layer = ours["epochs"] * (2 * 4000 + 1000) * 2 * 3072 * HIDDEN
    yield ""
    timed = ", ".join(f"{seconds:.2f}" for seconds in ours["all_seconds"])
    yield f"ours: {timed} s; on one core {ours['one_job'][0]:.2f} s ({ours['one_job'][1]:.2f} s of the processor)"
    yield f"      {ours['epochs']} epochs, at most {ours['memory'] / 1e6:.0f} MB with the data"
    yield f"      the first layers' products: {of_first_layer / 1e9:.0f} thousand million operations"
    for what, rate in (("in the engine's shapes", products), ("in the best shapes for BLAS", peak)):
        alone = of_first_layer / rate
        on_all_cores, of_processor = alone / cpu_count(), alone / ours["processor"]
        yield f"      alone, {what} ({rate / 1e9:.0f} GFLOP/s a core): {on_all_cores:.2f} s, "
        yield f"        {on_all_cores / ours['seconds']:.0%} of ours, {of_processor:.0%} of its processor time"


def profile(batch_size: int) -> Table:
    """Where the time of one core goes: by function, so that the small products are counted with their layers."""
    pictures = search.prepare(datasets.shapes10())
    rows = {
        "train_epoch": "first layer forward (and its bias)",
        "add_product": "first layer: update, and corrections within a block",
        "measure": "measuring, first layer forward",
        "_step": "second layer, ReLU, updates",
        "_softmax": "softmax and loss",
        "_forward": "second layer forward",
        "blocks": "putting the pictures in order",
        "<listcomp>": "products of pictures",
        "_shrink": "regularisation",
    }
    profiler = cProfile.Profile()
    profiler.enable()
    search.train_many(configurations()[:40], pictures, epochs=EPOCHS, batch_size=batch_size, jobs=1)
    profiler.disable()
    seconds = dict.fromkeys([*rows.values(), "everything else"], 0.0)
    for (_, _, function), (_, _, own, _, _) in pstats.Stats(profiler).stats.items():
        seconds[rows.get(function, "everything else")] += own
    table = Table("where the time goes (40 configurations, one core)", "share")
    for what, own in sorted(seconds.items(), key=lambda row: -row[1]):
        table.add_row(what, f"{own / sum(seconds.values()):.0%}")
    return table


if __name__ == "__main__":
    main()
