"""A real player reads the playlist of files that were recorded as the recorder records them: ffmpeg gets every frame."""

import pytest
from hls_films import COUNT, RATE, SECONDS, make_films, write_playlist

from sitegen.archive.video_headers import read_headers
from sitegen.process import run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_films(tmp_path_factory.mktemp("films"))


def probed(path, *options):
    words = ["ffprobe", "-v", "error", "-of", "csv=p=0", *options, str(path)]
    found = run(words, timeout_s=60)
    assert found.returncode == 0, found.stderr
    return found.stdout.decode()


def frames(path):
    """How many pictures are in it."""
    return len(probed(path, "-select_streams", "v", "-show_entries", "packet=size").split())


def test_every_frame_of_every_file_is_read(folder):
    """Over a border and over a gap, to the end; the length is that of the files together."""
    names = ("0.mp4", "1.mp4", "2.mp4")
    path = write_playlist(folder, *zip(names, (0, SECONDS, 3_000), strict=True))
    assert path.read_bytes().count(b"#EXT-X-GAP") == 1
    assert frames(path) == sum(frames(folder / name) for name in names) == COUNT * SECONDS * RATE
    assert float(probed(path, "-show_entries", "format=duration")) == pytest.approx(COUNT * SECONDS, abs=0.01)


def test_a_plain_mp4_is_not_in_it(folder):
    """Its time is missing; what is around it plays."""
    path = write_playlist(folder, ("0.mp4", 0), ("plain.mp4", SECONDS), ("1.mp4", 2 * SECONDS))
    assert b"plain.mp4" not in path.read_bytes()
    assert path.read_bytes().count(b"#EXT-X-GAP") == 1
    assert frames(path) == 2 * SECONDS * RATE


def test_the_lengths_are_those_of_the_pictures(folder):
    """Browsers shorten their time line where they are told too much."""
    for name in ("0.mp4", "1.mp4", "2.mp4"):
        headers = read_headers(str(folder / name), pieces=True)
        assert headers.seconds == pytest.approx(SECONDS, abs=1e-6)
