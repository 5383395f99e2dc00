"""`course build`: the notebooks and the proofs, from their sources."""

from __future__ import annotations

import sys

from .common import OK, PROBLEM, refuse


def add(commands) -> None:
    parser = commands.add_parser("build", help="make the notebooks from solutions/*.md")
    parser.add_argument("lectures", nargs="*", metavar="LECTURE", help="such as 04_activations (default: all)")
    parser.add_argument("--check", action="store_true", help="change nothing; fail on drift or a leaked answer")
    parser.add_argument("--backup", action="store_true", help="move a changed notebook aside instead of stopping")
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.building import build
    from helpers.building.source import SourceError

    try:
        outcomes = build.check(options.lectures) if options.check else build.build(options.lectures, options.backup)
    except SourceError as error:
        return refuse(error)
    for outcome in outcomes:
        for sentence in outcome.done:
            print(f"✓ {sentence}")
        for sentence in outcome.problems:
            print(f"✗ {sentence}", file=sys.stderr)
    if any(outcome.problems for outcome in outcomes):
        return PROBLEM
    if options.check:
        print("Every notebook agrees with its source and shows no answer.")
        return OK
    return OK if options.lectures else write_proofs()


def write_proofs() -> int:
    """Write the two proofs anew; they are about all lectures."""
    from helpers.paths import SOLUTIONS
    from helpers.proving.checks import checks_table, prove_all
    from helpers.proving.ledger import PATH, ledger_table

    proofs = prove_all()
    (SOLUTIONS / "checks.md").write_text(checks_table(proofs), encoding="utf-8")
    print("✓ solutions/checks.md")
    PATH.write_text(ledger_table(), encoding="utf-8")
    print("✓ solutions/ledger.md")
    failures = [failure for proof in proofs for failure in proof.failures]
    for failure in failures:
        print(f"✗ {failure}", file=sys.stderr)
    return PROBLEM if failures else OK
