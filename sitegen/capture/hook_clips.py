"""Works out the sidecars of one Motion event from everything that its hooks said; pure: no disk, no clock.

The facts are a set: their order and number do not matter (see hook_facts).
"""

from sitegen.archive.sidecar_text import sidecar_text
from sitegen.capture.hook_facts import UNMEASURED, Fact, Measures, sidecar_of
from sitegen.capture.hook_times import compact, in_name, rfc3339, to_utc

MOVIE, DEBUG, TIMELAPSE = 8, 16, 32
"""Motion's %n for movies."""
PICTURE = 1
_KINDS = {DEBUG: "debug", TIMELAPSE: "timelapse"}
_CLOSING_MS = 4_000
"""Motion closes a movie some 2.5 s after its last frame, and names cut up to 1 s off the start that `end` is made of."""
_NAMES = ("changed_pixels", "noise", "labels", "x", "y", "width", "height")


class _Draft:
    """One clip while it is worked out; times in milliseconds since 1970."""

    def __init__(self, path: str, facts: list[Fact], offsets: list[int]) -> None:
        self.path = path
        self.starts = [fact for fact in facts if fact.hook == "movie-start"]
        self.ends = [fact for fact in facts if fact.hook == "movie-end"]
        self.before = max((fact.text for fact in facts if fact.hook == "sidecar"), default="")
        self.measured = [*self.starts, *self.ends]
        self.pictures: list[Fact] = []
        self.movie = max((fact.movie for fact in self.measured), default=MOVIE)
        self.length_ms = max((fact.length_ms for fact in self.ends), default=-1)
        self.mtime_ms = max((fact.mtime_ms for fact in self.ends), default=-1)
        self.start = self._start(offsets)
        self.end = self._end() if self.ends else None

    def _start(self, offsets: list[int]) -> int:
        """The first frame: by the file's name, else when movie-start was called, else by the end and the length."""
        said = min((fact.moment for fact in self.starts), default=None)
        ended = max((fact.moment for fact in self.ends), default=0)
        local = in_name(self.path[self.path.rfind("/") + 1 :])
        if local is not None:
            return to_utc(local, offsets, ended if said is None else said) * 1_000
        if said is not None:
            return said * 1_000
        return (self.mtime_ms if self.mtime_ms > 0 else ended * 1_000) - max(0, self.length_ms)

    def _end(self) -> int:
        """The last frame: by the length, else when the file was last written, else when movie-end was called."""
        if self.length_ms > 0 and self.movie != TIMELAPSE:  # an hour of time-lapse lasts seconds
            return self.start + self.length_ms
        if self.mtime_ms >= self.start:
            return self.mtime_ms
        return max(self.start, max(fact.moment for fact in self.ends) * 1_000)

    def order(self) -> tuple[int, str]:
        return self.start, self.path


def derive_clips(camera: str, trigger: int | None, facts: list[Fact]) -> dict[str, str]:
    """Return the text of each sidecar of an event, by its path relative to the archive's root.

    `trigger` is the local time in Motion's event id; None where there is no event (a time-lapse movie).
    """
    offsets = sorted({fact.offset for fact in facts if fact.hook != "sidecar"})
    by_path: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.hook in {"movie-start", "movie-end", "sidecar"}:
            by_path.setdefault(fact.path, []).append(fact)
    drafts = sorted((_Draft(path, said, offsets) for path, said in by_path.items()), key=_Draft.order)
    for movie in (MOVIE, DEBUG):
        _hand_out([draft for draft in drafts if draft.movie == movie], facts)
    event = None if trigger is None else _event(camera, trigger, offsets, facts)
    over = any(fact.hook == "event-end" for fact in facts)
    texts = {}
    for draft in drafts:
        followed = any(other.movie == draft.movie and other.order() > draft.order() for other in drafts)
        fields = _fields(camera, event, draft, _end_reason(draft, followed=followed, over=over))
        text = _joined(fields, draft.before)
        if text is not None:
            texts[sidecar_of(draft.path)] = text
    return texts


def _event(camera: str, trigger: int, offsets: list[int], facts: list[Fact]) -> str:
    starts = [fact.moment for fact in facts if fact.hook == "event-start"]
    known = min(starts or [fact.moment for fact in facts if fact.hook != "sidecar"])
    return f"{camera}-{compact(to_utc(trigger, offsets, known))}"


def _hand_out(drafts: list[_Draft], facts: list[Fact]) -> None:
    """Give what was said of the event as a whole to the clip that was being recorded then."""
    for fact in facts if drafts else ():
        if fact.hook in {"event-start", "event-end", "picture-save"}:
            begun = [draft for draft in drafts if draft.start <= fact.moment * 1_000]
            clip = begun[-1] if begun else drafts[0]
            clip.measured.append(fact)
            if fact.hook == "picture-save":
                clip.pictures.append(fact)


def _end_reason(draft: _Draft, *, followed: bool, over: bool) -> str | None:
    """Say why a movie ended; None while that is not certain."""
    if not draft.ends or draft.movie == TIMELAPSE:
        return None
    if followed:
        return "rotated"  # Motion's movie_max_time
    last = max(draft.ends, key=lambda fact: (fact.moment, fact.measures))
    # A normal end may carry a last flicker below Motion's threshold; but then the movie's frames ended before.
    ended_before = draft.end is not None and last.moment * 1_000 - draft.end > _CLOSING_MS
    if last.measures[0] <= 0 or ended_before:
        return "motion_stopped"
    # There was motion to the last: Motion was stopped, or a next movie follows.
    return "stopped" if over else None


def _fields(camera: str, event: str | None, draft: _Draft, end_reason: str | None) -> dict[str, object]:
    folder, _, name = draft.path.rpartition("/")
    kind = _KINDS.get(draft.movie)
    fields: dict[str, object] = {"kind": "event", "camera": camera, "start": rfc3339(draft.start)}
    if draft.end is not None:
        fields["end"] = rfc3339(draft.end)
    fields["video"] = name
    picture = None if kind else _picture(draft.pictures, folder)
    if picture:
        fields["image"] = picture
    if event and draft.movie != TIMELAPSE:
        fields["event"] = event
    if draft.movie != TIMELAPSE:
        fields["motion"] = _motion(_strongest(draft.measured))
    if end_reason:
        fields["end_reason"] = end_reason
    if kind:
        fields["extra"] = {"movie": kind}
    return fields


def _picture(pictures: list[Fact], folder: str) -> str | None:
    """Return the name of the picture with the most motion; a sidecar can name only files of its own folder."""
    beside = [fact for fact in pictures if fact.path.rpartition("/")[0] == folder]
    if not beside:
        return None
    best = max(beside, key=lambda fact: (fact.measures[0], -fact.moment, fact.path))
    return best.path.rpartition("/")[2]


def _strongest(facts: list[Fact]) -> Measures:
    """Return the measurement with the most changed pixels; of equals the earliest."""
    best = max(facts, key=lambda fact: (fact.measures[0], -fact.moment, fact.measures), default=None)
    return UNMEASURED if best is None else best.measures


def _motion(measures: Measures) -> dict[str, object]:
    if measures[0] <= 0:
        return {}
    return {name: number for name, number in zip(_NAMES, measures, strict=True) if number >= 0}


def _joined(fields: dict[str, object], before: str) -> str | None:
    """Return the text; None where a sidecar from before the facts must stay as it is."""
    if not before:
        return sidecar_text(fields)
    from sitegen.capture.hook_merge import merged

    return merged(fields, before)
