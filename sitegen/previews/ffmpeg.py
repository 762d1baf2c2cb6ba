"""Writes the command line of the one ffmpeg process that makes all previews of a clip; pure but for one look at ffmpeg.

The graphs: every picture wanted is scaled once, to the size of the small video; the small still and the sprite's
tiles are made from that. Pictures that nobody will see are dropped before scaling, which is what costs.
"""

from __future__ import annotations

import functools
import re

from sitegen import process
from sitegen.previews.plan import (
    COLUMNS,
    ROWS,
    SMOOTH_RATE,
    TILE_HEIGHT,
    TILE_WIDTH,
    TILES,
    Graph,
    Kind,
    Source,
)

FILES: dict[Kind, str] = {
    "video": "low.mp4",
    "poster": "poster.jpg",
    "still": "still.jpg",
    "sprite": "sprite.jpg",
}
"""Names of what one run leaves in its working folder."""
PROGRESS = "progress.txt"
MOST_PIXELS = 8192 * 5120
_POSTER_BOX = (1920, 1080)

# zscale knows these; what is not among them (RGB, palettes) ffmpeg converts to the nearest one first.
_PLANAR = "|".join(
    ["gray", "yuv410p", "yuv411p", "yuv420p", "yuv422p", "yuv440p", "yuv444p"]
    + ["yuvj420p", "yuvj422p", "yuvj444p"]
    + [f"yuv{sub}p{bits}" for bits in ("9", "10", "12") for sub in ("420", "422", "444")]
)
_TO_JPEG = "scale=in_range=limited:out_range=full:flags=bicubic+bitexact+accurate_rnd,format=yuvj420p"
_SAME_BYTES = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1", "-threads", "1"]


@functools.cache
def has_zscale() -> bool:
    """Say whether ffmpeg was built with zscale, the better scaler; raise ToolMissing when there is no ffmpeg."""
    listed = process.run(["ffmpeg", "-hide_banner", "-v", "error", "-filters"], timeout_s=60)
    if listed.returncode != 0:
        raise OSError(f"ffmpeg does not work here: {listed.stderr.strip()[:200]}")
    return re.search(rb"\bzscale\b", listed.stdout) is not None


def command(box: tuple[int, int], graph: Graph, source: Source, video: str, *, zscale: bool) -> list[str]:
    """Return the argv that makes `FILES` and `PROGRESS` of `video`, an absolute path, in its working folder."""
    return [
        *("ffmpeg", "-nostdin", "-hide_banner", "-v", "error", "-y"),
        *("-progress", f"file:{PROGRESS}", "-stats_period", "3600"),
        *("-filter_threads", "1", "-filter_complex_threads", "1"),
        *_reading(graph, source, video),
        *("-filter_complex", filters(box, graph, source, zscale=zscale)),
        *_video_output(graph),
        *(word for kind in ("poster", "still", "sprite") for word in _picture_output(kind)),
    ]


def probe_command(reader: str, video: str) -> list[str]:
    """Return the argv that says on stderr, in ffmpeg's usual words, how long and how large a video is."""
    return ["ffmpeg", "-nostdin", "-hide_banner", *_input(reader, video)]


def _reading(graph: Graph, source: Source, video: str) -> list[str]:
    return [*(["-skip_frame", "nokey"] if graph == "keys" else []), *_input(source.demuxer, video)]


def _input(reader: str, video: str) -> list[str]:
    """Return the input's options. The reader is forced: guessing is how a playlist named clip.mp4 opens other files."""
    return [
        *("-threads", "1", "-max_pixels", str(MOST_PIXELS), "-an", "-sn", "-dn"),
        *("-protocol_whitelist", "file", "-f", reader, "-i", f"file:{video}"),
    ]


def filters(box: tuple[int, int], graph: Graph, source: Source, *, zscale: bool) -> str:
    """Return the filter graph with the outputs [video], [poster], [still] and [sprite].

    A sprite's tile shows the middle of its slot; there are always all of them, however short the clip. An event's
    poster shows its middle: a movie begins some seconds before the motion, with nothing to be seen.
    """
    # One picture in each tenth of a second, as `fps` would choose, but none is ever doubled.
    bucket = f"floor(%s*{SMOOTH_RATE}+0.01)"
    thin = f"select='isnan(prev_t)+1-eq({bucket % 't'},{bucket % 'prev_t'})'," if graph == "smooth" else ""
    rate = f"{TILES * 1000}/{max(1, round(source.seconds * 1000))}"
    slots, fill = f"trim=end_frame={TILES}", f"tpad=stop={TILES}:stop_mode=clone"
    one = "trim=end_frame=1"
    if graph == "smooth":
        # Padded, so that there is a middle also where the last picture comes before it.
        one = f"tpad=stop_duration={source.seconds:.3f}:stop_mode=clone,trim=start={source.seconds / 2:.3f},{one}"
    return ";".join(
        (
            "[0:V:0]split=2[one][all]",
            f"[one]{one},{_fit(_POSTER_BOX, zscale=zscale)},{_TO_JPEG}[poster]",
            f"[all]{thin}{_fit(box, zscale=zscale)},split=3[video][small][many]",
            f"[small]{one},{_TO_JPEG}[still]",
            f"[many]fps={rate}:start_time=0:eof_action=pass,{slots},{_tile()},{fill},{slots},tile={COLUMNS}x{ROWS},{_TO_JPEG}[sprite]",
        )
    )


def _fit(box: tuple[int, int], *, zscale: bool) -> str:
    """Return filters that make square pixels and even sizes, fit into `box`, keep the shape and never enlarge."""
    wide, high = box
    width = f"max(2,2*trunc(min(min({wide},iw*sar),{high}*dar)/2+0.01))"
    height = f"max(2,2*trunc(min(min({high},ih),min({wide},iw*sar)/dar)/2+0.01))"
    if zscale:
        # zscale refuses an odd size where colours are subsampled; whether they are, the picture alone knows.
        even = "crop=w='max(1,iw-mod(iw,2))':h='max(1,ih-mod(ih,2))':x=0:y=0"
        scaler = f"{even},zscale=w='{width}':h='{height}':filter=spline36:range=limited"
    else:
        scaler = f"scale=w='{width}':h='{height}':flags=spline+accurate_rnd+bitexact:out_range=limited"
    return f"format={_PLANAR},{scaler},setsar=1,format=yuv420p"


def _tile() -> str:
    return (
        f"scale={TILE_WIDTH}:{TILE_HEIGHT}:force_original_aspect_ratio=decrease:force_divisible_by=2"
        f":flags=area+bitexact+accurate_rnd,pad={TILE_WIDTH}:{TILE_HEIGHT}:-1:-1"
    )


def _video_output(graph: Graph) -> list[str]:
    return [
        *("-map", "[video]", "-r", str(SMOOTH_RATE), "-fps_mode", "vfr"),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "26" if graph == "keys" else "23"),
        *_SAME_BYTES,
        *("-movflags", "+faststart", "-f", "mp4", f"file:{FILES['video']}"),
    ]


def _picture_output(kind: Kind) -> list[str]:
    return [
        *("-map", f"[{kind}]", "-frames:v", "1", "-c:v", "mjpeg", "-q:v", "3"),
        *_SAME_BYTES,
        *("-update", "1", "-f", "image2", f"file:{FILES[kind]}"),
    ]


def demuxer(head: bytes) -> str | None:
    """Return ffmpeg's reader for a file that begins with `head` (at least 400 bytes of it); None: no kind we know.

    By content, never by name.
    """
    if head[4:8] in {b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"}:
        return "mov"
    if head[:4] == b"\x1aE\xdf\xa3":
        return "matroska"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    # Transport stream: a G at the start of each packet, of 188 bytes or, with a time before it, of 192.
    for offset, size in ((0, 188), (4, 192)):
        if len(head) > offset + size and all(
            head[at : at + 1] == b"G" for at in range(offset, min(len(head), 400), size)
        ):
            return "mpegts"
    return None
