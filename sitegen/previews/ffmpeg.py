"""Writes the command lines of the two ffmpeg runs that make a clip's previews; pure but for one look at ffmpeg.

The first makes the poster of one picture. In the second every picture wanted is scaled once, to the size of the small
video, and the sprite's tiles are made from that. Pictures that nobody will see are dropped before scaling.
"""

from __future__ import annotations

import functools
import re

from sitegen import process
from sitegen.archive.video_headers import begins_text
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
"""Names of what the runs leave in their working folders."""
PROGRESS = "progress.txt"
MOST_PIXELS = 8192 * 5120
_POSTER_BOX = (1920, 1080)
_TOLD_BY_HEADERS = {"mov", "matroska"}
"""Readers that need not decode a first picture to know the streams."""

# zscale knows these; what is not among them (RGB, palettes) ffmpeg converts to the nearest one first.
_PLANAR = "|".join(
    ["gray", "yuv410p", "yuv411p", "yuv420p", "yuv422p", "yuv440p", "yuv444p"]
    + ["yuvj420p", "yuvj422p", "yuvj444p"]
    + [f"yuv{sub}p{bits}" for bits in ("9", "10", "12") for sub in ("420", "422", "444")]
)
_TO_JPEG = "scale=in_range=limited:out_range=full:flags=bicubic+bitexact+accurate_rnd,format=yuvj420p"
_WHOLE = ["-movflags", "+faststart"]
_IN_FRAGMENTS = ["-movflags", "+frag_keyframe+empty_moov+default_base_moof"]
_MP4 = ["-f", "mp4", f"file:{FILES['video']}"]
_FRAGMENT_S: dict[Graph, int] = {"smooth": 10, "keys": 15}
"""A fragment begins with the first picture after so many seconds: shorter ones cost bytes, longer ones make seeking slow."""
_SAME_BYTES = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1", "-threads", "1"]


@functools.cache
def has_zscale() -> bool:
    """Say whether ffmpeg was built with zscale, the better scaler; raise ToolMissing when there is no ffmpeg."""
    listed = process.run(["ffmpeg", "-hide_banner", "-v", "error", "-filters"], timeout_s=60)
    if listed.returncode != 0:
        raise OSError(f"ffmpeg does not work here: {listed.stderr.strip()[:200]}")
    return re.search(rb"\bzscale\b", listed.stdout) is not None


def poster_command(
    box: tuple[int, int], source: Source, video: str, moment_s: float, *, keys: bool, zscale: bool
) -> list[str]:
    """Return the argv that makes poster and still of one moment of `video`, an absolute path, in its working folder.

    With `keys` it is the first key frame, a little before or after the moment: one picture is decoded, and there may
    be none. Else it is the picture of the moment, or the last one before it; everything up to it is decoded.
    """
    reading = ["-skip_frame", "nokey", *_looking(source)] if keys else []
    picture = "trim=end_frame=1"
    if keys and moment_s:
        begin_s = max(0.8 * moment_s, moment_s - 1)
        reading += ["-ss", f"{begin_s:.3f}", "-t", f"{1.6 * moment_s - begin_s:.3f}"]
    elif moment_s:
        # Padded, so that there is such a moment also where the last picture comes before it.
        picture = (
            f"tpad=stop_duration={source.seconds:.3f}:stop_mode=clone,trim=start={moment_s:.3f},{picture}"
        )
    graph = (
        f"[0:V:0]{picture},split=2[one][other]",
        f"[one]{_fit(_POSTER_BOX, zscale=zscale)},{_TO_JPEG}[poster]",
        f"[other]{_fit(box, zscale=zscale)},{_TO_JPEG}[still]",
    )
    return [
        *_start(),
        *(*reading, *_input(source.demuxer, video), "-filter_complex", ";".join(graph)),
        *(*_picture_output("poster"), *_picture_output("still")),
    ]


def command(
    box: tuple[int, int],
    graph: Graph,
    source: Source,
    video: str,
    *,
    zscale: bool,
    fragments: bool = False,
    begins_s: float = 0.0,
) -> list[str]:
    """Return the argv that makes small video, sprite and `PROGRESS` of `video`, an absolute path, in its working folder.

    With `fragments` the small video can be one of many in a playlist, and lasts as long as the video. A copy says in
    its comment that its first picture is of `begins_s` seconds after the clip's first one; negative: before it.
    """
    return [
        *_start(),
        *("-progress", f"file:{PROGRESS}", "-stats_period", "3600"),
        *(*_reading(graph, source), *_input(source.demuxer, video)),
        *("-filter_complex", filters(box, graph, source, zscale=zscale)),
        *(_copied_output(begins_s) if graph == "copy" else _video_output(graph)),
        *((_fragments(graph, source) if graph != "copy" else _IN_FRAGMENTS) if fragments else _WHOLE),
        *_MP4,
        *_picture_output("sprite"),
    ]


def probe_command(reader: str, video: str) -> list[str]:
    """Return the argv that says on stderr, in ffmpeg's usual words, how long and how large a video is."""
    return ["ffmpeg", "-nostdin", "-hide_banner", *_input(reader, video)]


def _start() -> list[str]:
    words = ["ffmpeg", "-nostdin", "-hide_banner", "-v", "error", "-y"]
    return [*words, "-filter_threads", "1", "-filter_complex_threads", "1"]


def _looking(source: Source) -> list[str]:
    """Return what saves decoding a first picture only to look at it; when the streams begin is not known then."""
    return ["-nofind_stream_info"] if source.demuxer in _TOLD_BY_HEADERS else []


def _reading(graph: Graph, source: Source) -> list[str]:
    """Return what need not be decoded: all but key frames; and the smoothing of pictures that no other builds on."""
    if graph == "smooth":
        return ["-skip_loop_filter", "noref"]
    few = ["-skip_frame", "nokey", "-skip_loop_filter", "all"]
    return [*few, *_looking(source)] if graph == "keys" else few


def _input(reader: str, video: str) -> list[str]:
    """Return the input's options. The reader is forced: guessing is how a playlist named clip.mp4 opens other files."""
    return [
        *("-threads", "1", "-max_pixels", str(MOST_PIXELS), "-an", "-sn", "-dn"),
        *("-protocol_whitelist", "file", "-f", reader, "-i", f"file:{video}"),
    ]


def filters(box: tuple[int, int], graph: Graph, source: Source, *, zscale: bool) -> str:
    """Return the filter graph with the outputs [video] and [sprite]; of a video that is copied, [video] only counts.

    A sprite's tile shows the middle of its slot; there are always all of them, however short the clip.
    """
    # One picture in each tenth of a second, as `fps` would choose, but none is ever doubled.
    bucket = f"floor(%s*{SMOOTH_RATE}+0.01)"
    thin = f"select='isnan(prev_t)+1-eq({bucket % 't'},{bucket % 'prev_t'})'," if graph == "smooth" else ""
    if graph == "keys":
        thin = "setpts=PTS-STARTPTS,"  # see _looking
    rate = f"{TILES * 1000}/{max(1, round(source.seconds * 1000))}"
    slots, fill = f"trim=end_frame={TILES}", f"tpad=stop={TILES}:stop_mode=clone"
    return ";".join(
        (
            f"[0:V:0]{thin}{_fit(box, zscale=zscale)},split=2[video][many]",
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
        scaler = f"{even},zscale=w='{width}':h='{height}':filter=lanczos:range=limited"
    else:
        scaler = f"scale=w='{width}':h='{height}':flags=spline+accurate_rnd+bitexact:out_range=limited"
    return f"format={_PLANAR},{scaler},setsar=1,format=yuv420p"


def _tile() -> str:
    return (
        f"scale={TILE_WIDTH}:{TILE_HEIGHT}:force_original_aspect_ratio=decrease:force_divisible_by=2"
        f":flags=area+bitexact+accurate_rnd,pad={TILE_WIDTH}:{TILE_HEIGHT}:-1:-1"
    )


def _video_output(graph: Graph) -> list[str]:
    # Tuned for SSIM the noise of a camera takes a quarter fewer bytes and less time, which pays for a coarser search.
    return [
        *("-map", "[video]", "-r", str(SMOOTH_RATE), "-fps_mode", "vfr"),
        *("-c:v", "libx264", "-preset", "veryfast", "-tune", "ssim", "-x264-params", "subme=1"),
        *("-crf", "25" if graph == "keys" else "24.3"),
        *_SAME_BYTES,
    ]


def _fragments(graph: Graph, source: Source) -> list[str]:
    """Return what makes the small video of one that is played after others and before others.

    No picture refers to a later one: else the first would be shown as late as pictures are far apart. The last one is
    shown to the end of the video, but for no longer than twice as long as the others: a video that is cut must not look
    whole. Times are counted in the same unit before and after encoding, in which setts is not at one with itself.
    """
    end = round(source.seconds * SMOOTH_RATE)
    last = f"setts=pts=PTS:dts=DTS:duration=max(1\\,min({end}-PTS\\,2*PTS/max(1\\,N)))"
    return [
        *("-bf", "0", "-force_key_frames", f"expr:gte(t,n_forced*{_FRAGMENT_S[graph]})"),
        *("-video_track_timescale", str(SMOOTH_RATE), "-bsf:v", last),
        *_IN_FRAGMENTS,
    ]


def _copied_output(begins_s: float) -> list[str]:
    # The pictures for the sprite are counted by a first output that goes nowhere: -progress tells of the first.
    count = ["-map", "[video]", "-fps_mode", "passthrough", "-f", "null", "-"]
    told = ["-metadata", f"comment={begins_text(begins_s)}"] if begins_s else []
    return [*count, "-map", "0:V:0", "-c:v", "copy", *_SAME_BYTES, *told]


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
