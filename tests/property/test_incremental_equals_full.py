"""Promise P5: after any sequence of changes the site is byte for byte what a build from scratch makes of the archive."""

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archives import configure, put_clip, put_outage, site_bytes
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from links import crawl
from written_world import in_pieces

from sitegen import header_marks
from sitegen.archive.watch import Hints
from sitegen.build import Generator
from sitegen.resources import resource
from sitegen.settings import load

FIRST = datetime(2026, 10, 23, 20, tzinfo=UTC)  # two days before the clocks of Europe/Berlin go back
HOURS = st.integers(min_value=0, max_value=30).map(lambda n: FIRST + timedelta(hours=4 * n))
MINUTES = st.sampled_from([0, 0, 1, 30])
BOX = {"changed_pixels": 900, "x": 30, "y": 20, "width": 10, "height": 8}
PLAYED = st.sampled_from(["no video", "in pieces", "in other pieces", "cut"])
CAMERAS = st.sampled_from(["101", "102", "7"])


def video(played: str) -> bytes:
    """A video that players can take piece by piece, or one that is none."""
    if played in {"no video", "being recorded"}:
        return b"no video"
    data = in_pieces(12 if played == "in other pieces" else 3)
    return data[: len(data) * 2 // 3] if played == "cut" else data


class Archive(RuleBasedStateMachine):
    """Changes to an archive, each followed by an incremental build."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.root = self.folder / "archive"
        shutil.copytree(resource("themes"), self.folder / "themes")  # it may be edited while the test runs
        self.config = configure(self.folder)
        for number in range(6):  # so many that one deletion is not "more than half gone"
            start = FIRST + timedelta(hours=20 * number)
            put_clip(self.root, start, camera="101", token="base", image="picture.jpg")
        for hours in (2, 121):  # a gap over all days: a segment in it changes pages far from its own day
            start, played = FIRST + timedelta(hours=hours), video("in pieces")
            put_clip(self.root, start, kind="segment", camera="101", seconds=300, video=played)
        self.count = 0
        self.dirty: set[str] = set()
        self.most_at_once, header_marks.MOST_AT_ONCE = header_marks.MOST_AT_ONCE, 3
        self.generator = Generator(load(self.config))
        self.generator.build()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            header_marks.MOST_AT_ONCE = self.most_at_once
            self.generator.close()
            shutil.rmtree(self.folder)

    def clips(self) -> list[Path]:
        return sorted(self.root.rglob("*.mp4"))

    def touched(self, *paths: Path) -> None:
        self.dirty |= {p.relative_to(self.root).as_posix() for p in paths}

    @rule(
        when=HOURS,
        minute=MINUTES,
        camera=CAMERAS,
        kind=st.sampled_from(["event", "segment"]),
        played=st.one_of(PLAYED, st.just("being recorded")),
    )
    def add(self, when: datetime, minute: int, camera: str, kind: str, played: str) -> None:
        self.count += 1
        start = when + timedelta(minutes=minute)
        seconds = None if played == "being recorded" else 300 if kind == "segment" else 12
        event = {"event": f"{camera}-shared"} if self.count % 3 == 0 else {}
        if kind == "event" and self.count % 2:
            event["motion"] = BOX
        path = put_clip(
            self.root,
            start,
            kind=kind,
            camera=camera,
            seconds=seconds,
            token=str(self.count),
            video=video(played),
            end_reason="stopped",
            **event,
        )
        self.touched(path, path.with_suffix(".yaml"))

    @rule(when=HOURS, camera=CAMERAS)
    def add_without_sidecar(self, when: datetime, camera: str) -> None:
        self.count += 1
        path = put_clip(self.root, when, camera=camera, sidecar=False, token=str(self.count))
        self.touched(path)

    @rule(pick=st.randoms(use_true_random=False))
    def delete(self, pick) -> None:
        path = pick.choice(self.clips())
        if len(self.clips()) < 4:
            return
        path.unlink()
        path.with_suffix(".yaml").unlink(missing_ok=True)
        self.touched(path, path.with_suffix(".yaml"))

    @rule(pick=st.randoms(use_true_random=False), played=PLAYED)
    def replace_video(self, pick, played: str) -> None:
        path = pick.choice(self.clips())
        path.write_bytes(video(played))
        self.touched(path)

    @rule(pick=st.randoms(use_true_random=False))
    def lose_sidecar(self, pick) -> None:
        sidecar = pick.choice(self.clips()).with_suffix(".yaml")
        sidecar.unlink(missing_ok=True)
        self.touched(sidecar)

    @rule(pick=st.randoms(use_true_random=False), text=st.sampled_from(["nonsense: [", "kind: outage", ""]))
    def damage_sidecar(self, pick, text: str) -> None:
        sidecar = pick.choice(self.clips()).with_suffix(".yaml")
        sidecar.write_text(text)
        self.touched(sidecar)

    @rule(
        pick=st.randoms(use_true_random=False),
        title=st.sampled_from(["Parcel <b>", "", "موقف"]),
        keep=st.booleans(),
    )
    def write_note(self, pick, title: str, keep: bool) -> None:
        note = pick.choice(self.clips()).with_suffix(".md")
        note.write_text(f'---\ntitle: "{title}"\nkeep: {str(keep).lower()}\ntags: [a]\n---\nHello *there*\n')
        self.touched(note)

    @rule(pick=st.randoms(use_true_random=False))
    def image_comes_or_goes(self, pick) -> None:
        image = pick.choice(self.clips()).with_name("picture.jpg")
        if image.exists():
            image.unlink()
        else:
            image.write_bytes(b"jpeg")
        self.touched(image)

    @rule(when=HOURS, hours=st.sampled_from([1, 30, None]), camera=CAMERAS)
    def outage(self, when: datetime, hours: int | None, camera: str) -> None:
        end = None if hours is None else when + timedelta(hours=hours)
        self.touched(put_outage(self.root, when, end, camera))

    @rule(text=st.sampled_from(["About us", "# More\n\ntext"]), name=st.sampled_from(["about", "help"]))
    def content_page(self, text: str, name: str) -> None:
        path = self.folder / "content" / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    @rule()
    def content_page_goes(self) -> None:
        (self.folder / "content" / "about.md").unlink(missing_ok=True)

    @rule(title=st.sampled_from(["Driveway", "Front door", "Camera 102"]))
    def rename_camera(self, title: str) -> None:
        self.config.write_text(f'[site]\ntimezone = "Europe/Berlin"\n[camera.101]\ntitle = "{title}"\n')
        self.restart()

    @rule()
    def restart(self) -> None:
        self.generator.close()
        self.generator = Generator(load(self.config))
        self.generator.build()
        self.dirty.clear()

    @rule()
    def lose_index(self) -> None:
        self.generator.close()
        shutil.rmtree(self.folder / "state")
        self.generator = Generator(load(self.config))
        self.generator.build()
        self.dirty.clear()

    @rule(whole=st.booleans())
    def build(self, whole: bool) -> None:
        self.generator.build(Hints(everything=True) if whole else Hints(paths=frozenset(self.dirty)))
        self.dirty.clear()

    def settle(self, generator: Generator, hints: Hints) -> None:
        """Build until no headers are left to be read."""
        generator.build(hints)
        while generator.has_more:
            generator.build(Hints())

    @invariant()
    def equals_a_build_from_scratch(self) -> None:
        if not hasattr(self, "generator"):
            return
        self.settle(self.generator, Hints(paths=frozenset(self.dirty)))
        self.dirty.clear()
        text = self.config.read_text() + f'[archive]\nroot = "{self.root}"\nstate = "fresh-state"\n'
        fresh_config = self.folder / "fresh.toml"
        fresh_config.write_text(text.replace("[site]\n", '[site]\noutput = "fresh-site"\n'))
        fresh = Generator(load(fresh_config))
        self.settle(fresh, Hints(everything=True))
        fresh.close()
        here, there = site_bytes(self.folder / "site"), site_bytes(self.folder / "fresh-site")
        for folder in ("fresh-site", "fresh-state"):
            shutil.rmtree(self.folder / folder)
        different = {
            p for p in here.keys() | there.keys() if here.get(p) != there.get(p) and not p.startswith(".")
        }
        assert not different, f"differs from a build from scratch: {sorted(different)}"
        reached, dead = crawl(self.folder / "site")
        assert not dead
        events = {p for p in here if p[:2] == "20" and p.endswith(".html") and not p.endswith("/index.html")}
        assert events <= reached


Archive.TestCase.settings = settings(
    max_examples=10,
    stateful_step_count=10,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking a failure would take minutes
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestIncrementalEqualsFull = Archive.TestCase
