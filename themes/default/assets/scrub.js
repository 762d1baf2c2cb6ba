// Moving over a picture shows the clip at that place, from its sheet of 6 x 5 stills.
(() => {
  "use strict";
  const COLUMNS = 6, ROWS = 5;

  function over(thumb, x) {
    let sheet = thumb.querySelector(".sheet");
    if (!sheet) {
      sheet = document.createElement("span");
      sheet.className = "sheet";
      sheet.style.backgroundImage = `url("${new URL(thumb.dataset.sprite, document.baseURI)}")`;
      thumb.append(sheet);
    }
    const box = thumb.getBoundingClientRect();
    const share = Math.min(0.999, Math.max(0, (x - box.left) / box.width));
    const tile = Math.floor(share * COLUMNS * ROWS);
    const left = (tile % COLUMNS) / (COLUMNS - 1), top = Math.floor(tile / COLUMNS) / (ROWS - 1);
    sheet.style.backgroundPosition = `${left * 100}% ${top * 100}%`;
    sheet.hidden = false;
  }

  for (const thumb of document.querySelectorAll("[data-sprite]")) {
    thumb.addEventListener("pointermove", (event) => over(thumb, event.clientX));
    for (const end of ["pointerleave", "pointercancel"]) {
      thumb.addEventListener(end, () => {
        const sheet = thumb.querySelector(".sheet");
        if (sheet) sheet.hidden = true;
      });
    }
  }
})();
