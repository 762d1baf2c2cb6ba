// Moving over a picture, or a long press and a slide, shows the clip at that place, from its sheet of 6 x 5 stills.
(() => {
  "use strict";
  const COLUMNS = 6, ROWS = 5, LONG_MS = 350, STILL_PX = 8;
  if (sitegen.saving) return;
  let shown = null, touch = null, swallow = false;
  const thumbAt = (target) => target.closest?.("[data-sprite]") || target.closest?.(".card > a")?.querySelector("[data-sprite]");

  function over(thumb, x) {
    if (shown !== thumb) out();
    shown = thumb;
    let sheet = thumb.querySelector(".sheet");
    if (!sheet) {
      sheet = document.createElement("span");
      sheet.className = "sheet";
      sheet.style.backgroundImage = `url("${new URL(thumb.dataset.sprite, document.baseURI)}")`;
      sheet.append(document.createElement("i"));
      thumb.append(sheet);
    }
    const box = thumb.getBoundingClientRect();
    const share = Math.min(0.999, Math.max(0, (x - box.left) / box.width));
    const tile = Math.floor(share * COLUMNS * ROWS);
    const left = (tile % COLUMNS) / (COLUMNS - 1), top = Math.floor(tile / COLUMNS) / (ROWS - 1);
    sheet.style.backgroundPosition = `${left * 100}% ${top * 100}%`;
    sheet.firstChild.style.width = `${share * 100}%`;
    sheet.hidden = false;
  }

  function out() {
    const sheet = shown?.querySelector(".sheet");
    if (sheet) sheet.hidden = true;
    shown = null;
  }

  // A finger: only after a long press, so that the page still scrolls and links still open.
  function press(event) {
    const thumb = thumbAt(event.target);
    swallow = false;
    if (!thumb) return;
    const wait = setTimeout(() => {
      touch.held = swallow = true;
      over(thumb, touch.x);
    }, LONG_MS);
    touch = { thumb, wait, held: false, x: event.clientX, from: [event.clientX, event.clientY] };
  }
  function release() {
    if (touch) clearTimeout(touch.wait);
    if (touch?.held) out();
    touch = null;
  }

  document.addEventListener("pointerdown", (event) => {
    release();
    if (event.pointerType === "touch" && event.isPrimary) press(event);
  });
  document.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch") {
      const thumb = event.target.closest?.("[data-sprite]");
      if (thumb) over(thumb, event.clientX);
      else if (shown) out();
    } else if (touch) {
      touch.x = event.clientX;
      if (touch.held) over(touch.thumb, event.clientX);
      else if (Math.hypot(event.clientX - touch.from[0], event.clientY - touch.from[1]) > STILL_PX) release();
    }
  });
  document.addEventListener("pointerup", release);
  document.addEventListener("pointercancel", (event) => { if (event.pointerType === "touch") release(); });
  document.documentElement.addEventListener("pointerleave", out);

  // While a finger scrubs, its slide does not scroll, its lift opens no link, and no menu comes.
  for (const list of document.querySelectorAll(".cards, .hours")) {
    list.addEventListener("touchmove", (event) => { if (touch?.held && event.cancelable) event.preventDefault(); }, { passive: false });
  }
  document.addEventListener("contextmenu", (event) => { if (touch || swallow) if (thumbAt(event.target)) event.preventDefault(); });
  document.addEventListener("click", (event) => {
    if (swallow) event.preventDefault();
    swallow = false;
  }, true);
})();
