// Plays the segments of a camera's day one after another, by the clock; switches the quality of a clip's video.
(() => {
  "use strict";

  function button(box, label, act) {
    const made = document.createElement("button");
    made.textContent = label;
    made.addEventListener("click", () => act(made));
    box.append(made);
    return made;
  }

  function clip(video) {
    const box = document.querySelector(".controls");
    let low = true;
    button(box, "Play the original", (made) => {
      const at = video.currentTime, paused = video.paused;
      low = !low;
      made.textContent = low ? "Play the original" : "Play the small one";
      video.src = low ? video.dataset.low : video.dataset.full;
      video.currentTime = at;
      if (!paused) video.play().catch(() => {});
    });
  }

  function day(stage) {
    const items = Array.from(document.querySelectorAll(".segments a[data-src]"), (link) => ({
      link,
      start: Date.parse(link.dataset.start),
      end: Date.parse(link.dataset.end) || Infinity,
      full: link.getAttribute("href"),
      low: link.dataset.low,
      still: link.dataset.still,
    }));
    const clock = document.querySelector("[data-clock]");
    const controls = document.querySelector("[data-controls]");
    const line = document.querySelector(".timeline");
    const from = Date.parse(line.dataset.from), to = Date.parse(line.dataset.to);
    const words = new Intl.DateTimeFormat("en-GB", {
      timeZone: document.documentElement.dataset.zone, hourCycle: "h23",
      hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short",
    });
    let front = stage.querySelector("video");
    let back = front.cloneNode();
    let current = -1, wanted = null, low = false, rate = 1;

    const source = (item) => (low && item.low) || item.full;
    const now = () => items[current].start + front.currentTime * 1000;
    const start = () => front.play().catch(() => {}); // the browser may refuse; its own button is there

    function load(video, item) {
      if (video.dataset.url === source(item)) return;
      video.dataset.url = source(item);
      video.preload = "auto";
      video.removeAttribute("poster");
      video.src = source(item);
    }

    function seek() {
      if (wanted === null || front.readyState < 1) return;
      front.currentTime = Math.min(wanted, Number.isFinite(front.duration) ? Math.max(0, front.duration - 0.1) : wanted);
      wanted = null;
    }

    function mark(index) {
      if (current >= 0) items[current].link.removeAttribute("aria-current");
      current = index;
      items[index].link.setAttribute("aria-current", "true");
      const list = items[index].link.closest(".segments"), place = items[index].link.getBoundingClientRect();
      list.scrollTop += place.top - list.getBoundingClientRect().top - list.clientHeight / 2;
    }

    function show(index, seconds, playing) {
      mark(index);
      wanted = seconds;
      load(front, items[index]);
      front.playbackRate = rate;
      seek();
      if (playing) start();
      tick();
    }

    function at(time, playing) {
      let index = items.findIndex((item) => time < item.end);
      if (index < 0) index = items.length - 1;
      show(index, Math.max(0, (time - items[index].start) / 1000), playing);
    }

    function next() {
      const following = items[current + 1];
      if (!following) return;
      const held = document.fullscreenElement || document.pictureInPictureElement;
      if (held || back.dataset.url !== source(following)) {
        show(current + 1, 0, true);
        return;
      }
      [front, back] = [back, front];
      front.volume = back.volume;
      front.muted = back.muted;
      front.hidden = false;
      back.hidden = true;
      show(current + 1, 0, true);
    }

    function tick() {
      if (current < 0) return;
      const time = wanted === null ? now() : items[current].start + wanted * 1000;
      clock.textContent = words.format(time);
      clock.dataset.time = new Date(time).toISOString();
      const place = Math.min(100, Math.max(0, ((time - from) / (to - from)) * 100)).toFixed(3) + "%";
      for (const mark of line.querySelectorAll(".now")) {
        mark.setAttribute("x1", place);
        mark.setAttribute("x2", place);
        mark.setAttribute("visibility", "visible");
      }
      if (items[current + 1] && front.duration - front.currentTime < 20) load(back, items[current + 1]);
    }

    function fail() {
      if (!low && items[current].low) {
        low = true;
        show(current, wanted ?? 0, true);
      } else {
        clock.textContent = "This browser cannot play this segment; its link opens the file.";
      }
    }

    for (const video of [front, back]) {
      const own = (act) => () => video === front && current >= 0 && act();
      video.addEventListener("loadedmetadata", own(seek));
      video.addEventListener("timeupdate", own(tick));
      video.addEventListener("seeked", own(tick));
      video.addEventListener("ended", own(next));
      video.addEventListener("error", own(fail));
      video.addEventListener("ratechange", own(() => { rate = front.playbackRate; }));
      video.addEventListener("play", () => video === front && current < 0 && show(0, 0, true));
    }
    back.hidden = true;
    back.removeAttribute("src");
    back.removeAttribute("poster");
    stage.append(back);

    function jump(step) {
      show(Math.min(items.length - 1, Math.max(0, current + step)), 0, current < 0 || !front.paused);
    }
    button(controls, "Previous", () => jump(-1));
    button(controls, "Next", () => jump(1));
    button(controls, "Speed 1×", (made) => {
      rate = rate >= 8 ? 1 : rate * 2;
      front.playbackRate = rate;
      made.textContent = `Speed ${rate}×`;
    });
    if (items.some((item) => item.low)) {
      const label = () => (low ? "Quality: small" : "Quality: original");
      button(controls, label(), (made) => {
        low = !low;
        made.textContent = label();
        if (current >= 0) show(current, front.currentTime, !front.paused);
      });
    }

    function follow(playing) {
      const time = Date.parse(decodeURIComponent((/[#&]t=([^&]+)/.exec(location.hash) || [])[1] || ""));
      if (Number.isNaN(time)) return;
      at(time, playing);
      stage.parentElement.scrollIntoView({ block: "nearest", behavior: "instant" });
    }
    for (const item of items) {
      item.link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        const hash = "#t=" + item.link.dataset.start;
        if (location.hash === hash) follow(true);
        else location.replace(hash);
      });
    }
    window.addEventListener("hashchange", () => follow(true));
    follow(false);
  }

  const stage = document.querySelector("[data-player]");
  if (stage) day(stage);
  const video = document.querySelector("video[data-low]");
  if (video) clip(video);
})();
