"""What `import helpers` gives to a submission: something that does nothing.

`check` is inert where marks are decided, and the course's own functions are no part of an answer. A lecture
cell that imports and calls them must still run, so every attribute, call and loop gives the same nothing again.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types


class CourseHelper:
    """Stands for anything imported from `helpers`. A returned one is refused by its type's name."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *arguments, **keywords):
        return self

    def __getitem__(self, key):
        return self

    def __iter__(self):
        return iter(())

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return False


class _Module(types.ModuleType):
    __path__: tuple = ()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return CourseHelper()


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "helpers":
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return _Module(spec.name)

    def exec_module(self, module):
        pass


def install() -> None:
    """From now on, any import of `helpers` in this process gives the stand-in."""
    sys.meta_path.insert(0, _Finder())
    for name in [n for n in sys.modules if n.split(".")[0] == "helpers"]:
        del sys.modules[name]
