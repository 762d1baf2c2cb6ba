// Says quietly that the page has news, and changes nothing until it is asked to. Listens only while the page is seen.
(() => {
  "use strict";
  if (!location.protocol.startsWith("http")) return;
  const { root, button, hash, on, moment, startOf, saving } = sitegen;
  // "any", "days 2026-11-22", "cameras driveway 101", "cameras driveway 101 2026-11-22" or "clips 101-20261122T035503Z"
  const [field, value, camera, day] = (document.body.dataset.news || "").split(" ");
  if (!field) return;
  const POLL_MS = saving ? 120000 : 30000, POLLS_BEFORE_LISTENING = 10;
  const newest = Array.from(document.querySelectorAll("main a[href$='.html']"), ({ pathname }) => startOf(pathname) || 0)
    .reduce((most, start) => Math.max(most, start), 0) || Date.now(); // the last event that the page shows
  const fresh = new Set(); // events that the page does not show
  let known = null; // the revision that was current when the page was first looked at
  let source = null, timer = 0, asked = 0, told = false, place = null;

  const isDay = (start, date) => moment(start).startsWith(date);

  function concerns(id, start) {
    if (/Z-s/.test(id) || !(start > newest)) return false; // a segment, or nothing new
    if (camera && !id.startsWith(camera + "-")) return false;
    return field === "days" ? isDay(start, value) : !day || isDay(start, day);
  }

  function tell() {
    const box = document.getElementById("news");
    const text = fresh.size && field !== "clips" ? fresh.size + " new" : "Updated";
    if (told && box.firstChild && box.firstChild.textContent === text) return;
    told = true;
    box.replaceChildren();
    button(text, again, { into: box, title: "Show it: the page is loaded again, at the same place" });
  }

  function again() {
    if (place && "watching" in document.body.dataset) hash.set({ t: new Date(place).toISOString() });
    location.reload();
  }
  on("time", ({ time }) => { place = time; });

  async function answer(path) {
    const got = await fetch(root + path, { cache: "no-store" });
    if (!got.ok) throw new Error(String(got.status));
    return got.json();
  }

  // Without announcements the feed of the newest events tells which of them are new.
  async function compare() {
    const { items } = await answer(field === "cameras" ? `feeds/cameras/${value}.json` : "feeds/latest.json");
    for (const { id } of items) if (concerns(id, startOf(id))) fresh.add(id);
  }

  // Whether the server has this page anew.
  async function changed() {
    const { headers } = await fetch(location.pathname, { method: "HEAD", cache: "no-store" });
    const time = headers.get("Last-Modified");
    return !time || Date.parse(time) > Date.parse(document.lastModified);
  }

  async function poll() {
    try {
      const { revision } = await answer("build.json"), before = known;
      known = Math.max(known ?? revision, revision);
      if ((before === null || revision > before) && await changed()) { // at first: while it was on its way, or came out of a store
        await compare().catch(() => {});
        tell();
      }
    } catch {
      // the next poll asks again
    }
    asked += 1;
    if (timer && !source && asked % POLLS_BEFORE_LISTENING === 0) listen();
  }

  function hear(event) {
    const news = JSON.parse(event.data);
    if (!(news.revision > (known ?? 0))) return;
    known = news.revision;
    if (field !== "any" && !(news[field] || []).includes(value)) return;
    if (day && !(news.days || []).includes(day)) return;
    for (const id of news.clips || []) if (concerns(id, startOf(id))) fresh.add(id);
    tell();
  }

  function listen() {
    source = new EventSource(root + "announce/events");
    source.addEventListener("message", hear);
    source.addEventListener("open", () => { clearInterval(timer); timer = 0; });
    source.addEventListener("error", () => {
      // An answer that is no stream ends it; without any answer it goes on trying, and may do so for ever.
      if (source?.readyState === EventSource.CLOSED) source = null;
      timer ||= setInterval(poll, POLL_MS);
    });
  }

  function leave() {
    source?.close();
    clearInterval(timer);
    source = null;
    timer = 0;
  }

  async function look() {
    if (document.hidden || !navigator.onLine) return leave();
    await poll();
    if (!document.hidden && !source && !timer) listen();
    return undefined;
  }

  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", look);
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", (event) => event.persisted && look());
  if (document.readyState === "complete") look();
  else window.addEventListener("load", look, { once: true }); // the page itself comes first
})();
