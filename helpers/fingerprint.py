"""Tell a notebook, or a cell, as it was built from one that somebody has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

DIGEST_LENGTH = 12
# What a notebook says about its kernel, whichever kernel ran it.
KERNEL_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def fingerprint(notebook: Mapping) -> str:
    """A digest of what a person can write in a notebook (nbformat 4): kinds and sources of the cells, in order."""
    digest = hashlib.sha256()
    for cell in notebook["cells"]:
        digest.update(f"{cell['cell_type']}\0{''.join(cell['source'])}\0".encode())
    return digest.hexdigest()


def as_built(notebook: Mapping) -> bool:
    """Whether a learner's notebook is what the build wrote. Outputs, execution counts and metadata do not count."""
    return notebook["metadata"].get("course", {}).get("built") == fingerprint(notebook)


def cell_digest(cell: Mapping) -> str:
    """What the build makes a cell's identifier of: its kind and its text.

    So a cell tells by itself whether somebody has changed it: then its identifier is that of another text.
    """
    text = f"{cell['cell_type']}\n{''.join(cell['source'])}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:DIGEST_LENGTH]
