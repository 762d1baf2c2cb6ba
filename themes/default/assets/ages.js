// Writes how long ago a time was beside it, and says of a recorded camera when it has been silent.
(() => {
  "use strict";
  const SILENT_S = 900;
  const STEPS = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];

  function length(seconds) {
    const [size, unit] = STEPS.find(([step]) => seconds >= step) || STEPS[3];
    const count = Math.max(0, Math.floor(seconds / size));
    return count + " " + unit + (count === 1 ? "" : "s");
  }

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
    const now = Date.now();
    for (const time of document.querySelectorAll("time[data-age]")) {
      const seconds = (now - Date.parse(time.dateTime)) / 1000;
      if (seconds >= 0) beside(time, "age").textContent = length(seconds) + " ago";
    }
    if (location.protocol === "file:") return; // a copy is always silent
    for (const camera of document.querySelectorAll("[data-last-seen]")) {
      const seconds = (now - Date.parse(camera.dataset.lastSeen)) / 1000;
      if (seconds > SILENT_S) beside(camera, "alarm").textContent = "silent for " + length(seconds);
    }
  }

  refresh();
  setInterval(refresh, 30000);
})();
