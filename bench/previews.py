"""What previews cost, as a ratio to decoding the clip once: `python bench/previews.py [seconds] [runs]`."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sitegen.clip import Clip
from sitegen.previews.pool import make_previews
from sitegen.settings import PreviewSettings

GOALS = {"event": 1.35, "segment": 0.25}
START = datetime(2026, 1, 1, tzinfo=UTC)


def footage(path: Path, seconds: int) -> None:
    """1080p as a camera sends it: 20 pictures a second, a key frame every two seconds, 4 Mbit/s, some noise."""
    picture = f"testsrc2=s=1920x1080:r=20:d={seconds},noise=alls=6:allf=t"
    coder = (
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-b:v",
        "4M",
        "-g",
        "40",
        "-keyint_min",
        "40",
        "-sc_threshold",
        "0",
    )
    command = (
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        picture,
        "-pix_fmt",
        "yuv420p",
        *coder,
        str(path),
    )
    subprocess.run(command, check=True)


def cpu_s(work: Callable[[], object]) -> float:
    """Processor time of `work` here and in its children, in seconds."""

    def spent() -> float:
        uses = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
        return sum(use.ru_utime + use.ru_stime for use in uses)

    before = spent()
    work()
    return spent() - before


def main() -> int:
    words = sys.argv[1:]
    seconds, runs = int(words[0]) if words else 20, int(words[1]) if words[1:] else 5
    with tempfile.TemporaryDirectory() as name:
        root, output = Path(name), Path(name) / "site"
        footage(root / "clip.mp4", seconds)
        status = (root / "clip.mp4").stat()
        decode = (
            "ffmpeg",
            "-nostdin",
            "-v",
            "error",
            "-threads",
            "1",
            "-i",
            str(root / "clip.mp4"),
            "-map",
            "0:V:0",
            "-f",
            "null",
            "-",
        )
        taken: dict[str, list[float]] = {"decode": [], "event": [], "segment": []}
        for _ in range(runs):
            taken["decode"].append(cpu_s(lambda: subprocess.run(decode, check=True)))
            for kind in GOALS:
                clip = Clip(
                    path="clip.mp4",
                    id="1",
                    kind=kind,
                    camera="1",
                    start=START,
                    end=START + timedelta(seconds=seconds),
                    mtime_ns=status.st_mtime_ns,
                )  # type: ignore[arg-type]
                errors: list[str | None] = []
                taken[kind].append(
                    cpu_s(
                        lambda clip=clip, errors=errors: errors.append(
                            make_previews(clip, root, output, PreviewSettings())
                        )
                    )
                )
                assert errors == [None], errors
        shutil.rmtree(output)
    base = min(taken["decode"])
    print(
        f"1080p, {seconds} s, key frame every 40 pictures; least of {runs} runs; load {os.getloadavg()[0]:.1f}"
    )
    print(f"decoding it once      {base:6.2f} s")
    short = 0
    for kind, goal in GOALS.items():
        ratio = min(taken[kind]) / base
        short += ratio > goal
        print(
            f"previews of a {kind:<8}{min(taken[kind]):6.2f} s  ratio {ratio:.2f}  goal {goal:.2f}  {'passes' if ratio <= goal else 'falls short'}"
        )
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
