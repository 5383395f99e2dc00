"""`course build`: the notebooks and the proofs, from their sources."""

from __future__ import annotations

import sys

from .common import OK, PROBLEM, refuse


def add(commands) -> None:
    parser = commands.add_parser("build", help="make the notebooks from solutions/*.md")
    parser.add_argument("names", nargs="*", metavar="LECTURE", help="such as 04_activations (default: all)")
    parser.add_argument("--check", action="store_true", help="change nothing; fail on drift or a leaked answer")
    parser.add_argument("--backup", action="store_true", help="move a changed notebook aside instead of stopping")
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.building import build
    from helpers.building.source import SourceError
    from helpers.lectures import lecture_names

    try:
        outcomes = build.check(options.names) if options.check else build.build(options.names, options.backup)
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
    return write_proofs(lecture_names() if not options.names else outside(options.names))


def outside(lectures: list[str]) -> list[str]:
    """Those that do not belong to the course: their proofs are quick, so they are made at every build."""
    from helpers.lectures import lecture_named

    return [name for name in lectures if lecture_named(name).from_outside]


def write_proofs(lectures) -> int:
    """Write the proofs anew for the folders in which these lectures lie; a proof is about all that lie there."""
    from helpers.building.glossary import glossary
    from helpers.lectures import lecture_named, lecture_names
    from helpers.proving.checks import checks_table, prove_all
    from helpers.proving.claims import claims_table
    from helpers.proving.ledger import ledger_table

    failures = []
    for shelf in dict.fromkeys(lecture_named(name).shelf for name in lectures):
        here = [name for name in lecture_names() if lecture_named(name).shelf == shelf]
        proofs = prove_all(here)
        (shelf / "checks.md").write_text(checks_table(proofs), encoding="utf-8")
        print(f"✓ {shelf.name}/checks.md")
        (shelf / "ledger.md").write_text(ledger_table(here, shelf / "ledger.md"), encoding="utf-8")
        print(f"✓ {shelf.name}/ledger.md")
        (shelf / "claims.md").write_text(claims_table(here), encoding="utf-8")
        print(f"✓ {shelf.name}/claims.md")
        (shelf / "glossary.md").write_text(glossary(here), encoding="utf-8")
        print(f"✓ {shelf.name}/glossary.md")
        failures += [failure for proof in proofs for failure in proof.failures]
    for failure in failures:
        print(f"✗ {failure}", file=sys.stderr)
    return PROBLEM if failures else OK
