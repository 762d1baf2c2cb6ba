"""New folders of the site, written aside with all their files and put into their place whole, by one rename.

That is half the work of renaming each file, and pages that link to each other in a circle appear at once (promise P3).
It writes below the folder it is given, in `.sitegen-tmp/`, until `publish`.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from sitegen.real_folders import naming_what_is_in_the_way
from sitegen.site.twins import TWIN, Content, compressed, create, has_twin, length, parts_of

_OCCUPIED = frozenset((errno.EEXIST, errno.ENOTEMPTY))


class Stage:
    """Files for folders that the site does not have yet."""

    def __init__(
        self,
        site: str,
        place: str,
        *,
        mtime_ns: int,
        write: Callable[[str, Content], bool],
        own: Callable[[str], None],
    ) -> None:
        """`place` is a folder of the same file system that need not exist; `write` puts a single file on the site.

        `own` takes links out of the way to a folder of the site.
        """
        self._site, self._place, self._mtime_ns, self._write = site, place, mtime_ns, write
        self._own = own
        self._new: dict[str, bool] = {}
        self.files = 0
        """How many are on the stage, twins not counted."""

    def takes(self, path: str) -> bool:
        """Say whether a file's folder is new; it stays so for this stage."""
        folder = path.rpartition("/")[0]
        known = self._new.get(folder)
        if known is None:
            self._own(folder)
            known = self._new[folder] = not os.path.lexists(f"{self._site}/{folder}")
        return known

    def put(self, path: str, data: Content) -> None:
        """Write a file, and its twin, for a path that the stage takes."""
        place = f"{self._place}/{path}"
        try:
            create(place, data, self._mtime_ns)
        except FileNotFoundError:  # the first one of its folder, or somebody deleted the site
            os.makedirs(place.rpartition("/")[0], exist_ok=True)  # noqa: PTH103 - the path is text already
            create(place, data, self._mtime_ns)
        if has_twin(path, length(data)):
            create(place + TWIN, compressed(b"".join(parts_of(data)), path), self._mtime_ns)
        self.files += 1

    def publish(self) -> None:
        """Put all that was written into its place."""
        if self.files:
            self._put_folder("")
            self.discard()

    def discard(self) -> None:
        """Delete what was not published."""
        shutil.rmtree(self._place, ignore_errors=True)

    def _put_folder(self, folder: str) -> None:
        """Put a folder's entries into their places; one that is there already gets the entries of its new namesake."""
        with os.scandir(self._place + folder) as entries:
            found = sorted((entry.name, entry.is_dir()) for entry in entries)
        for name, is_folder in found:
            path = f"{folder}/{name}"
            if not is_folder:
                self._put_file(path)
                continue
            try:
                with naming_what_is_in_the_way(self._site, f"{path[1:]}/x"):
                    os.rename(self._place + path, self._site + path)  # noqa: PTH104 - the paths are text already
            except OSError as error:
                if error.errno not in _OCCUPIED:
                    raise
                self._put_folder(path)

    def _put_file(self, path: str) -> None:
        """Put a file into a folder that came meanwhile; its twin is made again."""
        if not path.endswith(TWIN):
            self._write(path[1:], Path(self._place + path).read_bytes())
            self.files -= 1
