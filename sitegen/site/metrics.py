"""The status page for Prometheus: metrics.prom, in its text format 0.0.4. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from sitegen.site.views import CameraStatus, StatusView

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_Sample = tuple[dict[str, str], float]


class _Metric(msgspec.Struct, frozen=True):
    """A gauge: its name without `sitegen_`, what it says, and its samples; one without samples is left out."""

    name: str
    help: str
    samples: Sequence[_Sample]


def metrics_text(status: StatusView) -> bytes:
    """Return metrics.prom: what the status page says, as gauges; what is not known is left out."""
    return "".join(map(_text, (*_of_the_site(status), *_of_cameras(status.cameras)))).encode()


def with_trouble(metrics: bytes) -> bytes:
    """Return a metrics.prom that says that no build can be done, and else what it said before."""
    calm, trouble = (f"\nsitegen_trouble {n}\n".encode() for n in (0, 1))
    return metrics.replace(calm, trouble)


def _of_the_site(status: StatusView) -> Iterable[_Metric]:
    disk = status.disk_total_bytes > 0
    yield _one("build_timestamp_seconds", "When the last build, or look, was done.", _unix(status.built_at))
    yield _one("build_revision", "Revision of the site.", status.revision)
    yield _one("stale_after_seconds", "A build older than this: nobody keeps it.", status.stale_after_seconds)
    yield _one("trouble", "1: no build can be done, status.json says why.", status.trouble is not None)
    since = None if status.trouble is None else _unix(status.trouble.since)
    yield _one("trouble_since_timestamp_seconds", "Since when no build can be done.", since)
    yield _one("clips", "Clips on the site.", status.clips)
    yield _one("days", "Local days with clips.", status.days)
    yield _one("problems", "Files of the archive that could not be used.", len(status.problems))
    yield _one("previews_waiting", "Clips whose previews are not made yet.", status.backlog)
    yield _one("archive_bytes", "Size of all videos.", status.archive_bytes)
    total, free = status.disk_total_bytes, status.disk_free_bytes
    yield _one("disk_total_bytes", "Size of the archive's disk.", total if disk else None)
    yield _one("disk_free_bytes", "Room left on the archive's disk.", free if disk else None)
    yield _one("disk_low", "1: the archive's disk is nearly full.", status.disk_low if disk else None)


def _of_cameras(cameras: Sequence[CameraStatus]) -> Iterable[_Metric]:
    yield _Metric(
        "camera_info",
        "The cameras: id, slug and title.",
        [({"camera": c.camera.id, "slug": c.camera.slug, "title": c.camera.title}, 1) for c in cameras],
    )
    last = [(c, kind, when) for c in cameras for kind, when in _last(c) if when is not None]
    yield _Metric(
        "camera_last_clip_timestamp_seconds",
        "Start of the last event; end of the last segment, or its start while it is recorded.",
        [({"camera": c.camera.id, "kind": kind}, _unix(when)) for c, kind, when in last],
    )
    lost = [(c, c.camera.lost_since is not None) for c in cameras]
    yield _by_camera("camera_lost", "1: the camera cannot be reached.", lost)
    for name, covered in (
        ("today", [(c, c.coverage_today) for c in cameras]),
        ("week", [(c, c.coverage_week) for c in cameras]),
    ):
        ratios = [(c, round(percent / 100, 3)) for c, percent in covered if percent is not None]
        yield _by_camera(f"camera_coverage_{name}_ratio", _COVERED[name], ratios)
    count = [(c, c.gaps_week_count) for c in cameras]
    yield _by_camera("camera_gaps_week", "Gaps in seven days.", count)
    length = [(c, c.gaps_week_seconds) for c in cameras]
    yield _by_camera("camera_gaps_week_seconds", "Length of the gaps in seven days.", length)


_COVERED = {
    "today": "Part of today so far that segments cover.",
    "week": "Part of the last seven days so far that segments cover.",
}


def _last(camera: CameraStatus) -> tuple[tuple[str, datetime | None], ...]:
    return ("event", camera.last_event), ("segment", camera.last_segment)


def _one(name: str, about: str, value: float | None) -> _Metric:
    return _Metric(name, about, [] if value is None else [({}, value)])


def _by_camera(name: str, about: str, values: Iterable[tuple[CameraStatus, float]]) -> _Metric:
    return _Metric(name, about, [({"camera": c.camera.id}, value) for c, value in values])


def _text(metric: _Metric) -> str:
    if not metric.samples:
        return ""
    name = f"sitegen_{metric.name}"
    lines = [f"# HELP {name} {metric.help}", f"# TYPE {name} gauge"]
    lines += [f"{name}{_labels(labels)} {_number(value)}" for labels, value in metric.samples]
    return "\n".join(lines) + "\n"


def _labels(labels: dict[str, str]) -> str:
    shown = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{shown}}}" if shown else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    """Return a number so that no digit of it is lost; whole ones without a point."""
    return str(int(value)) if value == int(value) else repr(float(value))


def _unix(when: datetime) -> float:
    """Return a time as seconds since 1970, to the millisecond, as status.json has it."""
    return (when - _EPOCH) // timedelta(milliseconds=1) / 1000
