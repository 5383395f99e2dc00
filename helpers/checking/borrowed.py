"""Notice that an answer uses what does not exist where it is graded: the course's own functions, libraries of models.

Reading the code tells that it may; only a call that is seen to reach the course's code tells that it does.
"""

from __future__ import annotations

import dis
import functools
import sys
import types
from collections.abc import Callable, Iterator

import numpy as np

_COURSE = __name__.partition(".")[0]
_LENT = ("checking", "sandbox", "judging")  # what calls the answer, what it is given, and what a check in it calls
_MOST_FUNCTIONS = 100
LIBRARIES_OF_MODELS = ("keras", "tensorflow")
OUT_OF_PLACE = "It uses {0}, which this exercise does not ask for: an answer stands on NumPy, SciPy and scikit-learn."
SENTENCE = "It uses the course's own `{0}`; an answer stands on NumPy, SciPy and scikit-learn."


class Watched:
    """A function that notes in `borrowed` which function of the course it calls."""

    def __init__(self, function: Callable):
        self.function = function
        self.borrowed = ""

    def __call__(self, *arguments, **keywords):
        before = sys.getprofile()
        sys.setprofile(self._note)
        try:
            return self.function(*arguments, **keywords)
        finally:
            sys.setprofile(before)

    def _note(self, frame, event, _):
        if event == "call" and not self.borrowed and _is_of_the_course(frame.f_globals.get("__name__")):
            while frame is not None and frame.f_code.co_name not in ("<module>", "__call__"):
                name, frame = frame.f_code.co_qualname, frame.f_back
                if frame is None or not _is_of_the_course(frame.f_globals.get("__name__")):
                    self.borrowed = name.removesuffix(".__init__")
                    return


def may_borrow(answer) -> bool:
    """Whether the code of an answer, or of a function that it uses, names something of the course."""
    return any(map(_is_course, _reached(answer)))


def library_out_of_place(answer) -> str:
    """The library of models that the code of an answer uses, where exercises ask for none; "" if it uses none."""
    for thing in _reached(answer):
        library = _module_of(thing).partition(".")[0]
        if library in LIBRARIES_OF_MODELS:
            return library
    return ""


def _reached(answer) -> Iterator:
    """What the functions behind an answer load or import, and those functions."""
    waiting, seen = list(_functions_in(answer)), set()
    while waiting and len(seen) < _MOST_FUNCTIONS:
        function = waiting.pop()
        if id(function) in seen:
            continue
        seen.add(id(function))
        yield function
        for thing in _loaded(function):
            yield thing
            if not _is_function(thing) or thing.__globals__ is function.__globals__:
                waiting += _functions_in(thing)


def _module_of(thing) -> str:
    """The name of a module, or of the module that a function or class comes from."""
    if type(thing) is types.ModuleType or _is_function(thing):
        name = vars(thing).get("__name__") if type(thing) is types.ModuleType else thing.__module__
    else:
        name = type.__getattribute__(thing, "__module__") if issubclass(type(thing), type) else ""
    return name if type(name) is str else ""


def _is_of_the_course(module) -> bool:
    if type(module) is not str or not module.startswith(f"{_COURSE}."):
        return False
    return module.split(".")[1] not in _LENT


def _is_course(thing) -> bool:
    name = _module_of(thing)
    return name == _COURSE or _is_of_the_course(name)


def _functions_in(thing) -> Iterator[types.FunctionType]:
    """The Python functions behind a callable."""
    # By `type`, because an object may lie about its class, or raise when it is asked.
    for _ in range(10):
        if issubclass(type(thing), functools.partial):
            thing = thing.func
        elif type(thing) is types.MethodType:
            thing = thing.__func__
        elif type(thing) is np.vectorize:
            thing = thing.pyfunc
        elif _is_function(thing) and "__wrapped__" in vars(thing):
            yield thing
            thing = vars(thing)["__wrapped__"]
        else:
            break
    if _is_function(thing):
        yield thing
    kind = thing if issubclass(type(thing), type) else type(thing)
    if type.__getattribute__(kind, "__module__") == "__main__":
        yield from filter(_is_function, type.__getattribute__(kind, "__dict__").values())


def _is_function(value) -> bool:
    return type(value) is types.FunctionType


def _loaded(function: types.FunctionType) -> Iterator:
    """What the code of a function loads by its global names and from its closure, and what it imports."""
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        codes += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
        for step in dis.get_instructions(code):
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME") and step.argval in function.__globals__:
                yield function.__globals__[step.argval]
            if step.opname == "IMPORT_NAME":
                yield types.ModuleType(step.argval)  # nothing is imported; its name is all that is asked for
