"""sitegen.settings: what sitegen.toml may say, and how it is refused."""

from pathlib import Path

import pytest
from settings_files import refused, written

from sitegen.errors import UsageErrors
from sitegen.secret import Secret
from sitegen.settings import load


def test_an_empty_file_gives_every_default(tmp_path):
    """Every key has a default, and paths are relative to the file's folder, whatever the working directory."""
    settings = load(written(tmp_path, ""))
    assert settings.file == tmp_path / "sitegen.toml"
    assert (settings.site.title, settings.site.timezone, settings.site.theme) == ("Cameras", "UTC", "default")
    assert (settings.site.content, settings.site.output) == (tmp_path / "content", tmp_path / "site")
    assert (settings.archive.root, settings.archive.state) == (tmp_path / "archive", tmp_path / "state")
    assert settings.site.full_video
    assert settings.motion.config is None
    assert settings.camera == {}
    assert (settings.record.segment_seconds, settings.record.transport) == (300, "tcp")
    assert (settings.previews.width, settings.previews.segments, settings.previews.workers) == (
        640,
        "keyframes",
        1,
    )
    assert (settings.announce.host, settings.announce.port) == ("127.0.0.1", 8082)


def test_a_file_named_relatively_still_gives_absolute_paths(tmp_path, monkeypatch):
    """All paths in the settings are absolute."""
    written(tmp_path, '[motion]\nconfig = "../motion.conf"')
    monkeypatch.chdir(tmp_path)
    settings = load(Path("sitegen.toml"))
    assert settings.motion.config == tmp_path.parent / "motion.conf"
    assert settings.site.output.is_absolute()


def test_every_key_that_works_now_is_read(tmp_path):
    """The contract's example, less the keys of later versions, is taken as it stands."""
    text = """
        [site]
        title = "Home"
        timezone = "Europe/Berlin"
        language = "pt-BR"
        url = "https://cctv.example/x"
        theme = "my/theme"
        content = "/srv/content"
        output = "../out"
        full_video = false
        [archive]
        root = "a"
        state = "s"
        [motion]
        config = ""
        [camera.101]
        title = "Driveway"
        url = "rtsp://user:pw@host/…"
        order = 1
        record = false
        [record]
        segment_seconds = 60
        transport = "udp"
        stall_seconds = 7.5
        [previews]
        width = 320
        segments = "none"
        workers = 2
        cpu_percent = 50
        [announce]
        listen = "[::1]:0"
    """
    settings = load(written(tmp_path, text))
    assert settings.site.theme == str(tmp_path / "my/theme")
    assert settings.site.content == Path("/srv/content")
    assert settings.site.output == tmp_path.parent / "out"
    assert settings.motion.config is None
    camera = settings.camera["101"]
    assert (camera.title, camera.order, camera.record) == ("Driveway", 1, False)
    assert camera.url == Secret("rtsp://user:pw@host/…")
    assert settings.record.stall_seconds == 7.5
    assert (settings.announce.host, settings.announce.port) == ("::1", 0)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[site]\ntitle = 3", "site.title"),
        ('[site]\ntitle = "a\\nb"', "site.title"),
        ('[site]\ntitle = "a\\n"', "site.title"),
        ('[site]\ntimezone = "Mars/Base"', "site.timezone"),
        ('[site]\ntimezone = "../etc/passwd"', "site.timezone"),
        ('[site]\ntimezone = ""', "site.timezone"),
        ('[site]\nlanguage = "english language"', "site.language"),
        ('[site]\nurl = "ftp://x"', "site.url"),
        ('[site]\nurl = "javascript:alert(1)"', "site.url"),
        ('[site]\ncontent = ""', "site.content"),
        ('[site]\noutput = "archive/site"', "site.output"),
        ('[archive]\nstate = "archive/.state"', "archive.state"),
        ('[archive]\nstate = "site/state"', "archive.state"),
        ('[archive]\nroot = "site/archive"', "archive.root"),
        ("[record]\nsegment_seconds = 0", "record.segment_seconds"),
        ("[record]\nsegment_seconds = 3601", "record.segment_seconds"),
        ("[record]\nsegment_seconds = true", "record.segment_seconds"),
        ("[record]\nsegment_seconds = 1.5", "record.segment_seconds"),
        ("[record]\nstall_seconds = nan", "record.stall_seconds"),
        ("[record]\nstall_seconds = inf", "record.stall_seconds"),
        ('[record]\ntransport = "sctp"', "record.transport"),
        ("[previews]\nwidth = 641", "previews.width"),
        ("[previews]\nwidth = 158", "previews.width"),
        ("[previews]\nworkers = 65", "previews.workers"),
        ("[previews]\ncpu_percent = -1", "previews.cpu_percent"),
        ("[previews]\ncpu_percent = 10000000", "previews.cpu_percent"),
        ('[announce]\nlisten = "localhost"', "announce.listen"),
        ('[announce]\nlisten = "localhost:65536"', "announce.listen"),
        ('[announce]\nlisten = "a b:80"', "announce.listen"),
        ('[announce]\nlisten = "::1:80"', "announce.listen"),
        ('[announce]\nlisten = ":80"', "announce.listen"),
        ('[camera."front door"]', "camera.front door"),
        ('[camera.".."]', "camera..."),
        ('[camera.5]\nurl = "no address"', "camera.5.url"),
        ('[camera.5]\nurl = "-i file"', "camera.5.url"),
        ('[camera.5]\nurl = "rtsp://a\\nb"', "camera.5.url"),
        ('[camera.5]\norder = "1"', "camera.5.order"),
        ('[camera.5]\nurl_env = "A B"', "camera.5.url_env"),
        ("[camera.5.deeper]\nx = 1", "camera.5.deeper"),
        ("camera = 3", "camera"),
        ("[camera]\n5 = 3", "camera.5"),
        ("site = 3", "site"),
        ("[[site]]", "site"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_is_refused(tmp_path, text, key):
    """The error names the file, the dotted key, the reason and a remedy."""
    error = refused(tmp_path, text)
    assert (error.file, error.key) == (str(tmp_path / "sitegen.toml"), key)
    assert error.reason
    assert error.remedy
    assert error.exit_code == 2
    assert not isinstance(error, UsageErrors)
    assert str(error).startswith(f"{error.file}: {key}: ")


@pytest.mark.parametrize(
    ("text", "key", "near"),
    [
        ('[site]\ntitel = "x"', "site.titel", "title"),
        ("[sit]", "sit", "site"),
        ("[record]\nsegment_second = 3", "record.segment_second", "segment_seconds"),
        ('[camera.1]\nURL = "rtsp://x"', "camera.1.URL", "url"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(tmp_path, text, key, near):
    """A typing mistake is told with what was probably meant."""
    error = refused(tmp_path, text)
    assert error.key == key
    assert near in error.remedy


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[retention.events]\nmax_age_days = 3", "retention"),
        ("[mirror.offsite]", "mirror"),
        ("[notify]", "notify"),
        ("[camera.1.retention.events]", "camera.1.retention"),
        ('[previews]\nexecutor = "local"', "previews.executor"),
    ],
)
def test_a_key_of_a_later_version_is_refused_as_such(tmp_path, text, key):
    """What does nothing yet is not accepted in silence: somebody would rely on it."""
    error = refused(tmp_path, text)
    assert error.key == key
    assert "not in this version" in error.reason


def test_the_site_cannot_be_written_over_everything_else(tmp_path):
    """A site folder that holds archive, state, content and this file with its passwords is refused for each."""
    error = refused(tmp_path, '[site]\noutput = "."')
    assert isinstance(error, UsageErrors)
    assert {one.key for one in error.errors} == {
        "archive.root",
        "archive.state",
        "site.content",
        "site.output",
    }


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    """One run shows all mistakes of a file, a line each."""
    error = refused(tmp_path, '[site]\ntitel = 1\nurl = 3\n[record]\ntransport = "x"\n[announce]\nlisten = 3')
    assert isinstance(error, UsageErrors)
    assert {one.key for one in error.errors} == {
        "site.titel",
        "site.url",
        "record.transport",
        "announce.listen",
    }
    assert len(str(error).splitlines()) == 4
