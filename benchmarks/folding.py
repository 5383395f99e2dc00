"""How much time folding batch normalisation into its dense layers saves at inference.

    .venv/bin/python benchmarks/folding.py

One prediction of a network with four hidden layers in single precision, on one thread, for single samples and for
batches; the median of many. Compare figures of one run only.
"""

from __future__ import annotations

import statistics
import time

import numpy as np
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from helpers.neural.activations import ACTIVATIONS
from helpers.neural.batch_normalization import BatchNormalization, fold
from helpers.neural.networks import forward, initial_layers
from helpers.neural.signal import he


def main() -> None:
    table = Table("width", "batch", "dense + normalisation, ms", "folded, ms", "saved", "largest difference")
    for width in (50, 500):
        for batch in (1, 32, 1000):
            before, after, difference = measured(width, batch)
            saved = f"{100 * (1 - after / before):.0f} %"
            table.add_row(str(width), str(batch), f"{before:.3f}", f"{after:.3f}", saved, f"{difference:.0e}")
    Console().print(table)


def measured(width: int, batch: int, hidden: int = 4) -> tuple[float, float, float]:
    """Milliseconds before and after, and the largest difference of the scores as a share of the largest score."""
    rng = np.random.default_rng(0)
    layers = initial_layers((64, *[width] * hidden, 10), rng, he, dtype=np.float32)
    norms = [trained_norm(width, rng) for _ in range(hidden)]
    folded = [
        fold(*dense, norm.gamma, norm.beta, norm.running_mean, norm.running_var, np.float32(norm.epsilon))
        for dense, norm in zip(layers[:-1], norms, strict=True)
    ]
    folded.append(layers[-1])
    x = rng.standard_normal((batch, 64), dtype=np.float32)
    relu = ACTIVATIONS["relu"]
    scores, same = forward(layers, x, relu, norms)[1][-1], forward(folded, x, relu)[1][-1]
    with threadpool_limits(1, "blas"):
        before = median_milliseconds(lambda: forward(layers, x, relu, norms))
        after = median_milliseconds(lambda: forward(folded, x, relu))
    return before, after, float(np.abs(scores - same).max() / np.abs(scores).max())


def trained_norm(width: int, rng) -> BatchNormalization:
    """A layer whose four vectors look as if it had been trained."""
    norm = BatchNormalization.fresh(width, dtype=np.float32)
    for vector in (norm.gamma, norm.running_var):
        vector *= rng.uniform(0.5, 2, width).astype(np.float32)
    for vector in (norm.beta, norm.running_mean):
        vector += rng.normal(0, 0.5, width).astype(np.float32)
    return norm


def median_milliseconds(work, seconds: float = 1.0) -> float:
    work()
    times = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until or len(times) < 5:
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)


if __name__ == "__main__":
    main()
