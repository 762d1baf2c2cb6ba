"""Takes symbolic links out of the way to a folder, so that nothing is written behind them; names what else is in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from sitegen.errors import InTheWay


def replace_link(place: str) -> bool:
    """Put an empty folder in the place of a symbolic link, and say whether there was one; what it led to stays."""
    if not os.path.islink(place):  # noqa: PTH114 - asked for each folder of a build
        return False
    with suppress(FileNotFoundError, IsADirectoryError):  # another process of ours was faster
        os.unlink(place)  # noqa: PTH108
    with suppress(FileExistsError):
        os.mkdir(place)  # noqa: PTH102
    return True


def replace_links(root: str, folder: str, known: set[str]) -> bool:
    """Do so at each step from a folder, which is left as it is, to one below it; say whether there was any link.

    What is in `known` is not looked at, and what was looked at is added to it.
    """
    if not folder or folder in known:
        return False
    above = replace_links(root, folder.rpartition("/")[0], known)
    known.add(folder)
    return replace_link(f"{root}/{folder}") or above


@contextmanager
def naming_what_is_in_the_way(root: str, path: str, *also: str) -> Iterator[None]:
    """Raise InTheWay for an error that comes of a folder in a file's place below `root`, or of a file in a folder's."""
    try:
        yield
    except (FileExistsError, IsADirectoryError, NotADirectoryError):
        for above in PurePosixPath(path).parents:
            if (place := Path(root, above)).exists() and not place.is_dir():
                raise InTheWay(str(place), folder=False) from None
        for each in (path, *also):
            if (place := Path(root, each)).is_dir() and not place.is_symlink():
                raise InTheWay(str(place), folder=True) from None
        raise
