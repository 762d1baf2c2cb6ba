"""Writes a file so that it is whole and on the disk, or not there at all; standard library only.

Promise P12: temporary file, fsync, rename, fsync of the folder. What it cannot promise: a disk that lies about fsync.
"""

import os


def write_durably(path: str | os.PathLike[str], data: bytes) -> None:
    """Put `data` at `path`, replacing what was there; the folder must exist. Raises OSError, leaving `path` as it was.

    One writer at a time: see `temporary_of`.
    """
    temporary = temporary_of(path)
    try:
        discard(temporary)  # of somebody who was killed; perhaps another user's
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        os.rename(temporary, path)  # noqa: PTH104 - as above
    except BaseException:
        discard(temporary)
        raise
    sync_folder(os.path.split(os.fspath(path))[0] or ".")


def temporary_of(path: str | os.PathLike[str]) -> str:
    """Return where a file lies while it is written: one name for each, so that what a kill leaves can be found."""
    folder, name = os.path.split(os.fspath(path))
    return os.path.join(folder, f".{name}.tmp")  # noqa: PTH118 - pathlib costs the hook 5 ms


def discard(path: str) -> None:
    """Delete a file if it is there."""
    try:
        os.unlink(path)  # noqa: PTH108 - pathlib costs the hook 5 ms
    except FileNotFoundError:
        return


def make_folder(folder: str) -> None:
    """Make a folder with a durable name, unless it is there; the one above it must exist."""
    try:
        os.mkdir(folder)  # noqa: PTH102 - pathlib costs the hook 5 ms
    except FileExistsError:
        return
    sync_folder(os.path.split(folder)[0] or ".")


def sync_folder(folder: str) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
