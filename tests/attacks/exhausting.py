"""Exhausting time, memory, processes, files, disk, or whoever reads the answer."""

from helpers.grading.marking import TAMPERING, TIME_LIMIT
from helpers.judging.judge import ERROR, MEMORY_LIMIT, OUTPUT_LIMIT
from helpers.judging.judge import WRONG as WRONG_STATUS

from .catalogue import WRONG, answer
from .forging import INSIDE


def returns(expression: str, before: str = "") -> str:
    return f"import numpy as np\n{before}\ndef leaky_relu(x, alpha=0.01):\n    return {expression}\n"


@answer("exhausting", TIME_LIMIT)
def a_loop_in_python():
    """Loop for ever in Python."""
    return "def leaky_relu(x, alpha=0.01):\n    while True: pass\n"


@answer("exhausting", TIME_LIMIT)
def a_loop_in_c():
    """Compute something in C that takes years and never lets Python in."""
    return "def leaky_relu(x, alpha=0.01):\n    return 7 ** (7 ** 11)\n"


@answer("exhausting", TIME_LIMIT)
def a_regular_expression():
    """Match a regular expression that backtracks for ever."""
    return "import re\ndef leaky_relu(x, alpha=0.01):\n    return re.match('(a+)+b', 'a' * 99)\n"


@answer("exhausting", TIME_LIMIT)
def a_long_sleep():
    """Sleep: it uses no processor time at all."""
    return "import time\ndef leaky_relu(x, alpha=0.01):\n    time.sleep(10**6)\n"


@answer("exhausting", TIME_LIMIT)
def a_loop_at_the_top():
    """Loop in the cell that defines the answer."""
    return WRONG + "leaky_relu = next(number for number in iter(int, 1) if number)\n"


@answer("exhausting", ERROR)
def recursion():
    """Recurse without end."""
    return returns("leaky_relu(x)")


@answer("exhausting", MEMORY_LIMIT)
def memory_in_one_block():
    """Ask for 800 GB at once."""
    return returns("np.ones(10**11)")


@answer("exhausting", MEMORY_LIMIT, TIME_LIMIT)  # whichever comes first: a slow machine takes seconds to fill memory
def memory_in_many_blocks():
    """Fill memory a megabyte at a time."""
    return returns("[bytearray(10**6) for _ in range(10**6)]")


@answer("exhausting", ERROR, MEMORY_LIMIT)
def memory_outside_of_the_heap():
    """Fill anonymous and shared mappings, memory files and the scratch folder instead of the heap."""
    return """
import mmap, os
def leaky_relu(x, alpha=0.01):
    kept = []
    try: os.memfd_create('more')
    except OSError: kept.append('no memory file')
    try:
        for i in range(10**4): open(f'scratch-{i}', 'wb').write(bytes(2**22))
    except OSError: kept.append('no disk')
    for _ in range(10**6): kept.append(mmap.mmap(-1, 2**24))
"""


@answer("exhausting", ERROR)
def processes():
    """Fork without end."""
    return "import os\ndef leaky_relu(x, alpha=0.01):\n    while True: os.fork()\n"


@answer("exhausting", ERROR)
def threads():
    """Start ten thousand threads."""
    return """
import threading, time
def leaky_relu(x, alpha=0.01):
    for _ in range(10**4): threading.Thread(target=time.sleep, args=(60,)).start()
"""


@answer("exhausting", ERROR)
def a_hundred_thousand_open_files():
    """Open a hundred thousand files."""
    return "def leaky_relu(x, alpha=0.01):\n    return [open('/dev/null') for _ in range(10**5)]\n"


@answer("exhausting", ERROR)
def many_files():
    """Make files until there is no room for another name."""
    return "def leaky_relu(x, alpha=0.01):\n    for i in range(10**6): open(str(i), 'w').close()\n"


@answer("exhausting", ERROR)
def the_disk():
    """Write until the disk is full."""
    return "def leaky_relu(x, alpha=0.01):\n    for i in range(10**6): open(str(i), 'wb').write(bytes(2**22))\n"


@answer("exhausting", WRONG_STATUS)
def printed_output():
    """Print 200 MB."""
    return "def leaky_relu(x, alpha=0.01):\n    for _ in range(10): print('x' * 2 * 10**6)\n    return x\n"


@answer("exhausting", OUTPUT_LIMIT)
def a_huge_array():
    """Return 80 MB."""
    return returns("np.zeros(10**7)")


@answer("exhausting", OUTPUT_LIMIT)
def many_answers_below_the_cap():
    """Return 8 MB for every call, each below the cap of one answer."""
    return returns("np.zeros(10**6)")


@answer("exhausting", OUTPUT_LIMIT)
def a_deeply_nested_result():
    """Return a list in a list in a list, a thousand deep."""
    return returns("nested", "nested = []\nfor _ in range(1000): nested = [nested]")


@answer("exhausting", OUTPUT_LIMIT)
def a_result_that_contains_itself():
    """Return a list and a dict that contain themselves."""
    return returns("loop", "loop = []\nloop.append({'loop': loop})")


@answer("exhausting", OUTPUT_LIMIT)
def a_result_that_doubles():
    """Return a list that holds one list twice, forty levels deep: small in memory, endless when written out."""
    return returns("doubled", "doubled = []\nfor _ in range(18): doubled = [doubled, doubled]")


@answer("exhausting", OUTPUT_LIMIT)
def a_dict_with_a_million_keys():
    """Return a dict with a million keys."""
    return returns("dict.fromkeys(range(10**6))")


@answer("exhausting", OUTPUT_LIMIT)
def a_huge_number():
    """Return an integer of a million digits, which takes a square's time to write down."""
    return returns("1 << 4_000_000")


@answer("exhausting", WRONG_STATUS)
def a_wide_table_of_text():
    """Return ten thousand short texts and a long one: as a NumPy array they would be as wide as the longest."""
    return returns("['x' * 1_000_000] + ['a'] * 19_000")


@answer("exhausting", TAMPERING)
def keys_with_one_hash():
    """Reply with integer keys that all have the same hash, so that reading them takes a square's time."""
    return (
        INSIDE
        + """
def leaky_relu(x, alpha=0.01):
    here, fd = inside()
    pairs = [[{'int': str(i * (2**61 - 1))}, None] for i in range(1, 9999)]
    send(fd, {'dict': [['nonce', here['job']['nonce']], ['problem', {'dict': pairs}]]})
    os._exit(0)
"""
    )


@answer("exhausting", TAMPERING)
def a_reply_of_brackets():
    """Reply with twenty megabytes of empty lists, which take thirty times their size in memory."""
    return (
        INSIDE
        + """
def leaky_relu(x, alpha=0.01):
    fd = inside()[1]
    header = b'[' + b'[],' * 7_000_000 + b'[]]'
    data = memoryview(struct.pack('<QI', len(header) + 4, len(header)) + header)
    while data: data = data[os.write(fd, data):]
    os._exit(0)
"""
    )


@answer("exhausting", TAMPERING)
def a_message_longer_than_the_file():
    """Announce a message of 2**63 bytes and send a few."""
    return (
        INSIDE
        + """
def leaky_relu(x, alpha=0.01):
    fd = inside()[1]
    os.write(fd, struct.pack('<QI', 8, 2**32 - 1) + b'{}{}')
    os.write(fd, struct.pack('<Q', 2**63) + b'{}')
    os._exit(0)
"""
    )


@answer("exhausting", WRONG_STATUS, ERROR)
def objects_that_resist():
    """Return generators and objects whose copying, length and iteration never end."""
    return returns(
        "Resists()",
        """
import itertools
class Resists(dict):
    def __iter__(self): return itertools.count()
    items = keys = values = __iter__
    __len__ = lambda self: 2**62
    def __deepcopy__(self, memo):
        while True: pass
    __reduce__ = __copy__ = __deepcopy__
""",
    )


@answer("exhausting", WRONG_STATUS)
def an_endless_generator():
    """Return a generator that never ends."""
    return "def leaky_relu(x, alpha=0.01):\n    while True:\n        yield x\n"
