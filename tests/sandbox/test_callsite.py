"""The name that a call was given is read from the source, whatever the variable holds."""

import linecache
import sys

import pytest

from helpers.sandbox.callsite import written_argument


def check(*arguments, **named):
    return written_argument(sys._getframe(1))


def in_a_cell(source, **variables):
    """What `check` saw in a piece of source, as Jupyter runs it: `linecache` knows its lines."""
    name = f"<cell {abs(hash(source))}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace = {"check": check, "leaky_relu": 3, **variables}
    exec(compile(source, name, "exec"), namespace)
    return namespace["seen"]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("seen = check(leaky_relu)", "leaky_relu"),
        ("seen = check( leaky_relu , )", "leaky_relu"),
        ("seen = check(\n    leaky_relu,\n)", "leaky_relu"),
        ("größe = 'ü'; seen = check(leaky_relu)  # é", "leaky_relu"),
        ("π = leaky_relu; seen = check(π)", "π"),
        ("seen = (lambda shown: shown)(check(leaky_relu))", "leaky_relu"),
        ("elu = 1\nseen = [check(elu), check(leaky_relu)][1]", "leaky_relu"),
        ("def cell():\n    return check(leaky_relu)\nseen = cell()", "leaky_relu"),
        ("ask = check\nseen = ask(leaky_relu)", "leaky_relu"),
        ("seen = check(leaky_relu=leaky_relu)", None),
        ("seen = check(lambda x: x)", None),
        ("seen = check(*[leaky_relu])", None),
        ("seen = check(str(leaky_relu))", None),
        ("seen = check()", None),
    ],
)
def test_the_written_name_is_found_and_nothing_else(source, name):
    assert in_a_cell(source) == name


def test_code_without_a_known_source_has_no_written_name():
    namespace = {"check": check, "leaky_relu": 3}
    exec(compile("seen = check(leaky_relu)", "<no such cell>", "exec"), namespace)
    assert namespace["seen"] is None


def test_a_source_that_has_changed_since_gives_no_name():
    name = "<changed cell>"
    linecache.cache[name] = (9, None, ["x = (1,\n"], name)
    namespace = {"check": check, "leaky_relu": 3}
    exec(compile("\n\nseen = check(leaky_relu)", name, "exec"), namespace)
    assert namespace["seen"] is None
    linecache.cache[name] = (9, None, ["\n", "\n", "seen = )heck(leaky_relu)\n"], name)
    exec(compile("\n\nseen = check(leaky_relu)", name, "exec"), namespace)
    assert namespace["seen"] is None
