"""Where the parts of the course lie on disk."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOLUTIONS = ROOT / "solutions"
NOTEBOOKS = ROOT / "notebooks"
DATA = ROOT / "data"
LECTURES_VARIABLE = "COURSE_LECTURES"  # names folders with lectures that do not belong to the course
