// Cameras in step: which ones, at most nine, kept in the address; the moment is the timeline's.
(() => {
  "use strict";
  const { hash, on } = sitegen;
  const { section, tiles, wish, makeTile, enlarge, frame, load, build, show } = sitegen.viewer;
  const { element } = sitegen.controls;
  const MOST = 9;
  const narrow = matchMedia("(max-width: 47.99rem)").matches;
  const links = [...section.querySelectorAll("a[data-slug]")], all = links.map((link) => link.dataset.slug);
  const asked = () => (hash.get("cams") || "").split(",").filter((slug) => all.includes(slug));

  const held = section.querySelector(".primary") === document.activeElement; // by the button that opens the viewer, which goes
  section.dataset.open = "";
  document.body.dataset.watching = "";
  wish.time ??= sitegen.timeline?.time?.() ?? null;
  const fields = element("fieldset", "choose", section), boxes = new Map();
  element("legend", "", fields).textContent = all.length > MOST ? "Cameras, nine at most" : "Cameras";
  const { box, grid } = frame("grid");
  for (const link of links) {
    const { slug } = link.dataset, name = link.textContent.trim();
    const label = element("label", "field", fields), tick = element("input", "", label);
    tick.type = "checkbox";
    tick.addEventListener("change", () => choose(ticked()));
    element("bdi", "", label).textContent = name;
    boxes.set(slug, tick);
    makeTile(slug, name, grid).figure.hidden = true;
  }
  const ticked = () => all.filter((slug) => boxes.get(slug).checked);

  async function choose(slugs) {
    const list = slugs.slice(0, MOST);
    for (const [slug, tick] of boxes) {
      tick.checked = list.includes(slug);
      tick.disabled = !tick.checked && list.length >= MOST;
    }
    hash.set({ cams: list.join(",") });
    for (const tile of tiles.values()) tile.figure.hidden = !list.includes(tile.slug);
    grid.dataset.count = list.length;
    await Promise.all(list.map((slug) => tiles.get(slug)).filter((tile) => !tile.reel && !tile.note).map(load));
    show(box);
    if (!list.includes(sitegen.viewer.large)) enlarge(null);
    // Not earlier: until build the old transport moves its tracks, and one that is closed would load its video anew.
    for (const tile of tiles.values()) {
      if (!tile.figure.hidden) continue;
      tile.track?.close();
      tile.track = null;
      tile.figure.classList.remove("waiting");
    }
    await build();
  }

  on("hash", () => {
    const list = asked();
    if (list.length && list.join() !== ticked().join()) choose(list);
  });
  const first = asked();
  choose(first.length ? first : all.slice(0, narrow ? 4 : MOST)).then(() => {
    box.scrollIntoView({ block: "nearest" });
    if (!held) return;
    if (document.activeElement === document.body) box.querySelector(".start").focus({ preventScroll: true });
    sitegen.say(`The viewer is open: cameras ${ticked().map((slug) => tiles.get(slug).name).join(", ")}`);
  });
})();
