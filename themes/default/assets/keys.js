// Keyboard: hears the shortcuts that scripts register, and steps between events and days. Their list (?) is help.js.
(() => {
  "use strict";
  const { key, button, kept, script, send, on, shortcuts, startOf } = sitegen;
  const OWN = { // what keeps which keys for itself
    "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=range])": /./,
    "[type=range], [type=radio], [role=slider], [role=tab], [role=radio]": /Arrow|Home|End|Page/,
    "button, summary, [type=checkbox], [type=radio], [role=button]": /Space|Enter/,
    "a[href]": /Enter/,
    "video[controls]": /Space|Arrow|Home|End/,
    ".scroll, pre": /^(Arrow|Home|End|Page)/,
  };

  function pressed({ key: name, shiftKey }) {
    if (name === " ") name = "Space";
    const letter = name.length === 1 && name.toLowerCase() !== name.toUpperCase();
    return (shiftKey && (name.length > 1 || letter) ? "Shift+" : "") + (letter ? name.toLowerCase() : name);
  }
  const taken = (element, name) => Object.entries(OWN).some(([kind, keys]) => keys.test(name) && element.closest?.(kind));

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const name = pressed(event);
    if (name === "Escape" && event.target.matches?.("select, input:not([type=range])")) event.target.blur(); // and the page hears keys again
    if (document.querySelector("dialog[open]") || taken(event.target, name)) return;
    if (/^(Shift\+)?.$/.test(name) && kept("keys") === "off") return;
    if (shortcuts.some(({ keys, act }) => keys.includes(name) && act(event) !== false)) event.preventDefault();
  });

  // The page's own links with rel=prev and rel=next lead to events or to days, as data-keys says.
  function follow(rel) {
    const link = document.querySelector(`main a[rel~=${rel}]`);
    link?.click();
    return Boolean(link);
  }

  // On a day's page: from card to card by time (the newest stands first), and the timeline and the viewer with it.
  let place = NaN;
  for (const name of ["seek", "time"]) on(name, ({ time }) => { place = time; });
  function walk(later) {
    const links = Array.from(document.querySelectorAll("main .card > a")).filter((link) => link.offsetParent);
    if (later) links.reverse();
    const link = links.find((one) => !(later ? startOf(one) <= place : startOf(one) >= place));
    if (!link) return false;
    link.focus();
    send("seek", { time: startOf(link.href), dragging: false });
    return true;
  }

  const kind = document.body.dataset.keys;
  if (kind === "event") {
    key("ArrowLeft", "Previous event", () => follow("prev"));
    key("ArrowRight", "Next event", () => follow("next"));
  } else if (kind === "day") {
    key("ArrowLeft", "Previous event", () => walk(false));
    key("ArrowRight", "Next event", () => walk(true));
    key("Shift+ArrowLeft", "Previous day", () => follow("prev"));
    key("Shift+ArrowRight", "Next day", () => follow("next"));
  }

  const foot = document.querySelector("[data-help]");
  if (!foot) return;
  const help = () => { script(foot.dataset.help).then(() => sitegen.help()); };
  key("?", "This list", help);
  button("Keyboard", help, { into: foot, name: "plain" });
})();
