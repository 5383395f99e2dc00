"""Which name a call was given, as it stands in the source.

`check(leaky_relu)` speaks of the exercise `leaky_relu`, whatever callable the variable holds: an `np.vectorize`, a
partial or a decorated function says another name of itself, or none.
"""

from __future__ import annotations

import ast
import itertools
import linecache


def written_argument(frame) -> str | None:
    """The first positional argument of the call that runs in `frame`, if it is written as a plain name.

    None if it is anything else, or if the source of that code is not known to `linecache`.
    """
    code = frame.f_code
    # Each instruction takes two bytes, and the last one that began in this frame is the call.
    place = next(itertools.islice(code.co_positions(), frame.f_lasti // 2, None), (None,) * 4)
    if None in place:
        return None
    first, last, start, end = place
    lines = [line.encode() for line in linecache.getlines(code.co_filename, frame.f_globals)[first - 1 : last]]
    if len(lines) != last - first + 1:
        return None
    lines[-1] = lines[-1][:end]  # before the start: they may be the same line
    lines[0] = lines[0][start:]
    try:
        # In brackets, a call may go over several lines.
        call = ast.parse(b"(" + b"".join(lines) + b")", mode="eval").body
    except (SyntaxError, ValueError):  # the file has changed since it was compiled
        return None
    if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Name):
        return call.args[0].id
    return None
