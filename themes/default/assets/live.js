// Shows Motion's live pictures when asked to: single pictures in the grid, the stream of the large one, none while hidden.
(() => {
  "use strict";
  const { root, button, clock, key, saving } = sitegen;
  const word = document.querySelector("[data-word]"), tools = document.querySelector("[data-tools]");
  const EVERY_MS = 1000, SELDOM_MS = 5000, LOOK_MS = 10000, PATIENCE_MS = 8000;
  if (!tools) return;
  if (location.protocol === "file:") {
    word.textContent = "Live pictures come from Motion on the recorder; this copy was opened from a disk and cannot reach it.";
    for (const box of document.querySelectorAll(".screen")) box.remove();
    return;
  }
  let seldom = saving, motion, looker = 0, large = null;

  // Which cameras Motion has, and which of them it has lost; null when Motion cannot be reached, undefined before it was asked.
  async function ask() {
    try {
      const answer = await fetch(root + "motion-stream/status.json", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
      const { camera_status: cameras } = await answer.json();
      motion = new Map(cameras.map((one) => [String(one.id), one]));
    } catch {
      motion = null;
    }
    word.className = motion ? "summary" : "notice warn";
    word.textContent = motion ? "Pictures come from Motion on the recorder and are not kept by this page."
      : "Motion cannot be reached from here: this is a copy of the site, or Motion is not running. Recordings are not affected.";
    again.hidden = Boolean(motion);
    for (const one of screens) if (!one.playing) one.rest();
    return motion;
  }

  function screen(item) {
    const box = item.querySelector(".screen"), image = new Image(), note = document.createElement("p");
    const state = document.createElement("span"), row = item.querySelector(".buttons"), title = item.querySelector("h2").textContent;
    let timer = 0, count = 0, asked = 0;
    const self = { playing: false, play, stop, run, rest, judge, item };
    image.alt = title + ", live";
    state.className = "state idle";
    box.replaceChildren(note);

    function say(kind, text) {
      state.className = "state " + kind;
      state.textContent = text;
    }

    function next() {
      clearTimeout(timer);
      asked = Date.now();
      const whole = large === self && !seldom;
      image.src = root + item.dataset.stream + (whole ? "stream" : `current?${count += 1}`);
    }

    function run() { // Motion's own page answers for a camera that it has not
      if (!self.playing || document.hidden) return;
      if (!motion?.has(item.dataset.cameraId)) {
        if (motion) stop();
        else rest();
        say("idle", "no pictures");
        return;
      }
      if (!image.isConnected) box.replaceChildren(image);
      next();
    }

    function rest() {
      clearTimeout(timer);
      image.removeAttribute("src");
      if (image.isConnected) box.replaceChildren(note);
      note.textContent = motion === null ? "Unreachable" : motion && !motion.has(item.dataset.cameraId) ? "Motion does not have this camera: it is only recorded." : "Stopped";
    }

    function judge() {
      const one = motion?.get(item.dataset.cameraId);
      if (one?.lost_connection) say("alarm", "lost" + (one.connectionlosttime ? " since " + clock(one.connectionlosttime * 1000) : ""));
      else say("good", clock(Date.now()));
    }

    image.addEventListener("load", () => {
      if (!self.playing) return;
      judge();
      if (large !== self || seldom) timer = setTimeout(next, Math.max(0, asked + (seldom ? SELDOM_MS : EVERY_MS) - Date.now()));
    });
    image.addEventListener("error", () => {
      if (!self.playing || !image.hasAttribute("src")) return;
      say("alarm", "no picture");
      timer = setTimeout(next, SELDOM_MS);
    });

    async function play() {
      self.playing = true;
      toggle.textContent = "Stop";
      say("idle", "waiting…");
      if (!motion) await ask();
      if (!motion) stop();
      watch();
      run();
    }
    function stop() {
      self.playing = false;
      toggle.textContent = "Play";
      rest();
      say("idle", "");
      watch();
    }
    const toggle = button("Play", () => (self.playing ? stop() : play()), { into: row, title: title + ": play or stop" });
    const size = button("Larger", () => enlarge(large === self ? null : self), { into: row, title: title + ": larger or smaller", pressed: false });
    self.size = (on) => {
      item.classList.toggle("large", on);
      size.setAttribute("aria-pressed", String(on));
      if (self.playing) run();
    };
    row.append(state);
    return self;
  }

  // One stream at a time: a browser has six connections to a site.
  function enlarge(chosen) {
    const before = large;
    large = chosen;
    before?.size(false);
    large?.size(true);
    large?.item.scrollIntoView({ block: "nearest" });
    if (large && !large.playing) large.play();
  }

  const screens = Array.from(document.querySelectorAll("[data-stream]"), screen);
  const playing = () => screens.some((one) => one.playing);

  async function look() {
    const before = Boolean(motion);
    await ask();
    for (const one of screens) if (one.playing && before !== Boolean(motion)) one.run();
  }

  function watch() {
    all.textContent = playing() ? "Stop all" : "Play all";
    clearInterval(looker);
    looker = playing() && !document.hidden ? setInterval(look, LOOK_MS) : 0;
  }

  async function turn() {
    const go = !playing();
    if (go && !(await ask())) return;
    for (const one of screens) if (go) one.play(); else one.stop();
  }

  const all = button("Play all", turn, { into: tools, name: "primary" });
  button("Fewer pictures", (made) => {
    seldom = !seldom;
    made.setAttribute("aria-pressed", String(seldom));
    for (const one of screens) if (one.playing) one.run();
  }, { into: tools, pressed: seldom, title: "One picture every five seconds, and no stream" });
  const again = button("Try again", async () => {
    if (await ask()) all.focus();
    else sitegen.say(word.textContent);
  }, { into: tools });
  again.hidden = true;
  key("Space", "Play or stop all", turn);

  // Whether Motion is there is said at once; whoever saves data is told when playing.
  function first() {
    if (motion === undefined && !saving && !document.hidden) ask();
  }
  for (const one of screens) one.rest();
  first();
  document.addEventListener("visibilitychange", () => {
    first();
    watch();
    for (const one of screens) if (document.hidden) one.rest(); else one.run();
  });
})();
