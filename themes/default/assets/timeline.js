// The timeline of a day: zoom and pan, a cursor to drag, presses that seek, hour marks as fine as there is room, links to a moment.
(() => {
  "use strict";
  const tl = document.querySelector(".tl");
  if (!tl) return;
  const { button, clock, hash, key, moment, on, say, send } = sitegen;
  const SVG = "http://www.w3.org/2000/svg", HOUR = 3600000, LEAST = 300000; // no closer than five minutes in view
  const STEPS = [360, 180, 60, 30, 10, 5, 1].map((minutes) => minutes * 60000);
  const from = Date.parse(tl.dataset.from), to = Date.parse(tl.dataset.to), length = to - from;
  const view = tl.querySelector(".tl-view"), strip = view.firstElementChild, axis = strip.querySelector(".axis");
  const within = (value, least, most) => Math.min(most, Math.max(least, value));
  const make = (tag, name, into) => {
    const made = document.createElement(tag);
    made.className = name;
    into.append(made);
    return made;
  };
  // Everything is placed in percent of the strip. So zoom is the strip's width, and pan is the scrolling of the box around it.
  let zoom = 1, width = 1, names = 0, drawn = "", following = true, share = 0;
  const most = length / LEAST;
  const full = () => (width - names) * zoom;
  const place = (time) => names + ((time - from) / length) * full();
  const timeAt = (x) => from + within((x - view.getBoundingClientRect().left + view.scrollLeft - names) / full(), 0, 1) * length;

  const hours = Array.from(axis.querySelectorAll("text:not(.zone)"), (text) => ({
    time: Math.round((from + (parseFloat(text.getAttribute("x")) / 100) * length) / 60000) * 60000,
    label: text.textContent,
    zone: text.nextElementSibling?.matches(".zone") ? text.nextElementSibling : null,
  }));

  function svg(tag, attributes, text = "") {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.textContent = text;
    return made;
  }

  function mark(time, labelled, coarse, hour) {
    const x = ((time - from) / length) * 100 + "%";
    const made = [svg("line", { x1: x, x2: x, y1: labelled ? 22 : 26, y2: "100%", class: time === hour.time ? "" : "fine" })];
    if (!labelled) return made;
    const anchor = hour.zone && coarse ? hour.zone.getAttribute("text-anchor") : "middle";
    made.push(svg("text", { x, y: 19 }, coarse ? hour.label : clock(time).slice(0, 5)));
    if (hour.zone) made.push(svg("text", { x, y: 8, class: "zone", "text-anchor": anchor }, hour.zone.textContent));
    return made;
  }

  // Marks of the part in view, and a little more on both sides.
  function draw() {
    const wide = (step) => (step / length) * full();
    const labels = STEPS.filter((step) => wide(step) >= (step < HOUR ? 54 : 26)).pop() || STEPS[0];
    const lines = STEPS.filter((step) => wide(step) >= 9).pop() || STEPS[0];
    const span = length / zoom, first = timeAt(view.getBoundingClientRect().left + names);
    const page = Math.floor(first / span);
    const now = [labels, lines, zoom > 1 && page].join();
    if (now === drawn) return;
    drawn = now;
    const low = (page - 1) * span, high = (page + 3) * span, made = [];
    hours.forEach((hour, index) => {
      const end = hours[index + 1]?.time ?? to;
      if (zoom > 1 && (end < low || hour.time > high)) return;
      for (let time = hour.time; time < end - 1000; time += Math.min(lines, HOUR)) {
        if (zoom > 1 && (time < low || time > high)) continue;
        const coarse = labels >= HOUR;
        const beside = [-1, 1].some((n) => hours[index + n]?.zone) && !hour.zone && wide(HOUR) < 20; // the doubled hour needs the room
        const labelled = beside ? false : coarse ? time === hour.time && (hour.zone || Number(hour.label) % (labels / HOUR) === 0) : (time - hour.time) % labels === 0;
        if (labelled || lines <= HOUR || Number(hour.label) % (lines / HOUR) === 0) made.push(...mark(time, labelled, coarse, hour));
      }
    });
    axis.classList.add("drawn");
    axis.replaceChildren(axis.querySelector("defs"), ...made);
  }

  let asked = 0;
  function later() {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      draw();
      tell();
      flag();
    });
  }

  function measure() {
    width = view.clientWidth;
    names = strip.offsetWidth - axis.getBoundingClientRect().width;
  }

  function zoomTo(wanted, x, time = timeAt(x)) {
    zoom = within(wanted, 1, most);
    strip.style.width = `calc(var(--names) + (100% - var(--names)) * ${zoom})`; // no custom property: each bar would look it up anew
    view.scrollLeft = place(time) - (x - view.getBoundingClientRect().left);
    share = view.scrollLeft / full();
    tl.classList.toggle("zoomed", zoom > 1);
    smaller.disabled = whole.hidden = zoom <= 1;
    larger.disabled = zoom >= most;
    later();
  }

  // The cursor and its flag, which stays inside the box while the cursor does.
  const starts = (bars) => Array.from(strip.querySelectorAll(bars), (bar) => parseFloat(bar.lastElementChild.getAttribute("x")));
  const first = Math.min(...starts(".s")), other = Math.min(...starts(".e1, .e2, .e3, .e4"), 50);
  let time = Math.round((from + ((Number.isFinite(first) ? first : other) / 100) * length) / 1000) * 1000; // what was recorded first
  strip.prepend(make("div", "ruler", strip)); // a finger drags the cursor here; over lanes the browser pans
  const cursor = make("div", "cursor", strip), handle = make("b", "", cursor);
  for (const [name, value] of Object.entries({ role: "slider", tabindex: 0, "aria-label": "Time", "aria-valuemin": 0, "aria-valuemax": length / 1000 })) {
    handle.setAttribute(name, value);
  }

  function flag() {
    const x = place(time) - view.scrollLeft, half = handle.offsetWidth / 2 + 2;
    const seen = x >= names - 1 && x <= width + 1;
    handle.style.translate = (seen ? within(x, names + half, width - half) - x : 0) + "px";
  }

  function put(wanted) {
    time = Math.round(within(wanted, from, to));
    cursor.style.setProperty("--p", (time - from) / length);
    if (document.activeElement === handle) tell(); // whoever presses keys hears it at once
    later();
  }

  let said = NaN;
  function tell() {
    if (time === said) return;
    said = time;
    handle.textContent = shown.textContent = clock(time);
    handle.setAttribute("aria-valuenow", Math.round((time - from) / 1000));
    handle.setAttribute("aria-valuetext", moment(time).slice(11));
  }

  function reveal(share = 0.5) {
    const x = place(time) - view.scrollLeft;
    if (x < names + 4 || x > width - 4) view.scrollLeft = place(time) - names - (width - names) * share;
  }

  function seek(wanted, detail = {}) {
    following = true;
    put(wanted);
    send("seek", { time, dragging: false, ...detail });
  }

  function go(wanted, detail) {
    seek(wanted, detail);
    if (zoom === 1) zoomTo(length / (3 * HOUR), view.getBoundingClientRect().left + names + (width - names) / 2, time);
    reveal();
  }

  // Pointers: a press on a lane seeks, on the hours it takes the cursor along; a drag over the lanes pans. Links of events stay links.
  let held = null, moved = false;
  strip.addEventListener("pointerdown", (event) => {
    moved = false;
    following = false;
    if (event.button || !event.isPrimary || event.target.closest(".lane-name")) return;
    const scrub = !event.target.closest(".lane");
    held = { x: event.clientX, left: view.scrollLeft, scrub };
    if (scrub) {
      strip.setPointerCapture(event.pointerId);
      if (!handle.contains(event.target)) seek(timeAt(event.clientX), { dragging: true });
    } else if (event.pointerType === "touch") held = null; // the browser pans by itself
  });
  strip.addEventListener("pointermove", (event) => {
    if (!held) return;
    const by = event.clientX - held.x;
    if (!moved && Math.abs(by) < 4) return;
    if (!moved) strip.setPointerCapture(event.pointerId);
    moved = true;
    if (!held.scrub) view.scrollLeft = held.left - by;
    if (!held.scrub) return;
    const box = view.getBoundingClientRect();
    if (zoom > 1) view.scrollLeft += Math.max(0, event.clientX - box.right + 16) - Math.max(0, box.left + names + 16 - event.clientX);
    seek(timeAt(within(event.clientX, box.left + names, box.right)), { dragging: true });
  });
  const drop = () => {
    if (held?.scrub) seek(time);
    held = null;
  };
  for (const end of ["pointerup", "pointercancel"]) strip.addEventListener(end, drop);
  let last = null;
  const again = () => strip.matches(":hover") && last.target.dispatchEvent(new PointerEvent("pointermove", last));
  strip.addEventListener("pointermove", (event) => { // pictures, only for whoever points
    if (!last) sitegen.script(tl.dataset.hover).then(again, () => {});
    last = event;
  });
  strip.addEventListener("dragstart", (event) => event.preventDefault());
  strip.addEventListener("click", (event) => {
    const bar = event.target.closest(".e1, .e2, .e3, .e4, .lane-name"), lane = event.target.closest(".lane");
    if (moved) event.preventDefault(); // some browsers send the click of a drag to what it began on
    else if (lane && !bar && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      seek(timeAt(event.clientX), { camera: lane.dataset.camera });
    }
  });

  // A plain wheel scrolls the page, as everywhere; with Ctrl (which a pinch on a touchpad sends, too) it zooms about the pointer.
  let about = null;
  view.addEventListener("wheel", (event) => {
    following = false;
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    if (!about || Math.abs(about.x - event.clientX) > 2 || event.timeStamp - about.at > 500) about = { x: event.clientX, time: timeAt(event.clientX) };
    about.at = event.timeStamp;
    zoomTo(zoom * Math.exp(within(-event.deltaY * (event.deltaMode ? 0.05 : 0.002), -0.5, 0.5)), about.x, about.time);
  }, { passive: false });

  let pinch = null;
  const spread = ([a, b]) => ({ gap: Math.max(20, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY)), x: (a.clientX + b.clientX) / 2 });
  view.addEventListener("touchstart", (event) => {
    if (event.touches.length !== 2) return;
    event.preventDefault();
    const { gap, x } = spread(event.touches);
    pinch = { gap, zoom, time: timeAt(x) };
  }, { passive: false });
  view.addEventListener("touchmove", (event) => {
    if (!pinch || event.touches.length !== 2) return;
    if (event.cancelable) event.preventDefault();
    const { gap, x } = spread(event.touches);
    zoomTo((pinch.zoom * gap) / pinch.gap, x, pinch.time);
  }, { passive: false });
  view.addEventListener("touchend", () => { pinch = null; });
  view.addEventListener("scroll", () => {
    if (view.clientWidth === width) share = view.scrollLeft / full(); // else the browser has moved it, and not a reader
    later();
  }, { passive: true });
  function nearer(factor) {
    const box = view.getBoundingClientRect(), x = box.left + place(time) - view.scrollLeft;
    const seen = x >= box.left + names && x <= box.right;
    zoomTo(zoom * factor, seen ? x : box.left + names + (width - names) / 2);
    say(`${Math.round(length / zoom / 60000)} minutes in view`);
  }

  const MOVES = { ArrowLeft: -10, ArrowRight: 10, ArrowDown: -60, ArrowUp: 60, PageDown: -3600, PageUp: 3600, Home: -1e6, End: 1e6 };
  handle.addEventListener("keydown", (event) => {
    if (!(event.key in MOVES) || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    seek(time + MOVES[event.key] * 1000);
    reveal();
  });

  // The tools above it.
  const tools = tl.querySelector(".tl-tools");
  const shown = button("", () => { go(time); handle.focus(); }, { into: tools, name: "plain tl-time", title: "Show the cursor" });
  const smaller = button("−", () => nearer(0.5), { into: tools, name: "icon", title: "Zoom out (-, Ctrl and wheel, pinch)" });
  const larger = button("+", () => nearer(2), { into: tools, name: "icon", title: "Zoom in (+, Ctrl and wheel, pinch)" });
  const whole = button("", () => zoomTo(1, 0), { into: tools });
  make("span", "tl-more", whole).textContent = "Whole ";
  whole.append("day");
  const copy = button("Copy link", link, { into: tools });
  make("span", "tl-more", copy).textContent = " to this moment";
  [[whole, "Whole day"], [smaller, "Zoom out"], [larger, "Zoom in"]].forEach(([made, words]) => made.setAttribute("aria-label", words));
  key("+ =", "Zoom into the timeline", () => nearer(2));
  key("-", "Zoom out of the timeline", () => nearer(0.5));

  function link() {
    hash.set({ t: new Date(time).toISOString().replace(".000Z", "Z") });
    asking = hash.get("t");
    const done = () => {
      copy.firstChild.data = "Copied: link";
      say(`Link to ${clock(time)} copied`);
      setTimeout(() => { copy.firstChild.data = "Copy link"; }, 2500);
    };
    const byHand = () => {
      const field = tools.querySelector("input") || make("input", "tl-link", tools);
      field.readOnly = true;
      field.value = location.href;
      field.setAttribute("aria-label", "Link to this moment");
      field.focus();
      field.select();
      say("Copy the link from the field");
    };
    (navigator.clipboard?.writeText(location.href) ?? Promise.reject()).then(done, byHand);
  }

  // Where others say we are, and where the address says so.
  const told = ({ time: said, playing, dragging }) => {
    if (held || said === time) return;
    put(said);
    if (dragging === false || (following && playing)) reveal(playing ? 0.1 : 0.5);
  };
  ["time", "seek"].forEach((name) => on(name, told));
  let asking = null;
  function follow(play) {
    const wanted = hash.get("t"), when = Date.parse(wanted || "");
    if (wanted === asking || Number.isNaN(when)) return;
    asking = wanted;
    go(when, play ? { play } : {});
  }
  on("hash", () => follow(true));
  document.addEventListener("DOMContentLoaded", () => follow(false)); // when every other script listens

  // What has not come yet.
  const future = make("div", "future", strip);
  function pass() {
    future.style.setProperty("--p", within((Date.now() - from) / length, 0, 1));
    future.hidden = Date.now() >= to;
    if (!future.hidden) setTimeout(pass, 60000);
  }
  pass();

  new ResizeObserver(() => {
    measure();
    if (zoom > 1) view.scrollLeft = share * full();
    later();
  }).observe(view);
  measure();
  zoomTo(1, 0);
  put(time);
  sitegen.timeline = { from, to, length, timeAt, time: () => time, seek, go };
})();
