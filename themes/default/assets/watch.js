// Opens the viewer of a day when it is asked for, by its button or by an address that names cameras or a moment; only then its script is loaded.
(() => {
  "use strict";
  const { button, hash, on, saving, script } = sitegen;
  const section = document.querySelector("[data-viewer][data-script]");
  if (!section?.querySelector("a[data-slug]")) return;
  let opened = false;
  async function open() {
    if (opened) return;
    opened = true;
    try {
      await script(section.dataset.script);
      start.remove();
    } catch {
      opened = false;
      sitegen.say("The viewer could not be loaded.");
    }
  }
  const start = button("Watch these cameras together", open, { name: "primary", into: section });
  const look = () => hash.get("cams") && open();
  on("hash", look);
  on("seek", ({ play }) => play && open());
  look();
  if (Date.parse(hash.get("t") || "") && !saving) open(); // a link to a moment; later ones come as a seek that plays
})();
