"""Looks at pictures as a camera's owner would, roughly: small gray copies, how far apart they are, where somebody stands."""

import statistics
from pathlib import Path

from playwright.sync_api import Page

from sitegen import process

SMALL = (64, 36)
_TILE, _COLUMNS, _ROWS = SMALL, 6, 5
_CHANGED = 24
"""So many of 255 steps apart is more than noise, compression and a clock in the corner."""
_LEAST_PIXELS = 12

Gray = bytes
"""One byte a pixel, row by row; SMALL unless it says otherwise."""

_READ_FRAME = """([width, height]) => {
    const video = document.querySelector(".tile video:not([hidden])");
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d");
    context.drawImage(video, 0, 0, width, height);
    const data = context.getImageData(0, 0, width, height).data, gray = [];
    for (let at = 0; at < data.length; at += 4)
        gray.push(Math.round(0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2]));
    return gray;
}"""


def gray(path: Path, size: tuple[int, int] = SMALL, at_s: float = 0) -> Gray:
    """A picture, or the first frame of a video that is not before `at_s`, decoded by ffmpeg."""
    graph = f"trim=start={at_s},scale={size[0]}:{size[1]}:flags=area:out_range=full,format=gray"
    source = ["ffmpeg", "-v", "error", "-nostdin", "-i", f"file:{path}", "-frames:v", "1", "-vf", graph]
    done = process.run([*source, "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"], timeout_s=60)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) == size[0] * size[1]
    return done.stdout


def tiles(sprite: Path) -> list[Gray]:
    """The pictures in a sprite sheet."""
    width, height = _TILE
    sheet = gray(sprite, (width * _COLUMNS, height * _ROWS))
    lines = [sheet[at : at + width] for at in range(0, len(sheet), width)]
    return [
        b"".join(lines[(row * height + y) * _COLUMNS + column] for y in range(height))
        for row in range(_ROWS)
        for column in range(_COLUMNS)
    ]


def difference(one: Gray, other: Gray) -> float:
    """How far apart two pictures are, on average: 0 to 255."""
    return statistics.fmean(abs(a - b) for a, b in zip(one, other, strict=True))


def visitor_centre(picture: Gray, background: Gray) -> float | None:
    """How far from the left edge (0 to 1) something stands that is not in the background; None: nothing does.

    The lowest sixth is left out: Motion writes the time there.
    """
    width, height = SMALL
    places = [
        at % width for at in range(width * height * 5 // 6) if abs(picture[at] - background[at]) >= _CHANGED
    ]
    return (statistics.fmean(places) + 0.5) / width if len(places) >= _LEAST_PIXELS else None


def frame_seen(page: Page, address: str) -> tuple[Gray, dict]:
    """Open a camera's day anew at a time; return the frame that it shows, and what its video is doing."""
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_function(
        """() => {
            const video = document.querySelector(".tile video:not([hidden])");
            return video && video.readyState >= 2 && !video.seeking && video.currentTime > 0;
        }"""
    )
    state = page.evaluate(
        """() => {
            const video = document.querySelector(".tile video:not([hidden])");
            const { time } = document.querySelector(".now-clock").dataset;
            return { time: Number(time) / 1000, src: decodeURI(video.currentSrc), paused: video.paused };
        }"""
    )
    return bytes(page.evaluate(_READ_FRAME, list(SMALL))), state
