"""Where the parts of the course lie on disk: in a checkout, or inside the installed package."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent
_BROUGHT = PACKAGE / "brought"  # what a wheel brings along; see pyproject.toml
INSTALLED = _BROUGHT.is_dir()
_HOME = _BROUGHT if INSTALLED else ROOT
SOLUTIONS = ROOT / "solutions"  # a wheel has none, and no exact versions
LOCK = ROOT / "requirements.lock"
NOTEBOOKS = _HOME / "notebooks"
DATA = _HOME / "data"
LECTURES_VARIABLE = "COURSE_LECTURES"  # names folders with lectures that do not belong to the course
