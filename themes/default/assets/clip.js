// The video of an event: small or original at the same place, speed, frame steps, keys, a link, and where motion was.
(() => {
  "use strict";
  const { button, key } = sitegen;
  const stage = document.querySelector("[data-stage]"), video = stage?.querySelector("video"), box = document.querySelector("[data-controls]");
  if (!video || !box) return;
  const SVG = "http://www.w3.org/2000/svg";
  const SAME_S = 0.004, UNSEEN_MS = 1000;
  let picture = null, length = 0, search = null, timer = 0, aim = 0;

  function seen(_, { mediaTime }) { // how far apart pictures are is learned from those that are shown
    const apart = mediaTime - picture;
    if (!video.paused && picture !== null && apart > 0.008 && apart < 1) length = length && video.playbackRate > 1 ? Math.min(length, apart) : apart;
    picture = mediaTime;
    if (!video.seeking) look();
    video.requestVideoFrameCallback(seen);
  }
  video.requestVideoFrameCallback?.(seen);

  const go = (seconds) => { video.currentTime = aim = Math.max(0, Math.min(video.duration || 0, seconds)); };
  function jump(seconds) {
    search = null;
    go(video.currentTime + seconds);
  }
  const play = () => (video.paused ? video.play().catch(() => {}) : video.pause());
  // From the picture that is seen a little further each time, until another one is: how far apart they are is seldom known.
  function look() {
    clearTimeout(timer);
    if (search?.by && Math.abs(video.currentTime - aim) > 0.01) search = null; // somebody else has moved it
    if (!search || picture === null) return;
    search.from ??= picture;
    const { way, from, by, again } = search, found = (picture - from) * way > SAME_S;
    if (found && way > 0) length = picture - from;
    if (found || from + way * by > video.duration || from + way * by < 0) {
      search = null;
      go(picture + 0.001); // whatever comes next, goes on from what is seen
      if (again) frame(again);
    } else {
      search.by = by ? by * (length ? 1.5 : 2) : way < 0 ? SAME_S : length * 1.5 || 0.03;
      go(from + way * search.by);
    }
  }
  video.addEventListener("seeked", () => { if (search) timer = setTimeout(look, UNSEEN_MS); });
  function frame(way) {
    video.pause();
    stage.dataset.playing = "";
    if (video.readyState < 1) { // what was not opened yet is, at its first picture
      video.preload = "auto";
      video.currentTime = 0.001;
    } else if (!video.requestVideoFrameCallback) jump(way * 0.1);
    else if (search) search.again = way; // pressed faster than pictures come
    else {
      search = { way };
      if (picture === null) go(video.currentTime + 0.001);
      else if (!video.seeking) look();
    }
  }
  key("Space", "Play or pause", play);
  key("j", "10 seconds back", () => jump(-10));
  key("l", "10 seconds on", () => jump(10));
  key(",", "One picture back", () => frame(-1));
  key(".", "One picture on", () => frame(1));

  for (const [words, way, path] of [["One picture back", -1, "M15 6v12l-8-6zM17 6h1.8v12H17z"], ["One picture on", 1, "M9 6v12l8-6zM5.2 6H7v12H5.2z"]]) {
    const made = button("", () => frame(way), { title: words, name: "icon plain", into: box }), svg = document.createElementNS(SVG, "svg");
    made.setAttribute("aria-label", words);
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.append(document.createElementNS(SVG, "path"));
    svg.firstChild.setAttribute("d", path);
    made.append(svg);
  }
  const speed = document.createElement("select");
  speed.setAttribute("aria-label", "Speed");
  for (const rate of [0.5, 1, 2, 4, 8, 16]) speed.append(new Option(`${rate}×`, rate, rate === 1, rate === 1));
  speed.addEventListener("change", () => { video.playbackRate = video.defaultPlaybackRate = Number(speed.value); });
  box.append(speed);
  if (video.dataset.full) {
    button("Original", (made) => {
      const at = video.currentTime, paused = video.paused, full = made.getAttribute("aria-pressed") === "false";
      made.setAttribute("aria-pressed", String(full));
      if (!paused || at) video.addEventListener("loadedmetadata", () => { video.currentTime = at; }, { once: true });
      video.preload = "metadata";
      video.src = full ? video.dataset.full : video.dataset.low;
      picture = search = null;
      length = 0;
      if (!paused) play();
    }, { pressed: false, title: "The video as it was recorded; otherwise the small one", into: box });
  }
  button("Copy link", (made) => {
    const link = location.href.split("#")[0];
    const said = (text) => {
      made.textContent = text;
      setTimeout(() => { made.textContent = "Copy link"; }, 4000);
    };
    const copied = navigator.clipboard ? navigator.clipboard.writeText(link) : Promise.reject(new Error("not here"));
    copied.then(() => said("Copied"), () => said("It is in the address bar"));
  }, { into: box });

  const words = document.createElement("p");
  words.className = "notice";
  words.setAttribute("role", "status");
  for (const source of [video, ...video.querySelectorAll("source")]) {
    source.addEventListener("error", () => {
      if (!video.error && video.networkState !== HTMLMediaElement.NETWORK_NO_SOURCE) return;
      words.textContent = "This browser cannot play this file: it is damaged, or of a kind that it does not know (HEVC for instance). Download it below.";
      box.after(words);
    });
  }
  video.addEventListener("loadeddata", () => words.remove());
  video.addEventListener("play", () => {
    search = null;
    stage.dataset.playing = "";
  });
  for (const end of ["pause", "ended"]) video.addEventListener(end, () => { if (!video.currentTime || video.ended) delete stage.dataset.playing; });

  // Where motion was, when the size of the frame was not known to the generator: the poster has that size.
  if (stage.dataset.motion && video.poster) {
    const [x, y, width, height] = stage.dataset.motion.split(" ").map(Number), poster = new Image();
    poster.addEventListener("load", () => {
      if (x > poster.naturalWidth || y > poster.naturalHeight) return;
      const svg = document.createElementNS(SVG, "svg");
      const mark = (name) => {
        const rect = document.createElementNS(SVG, "rect");
        const place = { x: x - width / 2, y: y - height / 2, width, height, class: name };
        for (const [what, value] of Object.entries(place)) rect.setAttribute(what, value);
        svg.append(rect);
      };
      svg.setAttribute("class", "where");
      svg.setAttribute("viewBox", `0 0 ${poster.naturalWidth} ${poster.naturalHeight}`);
      svg.setAttribute("aria-hidden", "true");
      mark("dark");
      mark("");
      stage.append(svg);
    });
    poster.src = video.poster;
  }
})();
