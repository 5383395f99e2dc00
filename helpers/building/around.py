"""What the build puts around a lecture: a cell that looks for the course, the glossary, the way to the next lecture."""

from __future__ import annotations

import nbformat
from nbformat import NotebookNode

from helpers.lectures import lecture_named, lecture_names

from . import glossary
from .source import link

# Everything that it binds has a name that no lecture uses, so that no answer comes to need it.
_FIRST = """\
# This cell looks for the course. Where it is missing, Colab and the browser install it, and others say what to type.
try:
    import helpers.ready
except ModuleNotFoundError as missing_module:
    import sys

    if sys.platform == "emscripten":
        import piplite

        await piplite.install("training-neural-networks")
    elif "google.colab" in sys.modules:
        get_ipython().run_line_magic("pip", "install --quiet --no-deps training-neural-networks")
    else:
        print(f"{missing_module}. Type this into a new cell, run it, and restart the kernel:")
        print("%pip install training-neural-networks")
else:
    helpers.ready.look("NAME")"""

_TO_THE_WORDS = "[The words of this lecture](#The-words-of-this-lecture) are at the end: 中文, 한국어, Tiếng Việt."
_WORDS = """\
## The words of this lecture

<details><summary>中文 · 한국어 · Tiếng Việt</summary>

TABLE

</details>"""


def complete(learner: NotebookNode, lecture: str) -> None:
    """Add to a learner's notebook what stands in none of the sources."""
    first_code = next(number for number, cell in enumerate(learner.cells) if cell.cell_type == "code")
    tags = {"tags": ["nbval-ignore-output"]}
    first = nbformat.v4.new_code_cell(_FIRST.replace("NAME", lecture), metadata=tags)
    learner.cells.insert(first_code, first)
    add_words(learner, lecture)
    here = lecture_named(lecture).handed_out.parent
    after = [name for name in lecture_names() if name > lecture and lecture_named(name).handed_out.parent == here]
    if after:
        learner.cells.append(nbformat.v4.new_markdown_cell(f"**Next:** {link(after[0])}"))


def add_words(notebook: NotebookNode, lecture: str) -> None:
    """Add the lecture's own glossary at the end, and a link to it at the beginning."""
    if terms := glossary.terms_of(lecture):
        notebook.cells.insert(1, nbformat.v4.new_markdown_cell(_TO_THE_WORDS))
        notebook.cells.append(nbformat.v4.new_markdown_cell(_WORDS.replace("TABLE", glossary.table(terms))))
