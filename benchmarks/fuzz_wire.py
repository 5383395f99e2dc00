"""Fuzz the decoder at the boundary with atheris, which watches the branches that an input reaches.

    python benchmarks/fuzz_wire.py 600      # seconds

Not part of the tests: atheris is not among the course's packages (`pip install atheris`, in an environment of its own
with NumPy). Exits with a status other than 0 and writes the input to `crash-*` if the decoder or the reader of replies
raises anything that it should not, or takes more than five seconds.
"""

import contextlib
import struct
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

try:
    import atheris
except ImportError:
    sys.exit("atheris is not installed: pip install atheris (in an environment of its own)")

with atheris.instrument_imports(include=["helpers.sandbox.wire", "helpers.grading.runner"]):
    from helpers.grading import runner
    from helpers.sandbox import server, wire
    from helpers.sandbox.observe import Call

import numpy as np

NONCE = "n"
REQUESTS = [runner.Request("f", [Call()], [Call()]), runner.Request("letter")]


def one_input(data: bytes) -> None:
    with contextlib.suppress(wire.Malformed):
        wire.encode(wire.decode(data))
    # The same bytes as a header (so that the fuzzer need not find the lengths), and as a whole reply.
    message = struct.pack("<I", len(data)) + data
    for reply in (data, server.LENGTH.pack(len(message)) + message):
        runner.add_further(REQUESTS, runner.read_replies(REQUESTS, reply, NONCE, "crashed"), reply, NONCE, "crashed")
        runner.read_survey(REQUESTS, reply, NONCE, "crashed")


def seeds() -> list[bytes]:
    """Valid messages, and their headers alone."""
    value = [np.zeros(2), 1.5, 1, "a", None, True, (2j, {"a": np.float32(1)})]
    observation = ["returned", value, "", "", False, False]
    messages = [{"nonce": NONCE, "observation": observation}, {"nonce": NONCE, "problem": "x"}]
    messages += [{"nonce": NONCE, "variable": "b", "attempted": True}, {"nonce": NONCE, "outcome": "too large"}]
    encoded = [wire.encode(message) for message in messages]
    headers = [message[4 : 4 + struct.unpack_from("<I", message)[0]] for message in encoded]
    return encoded + headers + [server.LENGTH.pack(len(message)) + message for message in encoded]


def main() -> None:
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(seeds()):
            Path(corpus, str(number)).write_bytes(seed)
        options = [
            f"-max_total_time={seconds}",
            "-timeout=5",
            "-rss_limit_mb=2048",
            "-max_len=4096",
            "-print_final_stats=1",
        ]
        atheris.Setup([sys.argv[0], *options, corpus], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
