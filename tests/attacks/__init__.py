"""A catalogue of hostile submissions, and of honest ones that are easily mistaken for them.

One module for each thing that a submission may try: `forging` a mark, `leaving` early, `reading`, `writing`,
`reaching` the network or the kernel, `exhausting` the machine, a hostile file (`notebooks`), and attacks on the
`reader` of the results. `honest` holds what must get full marks. `python -m tests.attacks` prints what was tried and
what came of it.
"""

from . import exhausting, forging, honest, leaving, notebooks, reaching, reader, reading, writing  # noqa: F401
from .catalogue import CATALOGUE

__all__ = ["CATALOGUE"]
