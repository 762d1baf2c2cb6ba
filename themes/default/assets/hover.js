// Over a lane of the timeline stands the time, and the picture of that camera at that moment.
(() => {
  "use strict";
  const tl = document.querySelector(".tl"), line = sitegen.timeline;
  if (!line || !matchMedia("(hover: hover)").matches) return;
  const strip = tl.querySelector(".tl-strip"), day = tl.dataset.day;
  const tip = document.createElement("div"), picture = document.createElement("span"), when = document.createElement("b"), what = document.createElement("span");
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true");
  picture.className = "sheet";
  tip.append(picture, when, what);
  tl.append(tip);

  const words = new WeakMap(), cards = new WeakMap(), lanes = new Map(), pictures = new Map();
  const PASSING_MS = 90; // whoever only passes by asks for nothing
  let at = null, asked = 0, wait = 0;

  // The browser's own tip would come on top of this one.
  function said(bar) {
    if (!bar) return "";
    const title = bar.querySelector("title");
    if (title) {
      words.set(bar, title.textContent);
      title.remove();
    }
    return words.get(bar) || "";
  }

  function sprite(url, share) {
    if (!url) return null;
    const tile = Math.min(29, Math.max(0, Math.floor(share * 30)));
    return { url, position: `${((tile % 6) / 5) * 100}% ${(Math.floor(tile / 6) / 4) * 100}%` };
  }

  function ofEvent(bar, time) {
    if (!cards.get(bar)) cards.set(bar, document.querySelector(`.hours a[href="${CSS.escape(bar.getAttribute("href"))}"] [data-sprite]`));
    const url = cards.get(bar)?.dataset.sprite;
    if (!url) return null;
    const rect = bar.querySelector("rect");
    const [left, width] = ["x", "width"].map((name) => (parseFloat(rect.getAttribute(name)) / 100) * line.length);
    return sprite(new URL(url, document.baseURI).href, width ? (time - line.from - left) / width : 0);
  }

  function ofDay(data, time, events) {
    const found = data.clips.filter(([start, length, kind, flags]) => flags & 4 && time >= start && time < start + length && (kind === 1 || !events));
    const clip = found.pop();
    return clip ? sprite(`${sitegen.base}previews/${clip[4]}${data.endings.sprite}`, (time - clip[0]) / clip[1]) : null;
  }

  function paint(found) {
    picture.hidden = !found;
    if (!found) return;
    const ready = pictures.get(found.url);
    picture.style.backgroundImage = ready ? `url("${found.url}")` : "none";
    picture.style.backgroundPosition = found.position;
    if (ready !== undefined) return;
    wait = setTimeout(() => {
      const image = new Image();
      pictures.set(found.url, false);
      image.onload = () => {
        pictures.set(found.url, true);
        show();
      };
      image.src = found.url;
    }, PASSING_MS);
  }

  function lookUp(slug) {
    if (!lanes.has(slug)) {
      wait = setTimeout(() => {
        lanes.set(slug, null);
        sitegen.footage?.get(slug, day).then((data) => {
          lanes.set(slug, data);
          show();
        }, () => {});
      }, PASSING_MS);
    }
    return lanes.get(slug);
  }

  function show() {
    asked = 0;
    clearTimeout(wait);
    if (!at) return;
    const { x, lane, bar } = at, time = line.timeAt(x), isEvent = bar && /^e/.test(bar.getAttribute("class"));
    when.textContent = sitegen.clock(time);
    what.textContent = said(bar) || lane.querySelector(".lane-name").textContent;
    let found = null;
    if (!sitegen.saving) {
      found = isEvent ? ofEvent(bar, time) : null;
      if (!found && lane.querySelector(".s, .e1, .e2, .e3, .e4")) { // a lane of gaps alone has no data
        const data = lookUp(lane.dataset.camera);
        found = data && ofDay(data, time, isEvent);
      }
    }
    paint(found);
    tip.hidden = false;
    const box = tl.getBoundingClientRect(), row = lane.getBoundingClientRect(), { offsetWidth: w, offsetHeight: h } = tip;
    tip.style.left = Math.min(Math.max(x - box.left - w / 2, 4), box.width - w - 4) + "px";
    tip.style.top = (row.top - h - 8 >= 0 ? row.top - h - 8 : row.bottom + 8) - box.top + "px";
  }

  function hide() {
    at = null;
    tip.hidden = true;
    clearTimeout(wait);
  }

  strip.addEventListener("pointermove", (event) => {
    const lane = event.target.closest(".lane");
    if (event.pointerType === "touch" || event.buttons || !lane || event.target.closest(".lane-name")) {
      hide();
      return;
    }
    at = { x: event.clientX, lane, bar: event.target.closest(".e1, .e2, .e3, .e4, .s, .g") };
    asked ||= requestAnimationFrame(show);
  });
  strip.addEventListener("pointerleave", hide);
  strip.addEventListener("pointerdown", hide);
})();
