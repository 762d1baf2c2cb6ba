// The viewer of a page: tiles, their tracks, and the desk that moves them. Obeys sitegen:seek, tells sitegen:time. grid.js chooses cameras.
(() => {
  "use strict";
  const { footage, tracks, controls, hash, send, on, button, clock, moment } = sitegen;
  const { element, icon } = controls;
  const section = document.querySelector("[data-viewer]");
  if (!section) return;
  const TELL_MS = 100, LATE_MS = 200, LATE_FOR_MS = 250, IN_TIME_FOR_MS = 3000, NEWS_FOR_MS = 10000;
  const { day, camera: solo, hls } = section.dataset;
  const slow = sitegen.saving || /2g|3g/.test(navigator.connection?.effectiveType || "");
  const tiles = new Map(); // by slug, in the order of the page
  let transport = null, panel = null, noHls = !location.protocol.startsWith("http"), building = 0, large = null, told = 0, marked = null;
  const wish = { time: null, playing: false, rate: 1, muted: !solo, full: hash.get("q") === "full" || Boolean(solo && !slow) };

  const shown = () => [...tiles.values()].filter((tile) => !tile.figure.hidden);
  const lead = () => (shown().find((tile) => tile.slug === large && tile.track) || shown().find((tile) => tile.track))?.track;

  function makeTile(slug, name, grid) {
    const figure = element("figure", "tile", grid), screen = element("div", "screen", figure), stamp = element("p", "stamp", screen), word = element("p", "word", screen);
    const tile = { slug, name, figure, screen, stamp, word, track: null, reel: null, full: null, note: "", late: false, timer: 0 };
    word.hidden = stamp.hidden = true;
    figure.addEventListener("picture", () => age(tile));
    screen.addEventListener("click", () => (desk.playing ? desk.pause() : desk.play()));
    if (!solo) {
      const caption = element("figcaption", "", figure), link = element("a", "", caption);
      element("bdi", "", link).textContent = name;
      const at = () => { link.href = `${sitegen.root}${footage.folder(slug, day)}index.html#t=${iso(desk.time())}`; };
      at();
      link.addEventListener("pointerdown", at);
      link.addEventListener("focus", at);
      tile.original = button("Original", () => setFull(tile, !tile.full), { pressed: false, name: "plain small", into: caption, title: `${name}: the video as it was recorded` });
      const grow = button("", () => enlarge(large === slug ? null : slug), { pressed: false, name: "plain icon", into: caption });
      icon(grow, "large", `${name}: large`);
      tile.grow = grow;
    }
    tiles.set(slug, tile);
    return tile;
  }

  const iso = (time) => new Date(Math.floor(time / 1000) * 1000).toISOString().replace(".000", "");

  function enlarge(slug) {
    large = slug;
    for (const tile of tiles.values()) {
      tile.figure.classList.toggle("large", tile.slug === slug);
      tile.grow?.setAttribute("aria-pressed", String(tile.slug === slug));
    }
    hear();
  }

  function setFull(tile, full) {
    tile.full = full;
    if (tile.track) tile.track.full = full;
    tile.original?.setAttribute("aria-pressed", String(full));
    transport?.wake();
  }

  const hear = () => {
    for (const tile of tiles.values()) if (tile.track?.video) tile.track.video.muted = wish.muted || tile.track !== lead();
  };

  function say(tile, words, link) {
    if (tile.note === words) return;
    tile.note = words;
    tile.word.hidden = !words;
    tile.word.textContent = words;
    if (!link) return;
    const made = element("a", "", tile.word);
    made.href = link;
    made.download = "";
    made.textContent = "download it";
    made.addEventListener("click", (event) => event.stopPropagation());
    tile.word.append(".");
  }

  function words(tile) {
    const { track, reel } = tile, time = wish.time;
    tile.figure.classList.toggle("waiting", track?.state === "wait");
    if (!track) return;
    if (track.state && track.state !== "wait") tile.poster?.remove();
    if (track.state === "gap") say(tile, (track.reel.around(time) || "Nothing recorded") + ".");
    else if (track.state === "failed") {
      const piece = reel.pieces[reel.at(time)];
      const why = track.good ? "This recording cannot be played: " : "This browser cannot play this file: it is damaged, or of a kind that it does not know (HEVC for instance): ";
      say(tile, why, piece && (piece.full || piece.low));
    } else say(tile, "");
  }

  // Says of when a picture is that is not of the clock's moment: a small video may hold key frames only. It does not
  // come for the moment in which a picture is late, and stays while key frames pass.
  function age(tile) {
    const { track, stamp } = tile, live = track?.state === "ok" || track?.state === "wait";
    if (!live) {
      clearTimeout(tile.timer);
      stamp.hidden = true;
      tile.late = false;
      return;
    }
    const of = track.shown(), late = of !== null && Math.abs(of - wish.time) > LATE_MS * Math.max(1, wish.rate);
    if (late !== tile.late) {
      tile.late = late;
      clearTimeout(tile.timer);
      tile.timer = setTimeout(() => {
        stamp.hidden = !late;
        age(tile);
      }, late ? LATE_FOR_MS : wish.playing ? IN_TIME_FOR_MS : 0);
    }
    if (of !== null && !stamp.hidden) stamp.textContent = `Picture of ${clock(of).replace(/\d\d:\d\d:\d\d/, `$&.${Math.floor((of % 1000) / 100)}`)}`;
  }

  async function makeTrack(tile) {
    const full = tile.full ?? wish.full, muted = wish.muted || !solo;
    const wanted = full && tile.reel.data.full ? 16 : 2;
    const segments = tile.reel.pieces.filter((piece) => !piece.kind), fit = segments.filter((piece) => piece.flags & wanted);
    if (solo && !noHls && fit.length * 2 > segments.length) {
      try {
        const [part, library] = hls.split(" ");
        await sitegen.script(part);
        return await tracks.hls(tile.reel, footage.folder(tile.slug, day), tile.screen, { full, muted, script: library });
      } catch {
        // single files, then
      }
    }
    return tracks.files(tile.reel, tile.screen, { full, muted });
  }

  async function build() {
    const turn = ++building;
    await Promise.all(shown().filter((tile) => tile.reel && !tile.track).map(async (tile) => {
      const made = await makeTrack(tile);
      if (tile.track || turn !== building) made.close();
      else tile.track = made;
    }));
    if (turn !== building) return;
    transport?.stop();
    transport = null;
    const list = shown().filter((tile) => tile.track).map((tile) => tile.track);
    if (!list.length) return;
    wish.time ??= Math.min(...list.map(({ reel }) => reel.pieces[0].start));
    transport = sitegen.step(list, wish.time, heard);
    transport.rate = wish.rate;
    hear();
    if (wish.playing) transport.play();
    else transport.wake();
  }

  function heard(kind, detail, next) {
    if (kind === "gap") {
      panel.tell(`${detail}; went on at ${clock(next)}.`);
      gone = performance.now();
    } else if (kind === "ended") news(transport.time() < Date.now() - 86400000 || solo ? "This is the end of what was recorded on this day." : "This is the end of what is recorded.");
    else if (kind === "broken") {
      noHls = true;
      renew();
    } else if (kind === "time") tick(detail);
  }

  let gone = 0; // since when it is said that a gap was jumped over; not for long: it is soon of no interest
  function news(words) {
    gone = 0;
    panel.tell(words);
  }

  // The address may name a moment of another day: the timeline stands at the end that is nearer to it.
  function elsewhere() {
    const { from, to } = section.dataset, asked = Date.parse(hash.get("t") || "");
    const there = asked < Date.parse(from) ? from : asked > Date.parse(to) ? to : "";
    if (there && wish.time === Date.parse(there)) news(`${moment(asked)} is not of this day.`);
  }

  let ticked = false, opening = null; // where a day that nobody sought in begins
  function tick({ time, playing, waiting }) {
    const changed = playing !== ticked;
    ticked = playing;
    wish.time = time;
    wish.playing = playing;
    panel.show(time, playing, waiting);
    shown().forEach(words);
    shown().forEach(age);
    const now = performance.now();
    if (gone && (playing ? now - gone > NEWS_FOR_MS : changed)) news("");
    if (playing && !changed && now - told < TELL_MS) return;
    told = now;
    if (changed && !playing) hash.set({ t: iso(time) });
    if (playing) document.body.dataset.watching = "";
    const gap = shown().every(({ track }) => !track || track.state === "gap") ? shown()[0]?.note || "" : "";
    send("time", { time, playing, gap });
    mark(time);
  }

  // The file that plays, in the list of the page.
  const links = new Map();
  for (const link of document.querySelectorAll(".segments a[data-start]")) links.set(Math.floor(Date.parse(link.dataset.start) / 1000), link);
  function mark(time) {
    if (!links.size) return;
    const reel = tiles.get(solo).reel, piece = reel.pieces[reel.at(time)];
    const link = piece ? links.get(Math.floor(piece.start / 1000)) : null;
    if (link === marked) return;
    marked?.removeAttribute("aria-current");
    marked = link;
    if (!link) return;
    link.setAttribute("aria-current", "true");
    const list = link.closest(".segments"), place = link.getBoundingClientRect();
    list.scrollTop += place.top - list.getBoundingClientRect().top - list.clientHeight / 2;
  }

  function renew() {
    for (const tile of tiles.values()) {
      tile.track?.close();
      tile.track = null;
    }
    build();
  }

  const desk = {
    alone: Boolean(solo),
    get playing() { return wish.playing; },
    time: () => wish.time ?? opening ?? Date.parse(section.dataset.from),
    get video() { return lead()?.video; },
    get box() { return section.querySelector(".viewer-box"); },
    get choices() { return [...tiles.values()].some(({ reel }) => reel?.pieces.some((piece) => piece.full && piece.low)); },
    get rate() { return wish.rate; },
    set rate(value) {
      wish.rate = value;
      if (transport) transport.rate = value;
    },
    get muted() { return wish.muted; },
    set muted(value) {
      wish.muted = value;
      hear();
    },
    get full() { return wish.full; },
    set full(value) {
      wish.full = value;
      hash.set({ q: value ? "full" : null });
      if (solo && !noHls) renew();
      else for (const tile of tiles.values()) setFull(tile, value);
    },
    play() {
      wish.playing = true;
      section.dataset.open = "";
      if (transport) transport.play();
      else build();
    },
    pause() {
      wish.playing = false;
      if (transport) transport.pause();
    },
    seek(time) {
      wish.time = Math.max(Date.parse(section.dataset.from), Math.min(Date.parse(section.dataset.to), time));
      section.dataset.open = "";
      news("");
      if (transport) transport.seek(wish.time);
      else build();
    },
    frame(way) {
      if (!transport) return desk.seek(desk.time()); // what was not opened yet is, at its first picture
      news("");
      transport.frame(way, lead());
    },
    hop(way) {
      const reels = shown().filter(({ reel }) => reel).map(({ reel }) => reel), time = desk.time();
      const places = reels.map((reel) => (way > 0 ? reel.next(time)?.start : reel.pieces[reel.before(time - 3000)]?.start)).filter(Number.isFinite);
      if (places.length) desk.seek(way > 0 ? Math.min(...places) : Math.max(...places));
      else panel.tell(way > 0 ? "There is nothing later on this day." : "There is nothing earlier on this day.");
    },
  };

  async function load(tile) {
    try {
      tile.reel = footage.whole(await footage.get(tile.slug, day));
      if (!tile.reel.pieces.length) throw new Error("nothing");
    } catch {
      tile.reel = null;
      say(tile, "Nothing of this day can be played.");
    }
    return tile.reel;
  }

  function frame(name) {
    const box = element("div", "viewer-box", section), grid = element("div", name, box);
    return { box, grid };
  }

  async function alone() {
    const { box, grid } = frame("grid alone"), tile = makeTile(solo, "", grid), before = section.querySelector(".first");
    tile.poster = before?.querySelector("img") || null; // the page's own: it was there at once, and stays until there is more to see
    if (tile.poster) tile.screen.prepend(tile.poster);
    if (before) before.replaceWith(box);
    else section.prepend(box);
    if (!(await load(tile))) return;
    const first = tile.reel.pieces[0];
    opening = first.start;
    panel = controls(desk, box);
    if (wish.time === null) panel.show(first.start, false, false);
    if (wish.time !== null) tile.poster?.remove();
    else if (first.poster && tile.poster?.getAttribute("src") !== first.poster) {
      tile.poster?.remove();
      tile.poster = element("img", "poster");
      tile.poster.alt = "";
      tile.poster.src = first.poster;
      tile.screen.prepend(tile.poster);
    }
    if (tile.reel.pieces.some(({ flags }) => flags & 12)) {
      button("Day in a minute", () => {
        desk.pause();
        sitegen.script(section.dataset.flipbook).then(() => sitegen.flipbook(tile.reel, section), () => panel.tell("This could not be loaded."));
      }, { into: box.querySelector(".viewer-bar"), name: "plain small" });
    }
    if (wish.time !== null || wish.playing) desk.seek(wish.time ?? first.start);
    elsewhere();
  }

  on("seek", ({ time, play }) => {
    if (play) wish.playing = true;
    if (!panel) wish.time = time;
    else {
      desk.seek(time);
      elsewhere();
      if (play) desk.play();
    }
  });
  for (const link of links.values()) {
    link.addEventListener("click", (event) => {
      if (!panel || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      desk.seek(Date.parse(link.dataset.start));
      desk.play();
      section.scrollIntoView({ block: "nearest" });
    });
  }

  sitegen.viewer = {
    section, tiles, wish, makeTile, enlarge, frame, load, build,
    get large() { return large; },
    show(box) {
      if (panel) return;
      panel = controls(desk, box);
      elsewhere();
    },
  };
  if (solo) alone();
})();
