"""``python -m tests.fuzz``: many inputs of any content through everything that reads what people send.

Each crash is kept in ``tests/fuzz/corpus``, where a test replays it from then on.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
import traceback

from tests.fuzz.running import run_target
from tests.fuzz.seeds import CORPUS
from tests.fuzz.targets import TARGETS


def main() -> int:
    """Run the targets, and return 1 where any of them tripped."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000, help="how many inputs in all")
    parser.add_argument("--seed", type=int, default=1, help="what the draws start from")
    parser.add_argument("--target", action="append", choices=list(TARGETS), help="only these")
    options = parser.parse_args()
    chosen = [TARGETS[name] for name in options.target or TARGETS]
    whole = sum(target.share for target in chosen)
    crashes = 0
    for target in chosen:
        cases, began = max(1, -(-options.cases * target.share // whole)), time.monotonic()
        found = run_target(target, cases, options.seed)
        seconds = time.monotonic() - began
        ended = "CRASH" if found else "ok"
        say(f"{target.name}: {cases:,} cases, {seconds:,.0f} s: {ended}")
        if found:
            crashes += 1
            keep(target.name, *found)
    return 1 if crashes else 0


def say(words: str) -> None:
    """Write a line at once, so that a long run can be watched."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def keep(target: str, content: bytes, error: Exception) -> None:
    """Write a crash into the corpus, and say what it was."""
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(content).hexdigest()[:12]
    path.write_bytes(content)
    say(f"kept as {path}")
    traceback.print_exception(error, limit=-6)


if __name__ == "__main__":
    sys.exit(main())
