"""The module behind the notebooks of the course.

A notebook needs seven names: `check` judges an answer, `hint` gives the next hint, `solution` shows right ways once an
answer is right; `predict` asks for a guess, `outcome` sets the result beside it; `progress` draws what is done, and
`handin` shows a button. They are loaded at first use, so that `import helpers` costs nothing.
"""

import sys

__version__ = "0.1.0"
__all__ = ["check", "handin", "hint", "outcome", "predict", "progress", "solution"]

if sys.platform == "emscripten":
    from .in_the_browser import prepare

    prepare()


def __getattr__(name: str):
    if name == "handin":
        from .folder.button import handin

        return handin
    if name in __all__:
        from . import checking

        return getattr(checking, name)
    raise AttributeError(f"module 'helpers' has no attribute {name!r}")
