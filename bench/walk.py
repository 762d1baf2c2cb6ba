"""Walks a folder tree as barely as Python can, os.scandir and a stat of each entry, and prints its CPU and wall seconds."""

import os
import sys
import time


def walk(folder: str) -> int:
    entries = 0
    with os.scandir(folder) as found:
        for entry in found:
            entries += 1
            entry.stat(follow_symlinks=False)
            if entry.is_dir(follow_symlinks=False):
                entries += walk(entry.path)
    return entries


if __name__ == "__main__":
    cpu, wall = time.process_time(), time.perf_counter()
    walk(sys.argv[1])
    print(time.process_time() - cpu, time.perf_counter() - wall)
