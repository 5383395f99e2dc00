"""What the course says in a browser (Pyodide), where some libraries do not exist."""

from __future__ import annotations

import sys

# For each library that a lecture may import: what its cells do.
ABSENT = {
    "tensorflow": "train with Keras",
    "keras": "train with Keras",
    "optuna": "search with Optuna",
    "dask": "compute on a cluster",
    "distributed": "compute on a cluster",
}


class NotInTheBrowser:
    """A finder of modules that finds none, and says of those in `ABSENT` what to do instead."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        """None for every other module. Raises `ModuleNotFoundError` with the advice."""
        if name in ABSENT:
            raise ModuleNotFoundError(
                f"Cells that {ABSENT[name]} do not run in the browser: {name} does not exist there. Read what they "
                "show on the site, or download the notebook and open it on your own machine. The other cells do not "
                "need it.",
                name=name,
            )


def prepare() -> None:
    """Give the advice from now on, after every other way to find a module."""
    if NotInTheBrowser not in sys.meta_path:
        sys.meta_path.append(NotInTheBrowser)
