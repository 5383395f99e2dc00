"""How good and how fast `audit_split` is: python benchmarks/audit_split.py

Prints its false alarms over 200 clean splits, how many of 20 leaky splits it sees for each leak, and its time for
tables of growing size, once as they are and once with a hundred copies and a hundred near copies to find.
"""

import time
from collections import Counter

import numpy as np
import pandas

from helpers.audit import audit_split
from helpers.lectures.data_leakage.experiments.audited import detections, false_alarms

SPLITS, SEEDS, COPIES = 200, 20, 100


def table(rows, columns, seed=0):
    """Half of the columns quantities, the others whole numbers, codes and text; a target that depends on one."""
    rng = np.random.default_rng(seed)
    frame = pandas.DataFrame(rng.normal(size=(rows, columns // 2)).round(4)).add_prefix("q")
    for column in range(columns - columns // 2):
        values = rng.poisson(2 + column, rows)
        frame[f"n{column}"] = values if column % 3 else np.char.add("c", (values % 7).astype(str))
    frame["target"] = (frame["q0"] + rng.normal(size=rows) > 0).astype(int)
    return frame


def main():
    found = false_alarms(SPLITS, first=1000)  # not those by which its limits were chosen
    kinds = Counter(f"{finding.kind} ({finding.sure})" for _, finding in found)
    print(f"false alarms: in {len({seed for seed, _ in found})} of {SPLITS} clean splits; {dict(kinds)}")
    for name, (kind, count) in detections(SEEDS).items():
        print(f"{name:28} seen as {kind:16} in {count} of {SEEDS}")
    for rows in (10_000, 30_000, 100_000):
        whole = table(rows, 50)
        train, test = whole[: 4 * rows // 5], whole[4 * rows // 5 :].copy()
        started = time.perf_counter()
        clean = audit_split(train, test, target="target")
        seconds = time.perf_counter() - started
        test.iloc[: 2 * COPIES] = train.iloc[: 2 * COPIES].to_numpy()
        changed = test.columns.get_loc("q3")
        test.iloc[COPIES : 2 * COPIES, changed] = test.iloc[COPIES : 2 * COPIES, changed] + 1.0
        test = test.astype(train.dtypes)
        seen = {finding.kind: len(finding.test_rows) for finding in audit_split(train, test, target="target").findings}
        print(
            f"{rows:7} x 50 rows: {seconds:5.1f} s; clean: {sorted(clean.kinds)}; with {COPIES} + {COPIES} "
            f"copies: {seen}"
        )


if __name__ == "__main__":
    main()
