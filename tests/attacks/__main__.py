"""Print what was tried and what came of it: `python -m tests.attacks [strict|landlock]`."""

import sys
import tempfile
from pathlib import Path

from . import CATALOGUE
from .run import IN_FOLDER, IN_ZIP, OF_ANY_LECTURE, grade_folder, grade_lectures, grade_zip


def main() -> int:
    failures, isolation = 0, sys.argv[1] if len(sys.argv) > 1 else "strict"
    with tempfile.TemporaryDirectory(prefix="attacks") as folder:
        room = Path(folder)
        classes = [
            (IN_FOLDER, grade_folder(room / "folder", isolation)),
            (OF_ANY_LECTURE, grade_lectures(room / "lectures")),
            (IN_ZIP, grade_zip(room / "zip")),
        ]
        for entries, graded in classes:
            for entry in entries:
                problems = graded.problems(entry)
                failures += bool(problems)
                print(f"{'✗' if problems else '✓'} {entry.kind:10} {entry.name:45} {graded.outcome(entry)}")
                for problem in problems:
                    print(f"    {problem}")
        for _, graded in classes:
            print(f"{graded.seconds:.0f} s, exit status {graded.status}, {len(graded.survivors)} processes left")
            if graded.status:
                print(graded.printed[-2000:])
    print(f"{len(CATALOGUE)} submissions, {failures} not as expected")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
