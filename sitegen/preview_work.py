"""Keeps the preview pool at work on what the index lacks, and brings its results back to the generator.

The queue is bounded: a few clips that changed go in at once, the rest some hundreds at a time, as the index orders
them. What is made is remembered stage by stage, so that a clip which was let go, or was at it when sitegen was killed,
goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable

from sitegen.archive import counts
from sitegen.build import Generator
from sitegen.previews.plan import fingerprint
from sitegen.previews.pool import PreviewPool
from sitegen.previews.store import made_with, set_made_with

_LOW = 50
"""With fewer clips than this left of what comes first, the index is asked for more."""
_FILL = 500


class PreviewWork:
    """The pool of one generator; used from the generator's thread only."""

    def __init__(
        self, generator: Generator, wake: Callable[[], None] = lambda: None, *, retry_s: float = 5.0
    ) -> None:
        """Start the workers; `wake` is called from one of them when there is a result to `collect`.

        `retry_s`: a clip that failed is tried again after so many seconds, and then after five times as many.
        """
        self._generator, self._settings = generator, generator.settings.previews
        self._segments = self._settings.segments != "none"
        index, wanted = generator.index, fingerprint(self._settings)
        known = made_with(generator.state)
        if known is not None and known != wanted:
            index.set_meta("remake", "1")  # until all are made: those on the disk are of the old settings
            generator.forget_previews()
        elif counts.any_previews(index) and not (generator.output / "previews").is_dir():
            generator.forget_previews()
        set_made_with(generator.state, wanted)
        self.pool = PreviewPool(
            generator.output, generator.settings.archive.root, self._settings, wake=wake, retry_s=retry_s
        )

    @property
    def backlog(self) -> int:
        """How many clips wait for previews."""
        return counts.waiting_for_previews(self._generator.index, segments=self._segments)

    def submit(self, left_out: frozenset[str] = frozenset()) -> None:
        """Queue the clips that changed, and fill the queue when it runs low; the videos of `left_out` have to wait."""
        index = self._generator.index
        touched, self._generator.touched = list(dict.fromkeys(self._generator.touched)), []
        if len(touched) > _FILL:  # a first build: which of so many come first, the index knows
            touched = self.pool.known(touched)
        placed = [(path, index.clip(path)) for path in touched]
        self.pool.cancel(path for path, found in placed if found is None)
        clips = [found.clip for _, found in placed if found is not None]
        lacking = [
            clip
            for clip in clips
            if not clip.previews and clip.preview_error is None and clip.path not in left_out
        ]
        remake = index.meta("remake") is not None
        self.pool.submit(lacking, remake=remake)
        if self.pool.foremost < _LOW and self.backlog > self.pool.backlog:
            waiting = index.waiting_for_previews(_FILL, segments=self._segments)
            self.pool.submit(
                (found.clip for found in waiting if found.clip.path not in left_out), remake=remake
            )

    def collect(self) -> bool:
        """Take over what is finished; say whether pages changed."""
        results = self.pool.results()
        if not results:
            return False
        self._generator.previews_changed(results)
        self._generator.touched.clear()
        if not self.backlog:
            self._generator.index.drop_meta("remake")
        return True

    def close(self) -> None:
        """Stop the workers; what they were at is done again next time."""
        self.pool.close()
