// What depends on now: how long ago a time was, which camera is silent, how old the status is.
(() => {
  "use strict";
  const STEPS = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
  const kept = "kept" in document.documentElement.dataset, copy = location.protocol === "file:" || kept;

  function length(seconds) {
    const [size, unit] = STEPS.find(([step]) => seconds >= step) || STEPS[3];
    const count = Math.max(0, Math.floor(seconds / size));
    return count + " " + unit + (count === 1 ? "" : "s");
  }
  const since = (text) => (Date.now() - Date.parse(text)) / 1000;
  Object.assign(sitegen, { since, lasting: length });

  function beside(element, name) {
    let note = element.nextElementSibling;
    if (!note || note.className !== name) {
      note = document.createElement("span");
      note.className = name;
      element.after(" ", note);
    }
    return note;
  }

  function refresh() {
    for (const time of document.querySelectorAll("time[data-age]")) {
      const seconds = since(time.dateTime);
      if (seconds >= 0) beside(time, "age").textContent = length(seconds) + " ago";
    }
    if (copy || !navigator.onLine) return; // a copy is always silent
    for (const camera of document.querySelectorAll("[data-last-seen]")) {
      const seconds = since(camera.dataset.lastSeen);
      if (seconds <= (camera.dataset.silentAfter || 900)) continue;
      const state = camera.closest(".state");
      if (state) state.className = "state alarm";
      beside(camera, state ? "silence" : "alarm").textContent = "silent for " + length(seconds);
      const calm = camera.closest(".panels > li")?.querySelector("[data-calm]");
      if (calm) calm.hidden = true; // the page was written before that
    }
    for (const note of document.querySelectorAll("[data-stale]")) note.hidden = since(note.dataset.since) <= note.dataset.stale;
  }

  const stale = document.querySelector("[data-stale]");
  if (copy && stale) {
    stale.className = "quiet";
    stale.textContent = `This is a copy${kept ? " that was kept on this device" : ""}, made ${sitegen.moment(Date.parse(stale.dataset.since))}.`;
    stale.hidden = false;
  }
  refresh();
  setInterval(refresh, 30000);
})();
