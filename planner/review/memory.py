"""How the server keeps little memory: told before anything large is read, and given back after."""

from __future__ import annotations

import ctypes
import gc
import os

# M_ARENA_MAX and M_MMAP_THRESHOLD of the GNU C library.
MOST_HEAPS, LARGE_FROM = -8, -3
LARGE_BYTES = 1 << 20


def keep_memory_low() -> None:
    """Let threads share two heaps, and give large arrays back as soon as they are let go.

    Otherwise each thread keeps a heap of its own, as large as it ever was; and so does the
    library that reads tables, unless it is told before it is loaded.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.mallopt(MOST_HEAPS, 2)
        library.mallopt(LARGE_FROM, LARGE_BYTES)


def give_back_memory() -> None:
    """Return to the system what was needed only while things were worked out."""
    gc.collect()
    library = ctypes.CDLL(None)
    # Only the GNU C library has it; others give back by themselves.
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)
