"""The status page for Prometheus, as another program reads it."""

import re
from datetime import UTC, datetime

import pytest
from metrics import read_metrics
from msgspec.structs import replace
from page_samples import HOSTILE, RTL
from view_samples import busy_events, camera_view, status_view

from sitegen.resources import resource
from sitegen.site.metrics import metrics_text, with_trouble
from sitegen.site.views import TroubleView
from sitegen.site_paths import content_type

NOON = datetime(2026, 11, 22, 12, 0, 0, 120_000, tzinfo=UTC)
TROUBLE = TroubleView(what="archive", reason="the archive is away", remedy="mount it", since=NOON)


def view(**changes):
    cameras = (camera_view("101", busy_events()), camera_view("102", ()))
    return replace(status_view(cameras), **changes)


def said(status) -> dict[str, dict[tuple[str, ...], float]]:
    return read_metrics(metrics_text(status).decode())


def test_every_figure_is_there_in_base_units():
    """Seconds since 1970, bytes, ratios; what is not known is left out, and so is its HELP."""
    first, second = view().cameras
    first = replace(first, last_segment=NOON, last_event=NOON, gaps_week_count=3, gaps_week_seconds=60.5)
    status = view(
        built_at=NOON,
        cameras=(
            replace(
                first, camera=replace(first.camera, lost_since=NOON), coverage_today=99.9, coverage_week=33.3
            ),
            replace(second, last_segment=None, last_event=None, coverage_today=None, coverage_week=None),
        ),
    )
    seconds = NOON.timestamp()
    assert said(status) == {
        "sitegen_build_timestamp_seconds": {(): seconds},
        "sitegen_build_revision": {(): 4_211},
        "sitegen_stale_after_seconds": {(): 900},
        "sitegen_trouble": {(): 0},
        "sitegen_clips": {(): 123_456},
        "sitegen_days": {(): 31},
        "sitegen_problems": {(): 2},
        "sitegen_previews_waiting": {(): 12},
        "sitegen_archive_bytes": {(): 1_234_567_890_123},
        "sitegen_disk_total_bytes": {(): 2_000_000_000_000},
        "sitegen_disk_free_bytes": {(): 345_600_000_000},
        "sitegen_disk_low": {(): 0},
        "sitegen_camera_info": {
            ("101", "driveway", "Driveway"): 1,
            ("102", "garden-gate", "Garden gate"): 1,
        },
        "sitegen_camera_last_clip_timestamp_seconds": {
            ("101", "event"): seconds,
            ("101", "segment"): seconds,
        },
        "sitegen_camera_lost": {("101",): 1, ("102",): 0},
        "sitegen_camera_coverage_today_ratio": {("101",): 0.999},
        "sitegen_camera_coverage_week_ratio": {("101",): 0.333},
        "sitegen_camera_gaps_week": {("101",): 3, ("102",): second.gaps_week_count},
        "sitegen_camera_gaps_week_seconds": {("101",): 60.5, ("102",): second.gaps_week_seconds},
    }
    blank = metrics_text(view(disk_total_bytes=0, disk_free_bytes=0, cameras=())).decode()
    assert "disk" not in blank
    assert "camera" not in blank


@pytest.mark.parametrize(
    "text", [HOSTILE, RTL, 'a\\"b\\nc', "two\nlines", "\\", "\r\x85\u2028}", "", '{a="b"} 1']
)
def test_a_title_stays_within_its_label(text):
    """Whatever a camera is called, it is one value of one label, and comes back as it was."""
    (first, second) = view().cameras
    hostile = replace(first, camera=replace(first.camera, id=text or "0", title=text))
    plain, found = said(view()), said(view(cameras=(hostile, second)))
    assert found.keys() == plain.keys()
    assert (text or "0", "driveway", text) in found["sitegen_camera_info"]
    assert len(found["sitegen_camera_info"]) == 2


def test_a_trouble_is_one_figure_and_its_time():
    """Also when it is put into a file that was written before."""
    status = view(trouble=TROUBLE)
    assert said(status)["sitegen_trouble"] == {(): 1}
    assert said(status)["sitegen_trouble_since_timestamp_seconds"] == {(): NOON.timestamp()}
    calm = metrics_text(view())
    assert read_metrics(with_trouble(calm).decode()) == said(view()) | {"sitegen_trouble": {(): 1.0}}
    assert with_trouble(metrics_text(status)) == metrics_text(status)


def test_it_is_served_as_what_prometheus_takes():
    """Its type is plain text, which is text format 0.0.4 to Prometheus; nginx/sitegen.conf has the same."""
    assert content_type(("metrics.prom",)) == "text/plain; charset=utf-8"
    assert re.search(r"text/plain +txt prom;", (resource("nginx") / "sitegen.conf").read_text())
