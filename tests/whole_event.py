"""What tests wait for in a whole system: its first event with all that belongs to it, and the segments around it."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from whole_system import WholeSystem


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@dataclass
class Event:
    """The first event that was recorded whole, and its previews made."""

    id: str
    entry: dict
    """In day.json."""
    states: list[tuple[float, dict]]
    video: Path
    sidecar: Path


def wait_for_event(system: WholeSystem) -> Event:
    """Wait for the first event with its picture and its previews."""

    def whole() -> list[dict]:
        clips = system.day()["clips"]
        return [c for c in clips if c["kind"] == "event" and "video" in c.get("preview", {}) and "image" in c]

    clip = system.wait(whole, 120, "an event with its picture and its previews")[0]
    system.wait(lambda: ".low.mp4" in system.history.page(clip["id"])[-1].body, 30, "the page's last change")
    video = (system.site / system.day_path(clip["video"]["url"])).resolve()
    return Event(clip["id"], clip, system.history.states(clip["id"]), video, video.with_suffix(".yaml"))


def wait_for_segments(system: WholeSystem, event: Event) -> list[dict]:
    """Wait until the whole crossing of the event lies in closed segments; return these, the oldest first."""
    _, went = system.crossing(moment(event.entry["start"]))

    def closed() -> list[dict]:
        found = [c for c in system.day()["clips"] if c["kind"] == "segment" and "end" in c]
        return found if found and moment(found[-1]["end"]) > went else []

    return system.wait(closed, 60, "segments")


def legacy_id(clip: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, clip))


def inside(segments: list[dict], when: datetime) -> tuple[datetime, dict]:
    """A time close to `when` that is well within a segment, and that segment."""
    for offset_s in (0, -0.6, 0.6, -1.2):
        moved = when + timedelta(seconds=offset_s)
        for segment in segments:
            margin = timedelta(seconds=0.5)
            if moment(segment["start"]) + margin < moved < moment(segment["end"]) - margin:
                return moved, segment
    raise AssertionError(f"{when} is in no segment: {[(s['start'], s['end']) for s in segments]}")
