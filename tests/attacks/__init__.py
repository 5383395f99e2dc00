"""A catalogue of hostile submissions, and of honest ones that are easily mistaken for them.

One module for each thing that a submission may try: `forging` a mark, `leaving` early, `reading`, `writing`,
`reaching` the network or the kernel, `telling` the next process something or making it wait, `exhausting` the
machine, `running` all cells, a hostile file (`notebooks`), and attacks on the `reader` of the results. `honest` and
`awkward` hold what must get full marks. `python -m tests.attacks` prints what was tried and what came of it.
"""

from . import (  # noqa: F401
    awkward,
    exhausting,
    forging,
    honest,
    leaving,
    notebooks,
    reaching,
    reader,
    reading,
    running,
    telling,
    writing,
)
from .catalogue import CATALOGUE

__all__ = ["CATALOGUE"]
