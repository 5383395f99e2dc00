"""Answers that fit somebody else's variant: how often the list is wrong, and whom it finds. The guide has the figures.

python -m benchmarks.variants
"""

import random

from helpers.variants.fits import fits
from tests.variants.test_fits import CHOICES, a_class, asked, copied, misread, wrong_of

CLASSES, COPIERS, PEOPLE = 600, 40, 12


def main() -> None:
    rng = random.Random(9)
    wrong = 0
    for _ in range(CLASSES):
        seeds, chosen = a_class(PEOPLE, rng, popular=0.5)
        wrong += bool(fits(wrong_of(chosen), seeds))
    print(f"{PEOPLE} people who worked alone: a row in {wrong} of {CLASSES} classes")
    for share in (1.0, 0.8, 0.6, 0.4):
        found = 0
        for _ in range(COPIERS):
            seeds, chosen = a_class(PEOPLE, rng, knows=0.8)
            copied(chosen, seeds, "s1", "s0", share, rng)
            found += ("s1", "s0") in [(fit.student, fit.other) for fit in fits(wrong_of(chosen), seeds)]
        print(f"one copied {100 * share:.0f} % of the letters: found in {found} of {COPIERS} classes")
    wrong = 0
    for _ in range(CLASSES):
        seeds, chosen = a_class(PEOPLE, rng, popular=0.5)
        own = wrong_of(chosen)
        wrong += bool(fits({s: own[s] | misread(seeds, s, rng, 0.1) for s in seeds}, seeds, CHOICES))
    print(f"with functions, of which each is misread once in ten: a row in {wrong} of {CLASSES} classes")
    for share in (1.0, 0.6, 0.4, 0.2):
        found = 0
        for _ in range(COPIERS):
            seeds, _ = a_class(PEOPLE, rng)
            theirs, own = asked(seeds, "s0"), asked(seeds, "s1")
            taken = rng.sample(sorted(CHOICES), round(share * len(CHOICES)))
            typed = {name: theirs[name] for name in taken if theirs[name] != own[name]}
            found += ("s1", "s0") in [(fit.student, fit.other) for fit in fits({"s1": typed}, seeds, CHOICES)]
        print(f"one copied {100 * share:.0f} % of the {len(CHOICES)} functions: found in {found} of {COPIERS} classes")


if __name__ == "__main__":
    main()
