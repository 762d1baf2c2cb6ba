// Has the service worker keep what is looked at; says when the browser is offline; lets go of a worker that the site no longer has.
(() => {
  "use strict";
  const { root, base, url, saving, say } = sitegen;
  const PATIENCE_MS = 1000;
  const worker = navigator.serviceWorker;
  if (!worker || !location.protocol.startsWith("http")) return;

  async function gone() {
    const { status } = await fetch(root + "sw.js", { method: "HEAD", cache: "no-store" });
    return status === 404 || status === 410;
  }

  async function forget(registration) {
    const active = registration?.active;
    if (active) active.postMessage("forget"); // it serves this page until that is closed, and must open no cache any more
    else for (const name of await caches.keys()) if (name.startsWith(base + " ")) await caches.delete(name);
    await registration?.unregister();
  }

  // A new version first takes over: what the old one were told to keep now would be kept under its name.
  function settled(registration) {
    const next = registration.installing || registration.waiting;
    return new Promise((done) => {
      if (!next) return done(registration);
      const look = () => ["activated", "redundant"].includes(next.state) && done(registration);
      next.addEventListener("statechange", look);
      return look();
    });
  }

  async function start() {
    if (!navigator.onLine) return undefined;
    const found = await worker.getRegistration(base);
    const mine = found?.scope === base ? found : null;
    if (await (mine ? mine.update() : worker.register(url("sw.js"))).then(() => false, gone)) return forget(mine);
    const { active } = await (mine ? settled(mine) : worker.ready);
    return active.postMessage(saving ? "page" : "days");
  }

  // A page that the worker had to take out of its store is as good as offline: the browser may be online, and the site away.
  const away = () => !navigator.onLine || "kept" in document.documentElement.dataset;
  let sign = null;
  function tell() {
    if (away() && !sign) {
      sign = document.createElement("span");
      sign.className = "tag warn";
      sign.textContent = "offline";
      document.querySelector(".brand")?.after(sign);
    }
    if (sign) sign.hidden = !away();
    if (away()) say("You are offline; pages are as they were when they were kept.");
  }
  window.addEventListener("offline", tell);
  window.addEventListener("online", tell);
  if (away()) tell();
  // Not while the page itself is on its way. Without the worker the site is the same, but not offline.
  window.addEventListener("load", () => setTimeout(() => start().catch(() => {}), PATIENCE_MS));
})();
