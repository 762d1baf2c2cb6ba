"""What settings keep to themselves, and what they say of what cannot be read."""

import pytest
from settings_files import refused, written

from sitegen import camera_id
from sitegen.archive import layout
from sitegen.errors import UsageError, UsageErrors
from sitegen.secret import Secret, without_logins
from sitegen.settings import SECTIONS, load


@pytest.mark.parametrize("data", [b"[site", b"\xff", b"a = " + b"[" * 5_000, b"site.title = 'a'\n[site]\n"])
def test_a_file_that_is_no_toml_is_refused(tmp_path, data):
    """Rubbish is a usage error with the file's name, never a traceback."""
    (tmp_path / "sitegen.toml").write_bytes(data)
    with pytest.raises(UsageError) as caught:
        load(tmp_path / "sitegen.toml")
    assert caught.value.file == str(tmp_path / "sitegen.toml")


def test_a_missing_file_says_how_to_make_one(tmp_path):
    """Who starts without a configuration is told about `sitegen init`."""
    with pytest.raises(UsageError, match="sitegen init"):
        load(tmp_path / "sitegen.toml")
    with pytest.raises(UsageError, match="directory"):
        load(tmp_path)


@pytest.mark.parametrize("key", ["url", "sub_url"])
def test_a_password_is_never_shown(tmp_path, monkeypatch, key):
    """No refusal of a camera's address quotes it, and the settings print as ***."""
    monkeypatch.setenv("BAD", "hunter2 and spaces")
    (tmp_path / "bad.url").write_text("hunter2\nhunter2")
    (tmp_path / "binary.url").write_bytes(b"hunter2\xff")
    text = f"""
        [camera.1]
        {key} = "user:hunter2@host"
        [camera.2]
        {key}_env = "BAD"
        [camera.3]
        {key}_file = "bad.url"
        [camera.4]
        {key}_file = "binary.url"
        [camera.5]
        {key} = ["rtsp://user:hunter2@host/"]
    """
    error = refused(tmp_path, text)
    assert isinstance(error, UsageErrors)
    assert len(error.errors) == 5
    assert "hunter2" not in str(error)
    good = load(written(tmp_path, f'[camera.1]\n{key} = "rtsp://user:hunter2@host/"'))
    assert "hunter2" not in f"{good} {good!r} {getattr(good.camera['1'], key):>20}"
    assert "***" in repr(good)


@pytest.mark.parametrize("key", ["url", "sub_url"])
def test_an_address_can_stay_out_of_the_file(tmp_path, monkeypatch, key):
    """url_file (relative to the file) and url_env are resolved when the file is read; sub_url's likewise."""
    monkeypatch.setenv("CAMERA_TWO", " rtsp://two/ ")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/one").write_text("rtsp://u:p@one/\n")
    settings = load(
        written(tmp_path, f'[camera.1]\n{key}_file = "secrets/one"\n[camera.2]\n{key}_env = "CAMERA_TWO"')
    )
    assert getattr(settings.camera["1"], key) == Secret("rtsp://u:p@one/")
    assert getattr(settings.camera["2"], key) == Secret("rtsp://two/")
    other = "sub_url" if key == "url" else "url"
    assert getattr(settings.camera["1"], other) is None


@pytest.mark.parametrize("key", ["url", "sub_url"])
def test_an_address_that_is_not_there_is_refused(tmp_path, monkeypatch, key):
    """A missing file or variable, and two addresses for one stream, are errors; the remedy names the right key."""
    monkeypatch.delenv("NOT_SET", raising=False)
    text = f"""
        [camera.1]
        {key}_file = "missing"
        [camera.2]
        {key}_env = "NOT_SET"
        [camera.3]
        {key} = "rtsp://x"
        {key}_env = "HOME"
        [camera.4]
        url = "rtsp://x"
        sub_url = "rtsp://y"
    """
    error = refused(tmp_path, text)
    assert isinstance(error, UsageErrors)
    wrong = [f"camera.1.{key}_file", f"camera.2.{key}_env", f"camera.3.{key}_env"]
    assert [one.key for one in error.errors] == wrong
    assert error.errors[1].remedy == f"set it, or use {key}_file"


def test_camera_ids_are_those_of_the_layout():
    """The rule for camera ids stands in one place."""
    for text in ("101", "a.b", "..", "", "a/b", "x" * 65, "ä"):
        assert layout.is_camera_id(text) == camera_id.is_camera_id(text)
    assert camera_id.is_camera_id("101")
    assert not camera_id.is_camera_id("..")


def test_a_secret_masks_what_others_say():
    """What ffmpeg says of an address is shown without the address, its user and its password."""
    secret = Secret("rtsp://user:p%40ss@host/stream")
    assert secret.mask("rtsp://user:p%40ss@host/stream: 401, p@ss, user:p%40ss") == "***: 401, ***, ***"
    assert Secret("rtsp://host/").mask("host is gone") == "host is gone"
    assert Secret("http://[bad").mask("open http://[bad") == "open ***"
    assert secret == Secret("rtsp://user:p%40ss@host/stream")
    assert secret != "rtsp://user:p%40ss@host/stream"
    assert len({secret, Secret(secret.reveal())}) == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/etc/sitegen/u:CANARY@h/x: No such file", "/etc/sitegen/***@h/x: No such file"),
        ("'u:CANARY@127.0.0.1:1' is not HOST:PORT", "'***@127.0.0.1:1' is not HOST:PORT"),
        ("u:CAN/AR:Y@Z@h", "***@h"),
        ("12:34CANARY@h", "***@h"),
        ("rtsp://u:CANARY@h/x and v:CANARY@i", "rtsp://***@h/x and ***@i"),
    ],
)
def test_a_login_is_masked_with_and_without_a_scheme(text, shown):
    """An address may stand, without its scheme, where nobody looks for one."""
    assert without_logins(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "12:30:00@cam, at 2026-11-22T12:30:00Z@101, 12:30@home",
        "somebody@example.org: mailto:somebody@example.org, sitegen-record@101.service",
        "write, for instance: url = 'rtsp://user:password@host/stream'",
        "cannot listen on 127.0.0.1:8082: port 8082 is in use",
        "sitegen.toml: camera.1: no @ in it",
        "rtsp://***@host:554/x and ssh admin@host:22",
    ],
)
def test_what_is_no_login_is_not_masked(text):
    """Times, e-mail addresses, examples and ports are shown."""
    assert without_logins(text) == text


def test_every_key_is_documented():
    """Each field carries its description: the reference page and `sitegen init` are made of them."""
    for section in SECTIONS.values():
        assert section.__doc__
        for name, hint in section.__annotations__.items():
            assert "key(" in str(hint), name
