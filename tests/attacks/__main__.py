"""Print what was tried and what came of it: `python -m tests.attacks`."""

import tempfile
from pathlib import Path

from . import CATALOGUE
from .run import grade_folder, grade_zip


def main() -> int:
    failures = 0
    with tempfile.TemporaryDirectory(prefix="attacks") as folder:
        classes = {False: grade_folder(Path(folder) / "folder"), True: grade_zip(Path(folder) / "zip")}
        for entry in CATALOGUE:
            graded = classes[entry.in_zip]
            problems = graded.problems(entry)
            failures += bool(problems)
            print(f"{'✗' if problems else '✓'} {entry.kind:10} {entry.name:45} {graded.outcome(entry)}")
            for problem in problems:
                print(f"    {problem}")
        for graded in classes.values():
            print(f"{graded.seconds:.0f} s, exit status {graded.status}, {len(graded.survivors)} processes left")
            if graded.status:
                print(graded.printed[-2000:])
    print(f"{len(CATALOGUE)} submissions, {failures} not as expected")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
