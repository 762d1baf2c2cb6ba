"""`sitegen record`: one supervised ffmpeg a stream, until SIGTERM; SIGHUP reads the configuration again.

Writes segments and their sidecars below `<archive>/segments`, and a lock in the state folder; nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import signal
import string
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from typing import Literal

from sitegen import process
from sitegen.capture.cameras import recorded_cameras
from sitegen.capture.recorder_camera import CameraRecorder, Plan
from sitegen.capture.recorder_ffmpeg import SCHEMES, Source
from sitegen.capture.recorder_leftovers import finish_leftovers
from sitegen.capture.recorder_lock import ArchiveLock
from sitegen.capture.recorder_names import RUN_LENGTH
from sitegen.capture.recorder_policy import changes, clock_went_back, heartbeat_s
from sitegen.errors import LockHeld, SitegenError, UsageError
from sitegen.lock import Lock
from sitegen.secret import Secret
from sitegen.settings import RecordSettings, Settings

_log = logging.getLogger(__name__)

LOOK_AFTER_S = 12.0
"""How often clock, folders and unwritten sidecars are looked after; a multiple of the heartbeat costs no waking up."""

Loader = Callable[[], Settings]
Order = Literal["stop", "reload"]


def run_recorder(settings_loader: Loader, *, stop: threading.Event | None = None) -> int:
    """Record all cameras until SIGTERM, SIGINT or `stop`; return the exit code.

    In the main thread it takes SIGTERM, SIGINT and SIGHUP for itself. The thread it is called from must live as long
    as it: ffmpeg dies with that thread. Raises UsageError, LockHeld or ToolMissing when it cannot begin.
    """
    settings = settings_loader()
    process.find("ffmpeg")
    _check_root(settings)
    with (
        contextlib.closing(Lock(settings.archive.state / "recorder.lock", "sitegen record")),
        contextlib.closing(ArchiveLock()) as archive,
    ):
        archive.take(settings.archive.root)
        asyncio.run(_Recorder(settings, settings_loader, archive).run(stop))
    return 0


def plans(settings: Settings) -> dict[str, Plan]:
    """Return what is to be recorded, by camera; a camera whose address cannot be recorded is logged and left out."""
    found = {}
    for camera in recorded_cameras(settings):
        if not camera.record:
            continue
        if camera.url is None:
            _log.warning("camera %s: it has no address; give it a url, or record = false", camera.id)
            continue
        source = _source(camera.url, settings.record)
        if not _is_recordable(camera.id, source, "set record = false, or a url"):
            continue
        sub = None if camera.sub_url is None else _source(camera.sub_url, settings.record)
        if sub is not None and not _is_recordable(camera.id, sub, "leave sub_url out, or set one"):
            sub = None
        found[camera.id] = Plan(camera=camera.id, root=settings.archive.root, source=source, sub=sub)
    return found


def _source(url: Secret, settings: RecordSettings) -> Source:
    return Source(
        url=url,
        transport=settings.transport,
        segment_seconds=settings.segment_seconds,
        stall_seconds=settings.stall_seconds,
    )


def _is_recordable(camera: str, source: Source, remedy: str) -> bool:
    if source.scheme in SCHEMES:
        return True
    _log.error(
        "camera %s: addresses of the kind %s cannot be recorded; %s that begins with %s",
        camera,
        source.scheme,
        remedy,
        ", ".join(SCHEMES),
    )
    return False


def _check_root(settings: Settings) -> None:
    if not settings.archive.root.is_dir():
        raise UsageError(
            settings.file,
            "archive.root",
            f"the folder {settings.archive.root} is not there",
            "mount its disk, or make it: the recorder does not, for a disk that is not mounted must not be filled",
        )


class _Recorder:
    """All cameras that are being recorded."""

    def __init__(self, settings: Settings, loader: Loader, archive: ArchiveLock) -> None:
        self._settings, self._loader, self._archive = settings, loader, archive
        self._run_id = "".join(
            secrets.choice(string.ascii_lowercase + string.digits) for _ in range(RUN_LENGTH)
        )
        self._running: dict[str, tuple[CameraRecorder, asyncio.Task[None]]] = {}
        self._clock_s = time.time() - time.monotonic()

    async def run(self, stop: threading.Event | None) -> None:
        orders: asyncio.Queue[Order] = asyncio.Queue()
        _listen(orders, stop)
        chores = [
            asyncio.create_task(_chore("finishing what was left behind", self._finish_leftovers())),
            asyncio.create_task(_chore("looking after the recordings", self._look_after())),
            asyncio.create_task(_chore("looking for silent cameras", self._look())),
        ]
        try:
            await self._change_to(plans(self._settings))
            while await orders.get() != "stop":
                await self._reload()
        finally:
            for chore in chores:
                chore.cancel()
            await self._stop(frozenset(self._running))
            await asyncio.gather(*chores, return_exceptions=True)
        _log.info("stopped")

    async def _finish_leftovers(self) -> None:
        """Not before recording begins: it may have to look through many folders."""
        await asyncio.to_thread(finish_leftovers, self._settings.archive.root, self._run_id)

    async def _change_to(self, wanted: Mapping[str, Plan]) -> None:
        old = {camera: recorder.plan for camera, (recorder, _) in self._running.items()}
        stop, start = changes(old, wanted)
        await self._stop(stop)
        for camera in sorted(start):
            recorder = CameraRecorder(wanted[camera], self._run_id)
            self._running[camera] = recorder, asyncio.create_task(recorder.run())
            _log.info("camera %s: recording", camera)
        if not wanted:
            _log.warning("no camera is to be recorded; name one in %s and reload", self._settings.file)

    async def _stop(self, cameras: frozenset[str]) -> None:
        leaving = {camera: self._running.pop(camera) for camera in cameras}
        for recorder, _ in leaving.values():
            recorder.stop()
        await asyncio.gather(*(task for _, task in leaving.values()))
        for camera in sorted(leaving):
            _log.info("camera %s: no longer recording", camera)

    async def _reload(self) -> None:
        try:
            settings = await asyncio.to_thread(self._loader)
            _check_root(settings)
            wanted = plans(settings)
            self._archive.take(settings.archive.root)
        except (SitegenError, OSError) as error:
            _log.error("the configuration is not taken over: %s", error)
            return
        self._settings = settings
        await self._change_to(wanted)

    async def _look(self) -> None:
        """Look at all streams in one go: waking up is what costs."""
        while True:
            await _next_beat(heartbeat_s(self._settings.record.stall_seconds))
            for recorder, _ in self._running.values():
                recorder.look()

    async def _look_after(self) -> None:
        while True:
            await _next_beat(LOOK_AFTER_S)
            clock_s = time.time() - time.monotonic()
            recorders = [recorder for recorder, _ in self._running.values()]
            if clock_went_back(self._clock_s, clock_s):
                _log.warning(
                    "the clock was set back; all recordings begin anew, so that no file name comes twice"
                )
                for recorder in recorders:
                    recorder.begin_anew()
            self._clock_s = clock_s
            now = datetime.now(UTC)
            due = [recorder for recorder in recorders if recorder.is_due(now)]
            await asyncio.gather(*(recorder.look_after(now) for recorder in due))
            await asyncio.to_thread(self._lock_late)

    def _lock_late(self) -> None:
        """Lock an archive that could not be locked before, as its folder could not be made."""
        try:
            self._archive.take(self._settings.archive.root)
        except LockHeld as error:
            _log.error("two recorders write to one archive: %s", error)


async def _next_beat(period_s: float) -> None:
    """Sleep until the monotonic clock shows a whole multiple of `period_s`, so that all that is due is done at once."""
    await asyncio.sleep(period_s - time.monotonic() % period_s)


async def _chore(what: str, work: Coroutine[None, None, None]) -> None:
    """Do something beside recording; a bug in it must not end the recordings."""
    try:
        await work
    except Exception:  # noqa: BLE001 - a bug, logged whole
        _log.exception("%s: a bug in sitegen", what)


def _listen(orders: asyncio.Queue[Order], stop: threading.Event | None) -> None:
    """Turn signals, or the event of the caller, into orders."""
    loop = asyncio.get_running_loop()
    if threading.current_thread() is threading.main_thread():
        loop.add_signal_handler(signal.SIGTERM, orders.put_nowait, "stop")
        loop.add_signal_handler(signal.SIGINT, orders.put_nowait, "stop")
        loop.add_signal_handler(signal.SIGHUP, orders.put_nowait, "reload")
    if stop is not None:
        threading.Thread(target=_pass_on, args=(stop, loop, orders), daemon=True).start()


def _pass_on(stop: threading.Event, loop: asyncio.AbstractEventLoop, orders: asyncio.Queue[Order]) -> None:
    stop.wait()
    with contextlib.suppress(RuntimeError):  # the loop has ended already
        loop.call_soon_threadsafe(orders.put_nowait, "stop")
