// A day in a minute: the stills of a camera's day, one after another over the viewer's picture. Loaded when it is asked for.
(() => {
  "use strict";
  const { button, moment, key, root, send, saving, still, controls: { element } } = sitegen;
  const WHOLE_MS = 60000, PICTURES = saving ? 60 : 480, LEAST_MS = 1000; // a picture stands for a second of the day or more
  const GAP_MS = 1200, GAPS_MS = 15000, AHEAD = 24, AT_ONCE = 8, PATIENCE_MS = 4000;
  const COLUMNS = 6, ROWS = 5, STILL = 8, SHEET = 4;

  // Recorded time in even steps { time, url, tile }, and the gaps { time, gap }; each with its length.
  function plan({ pieces, data, gap, around }) {
    const ends = pieces.map(({ end }, index) => Math.min(end, pieces[index + 1]?.start ?? end)), last = ends.at(-1);
    const step = Math.max(LEAST_MS, ends.reduce((sum, end, index) => sum + end - pieces[index].start, 0) / PICTURES);
    const slots = [];
    const lacks = (time, gap) => gap && slots.push({ time, gap });
    let owed = 0;
    pieces.forEach(({ start, end, kind, flags, path }, index) => {
      const before = ends[index - 1] ?? data.from, length = end - start, sheet = flags & SHEET && (length > 2 * step || !(flags & STILL));
      if (!kind) lacks(before, gap(before, start));
      const url = `${root}previews/${path}${data.endings[sheet ? "sprite" : "still"]}`;
      for (owed += start; owed < ends[index]; owed += step) {
        const tile = Math.floor(((owed - start) / length) * COLUMNS * ROWS);
        if (flags & (STILL | SHEET)) slots.push({ time: owed, url, tile, sheet });
      }
      owed -= ends[index];
    });
    if (data.gaps.some(([, to]) => !to || to > last)) lacks(last, around(last));
    const shown = Math.min(GAP_MS, GAPS_MS / slots.filter(({ gap }) => gap).length);
    for (const slot of slots) slot.length = slot.gap ? shown : WHOLE_MS / PICTURES;
    return slots;
  }

  sitegen.flipbook = (reel, section) => {
    const slots = plan(reel), find = (name) => section.querySelector(name), pictures = new Map(), life = new AbortController();
    const screen = find(".screen"), canvas = element("canvas", "poster", screen), word = element("p", "word", screen), bar = element("figcaption", "", find("figure")), range = element("input", "", bar);
    let at = 0, running = !still, timer = 0, loading = 0;
    canvas.style.background = "#000";
    Object.assign(range, { type: "range", max: slots.length - 1, value: 0, ariaLabel: "Day in a minute", style: "flex: 1; min-inline-size: 0" });
    const run = button("", () => go(!running), { into: bar, name: "plain" });
    button("Watch from here", () => leave(true), { into: bar, name: "plain" });

    // A picture is "there" (true), missing (false) or awaited (undefined).
    function fetchAhead() {
      for (const { url } of slots.slice(at, at + AHEAD)) {
        if (!url || pictures.has(url) || loading >= AT_ONCE) continue;
        const image = new Image();
        image.onload = image.onerror = ({ type }) => {
          loading -= 1;
          image.there = type === "load";
          if (slots[at].url === url) show(at);
          else fetchAhead();
        };
        loading += 1;
        pictures.set(url, image);
        image.src = url;
      }
    }

    function draw({ tile, sheet }, image) {
      const [columns, rows] = sheet ? [COLUMNS, ROWS] : [1, 1], width = image.width / columns, height = image.height / rows;
      Object.assign(canvas, { width, height });
      canvas.getContext("2d").drawImage(image, -(tile % columns) * width, -(sheet && Math.floor(tile / columns)) * height);
    }

    function show(index) {
      clearTimeout(timer);
      if (life.signal.aborted) return;
      at = index;
      fetchAhead();
      const slot = slots[at], { time, length, gap = "" } = slot, image = pictures.get(slot.url), there = gap || image?.there;
      if (there) {
        word.hidden = !gap;
        word.textContent = gap;
        if (!gap) draw(slot, image);
        range.value = at;
        range.ariaValueText = find(".now-clock").textContent = moment(time).slice(11);
        send("time", { time, playing: running, gap });
      }
      if (running) timer = setTimeout(() => running && next(), there ? length : there === false ? 0 : PATIENCE_MS); // over what is not there
    }
    const next = () => (at + 1 < slots.length ? show(at + 1) : go(false));

    function go(on) {
      running = on;
      run.textContent = on ? "Pause" : "Run";
      if (on) show(at + 1 < slots.length ? at : 0);
    }
    const leave = (play) => send("seek", { time: slots[at].time, dragging: false, play });
    const keys = [key("Space", "", () => leave(true)), key("Escape j l , .", "", () => leave(false))];

    const listen = (target, name, act) => target.addEventListener(name, act, { signal: life.signal, capture: true });
    listen(document, "sitegen:seek", () => { // ours, or the timeline's
      life.abort();
      if (bar.contains(document.activeElement)) find(".start").focus({ preventScroll: true });
      for (const gone of [canvas, word, bar]) gone.remove();
      for (const free of keys) free();
    });
    listen(range, "input", () => {
      go(false);
      show(Number(range.value));
    });
    listen(section, "click", (event) => {
      const pressed = screen.contains(event.target);
      if (pressed) event.stopPropagation();
      else if (bar.contains(event.target) || !event.target.closest("button, a")) return;
      leave(pressed);
    });
    range.focus({ preventScroll: true });
    screen.scrollIntoView({ block: "nearest" });
    go(running);
    if (!running) show(0);
  };
})();
