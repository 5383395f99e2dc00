"""How much copied work `course likeness` finds, and how often it lists people who worked alone.

    python benchmarks/likeness.py [--lecture 04_activations] [--people 60] [--classes 20] [--choices 2]

Simulated classes (`tests/simulated_answers.py`): in each, five pairs share all exercises, or some, and hide it in one
way; all others start from the course's independent answers and make choices of their own.
"""

from __future__ import annotations

import argparse
from collections import defaultdict

import numpy as np

from helpers.grading.likeness.chance import likeness, surprises, together, without_habits
from helpers.grading.likeness.pairs import EXPECTED
from helpers.grading.likeness.reading import handed_out_features, independent_answers
from helpers.grading.likeness.structure import features_of
from helpers.lectures import functions_of
from tests.simulated_answers import DISGUISES, SimulatedClass, simulated

PAIRS = 5
SHARES = (1.0, 0.6, 0.3)


def expected_by_chance(lecture: str, simulated_class: SimulatedClass) -> dict[frozenset[str], float]:
    """For each pair of a class the number of pairs that chance makes as alike."""
    students = list(simulated_class.sources)
    first, second = np.triu_indices(len(students), 1)
    rows = []
    counted = [
        without_habits({name: features_of(f"import numpy as np\n{source}") for name, source in sources.items()})
        for sources in simulated_class.sources.values()
    ]
    for exercise in functions_of(lecture):
        answers = [own[exercise.name] for own in counted]
        values = likeness(answers, independent_answers(exercise), handed_out_features(lecture))
        rows.append(surprises(values[first, second], np.ones(len(first), dtype=bool)))
    chance = together(np.array(rows)) * len(first)
    return {frozenset((students[i], students[j])): e for i, j, e in zip(first, second, chance, strict=True)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lecture", default="04_activations")
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--classes", type=int, default=20)
    parser.add_argument("--choices", type=float, default=2.0)
    options = parser.parse_args()
    cases = {"nothing": {}}
    cases |= {
        f"{how}, {share:.0%} of the exercises": {f"{how}:{i}": share for i in range(PAIRS)}
        for how in DISGUISES
        for share in SHARES
    }
    print("| shared and hidden | pairs found | classes with a false alarm | false pairs expected at most 1 |")
    print("|---|---|---|---|")
    for case, copies in cases.items():
        totals = defaultdict(int)
        for seed in range(options.classes):
            one = simulated(options.lecture, options.people, copies, seed, options.choices)
            expected = expected_by_chance(options.lecture, one)
            totals["found"] += sum(expected[pair] <= EXPECTED for pair in one.copied)
            alone = [value for pair, value in expected.items() if pair not in one.copied]
            totals["alarms"] += min(alone) <= EXPECTED
            totals["below one"] += sum(value <= 1 for value in alone)
        found = f"{totals['found']} of {PAIRS * options.classes}" if copies else "–"
        below = totals["below one"] / options.classes
        print(f"| {case} | {found} | {totals['alarms']} of {options.classes} | {below:.2f} a class |", flush=True)


if __name__ == "__main__":
    main()
