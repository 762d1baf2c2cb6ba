// The list of the page's shortcuts, in a dialog, with the choice to be without those of one sign. Loaded when it is asked for.
(() => {
  "use strict";
  const { button, keep, kept, shortcuts } = sitegen;
  const WORDS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" };

  function made(name, parent, text = "") {
    const element = document.createElement(name);
    element.append(text);
    parent.append(element);
    return element;
  }
  const said = (name) => (name === "+" ? name : name.split("+").map((part) => WORDS[part] || part).join(" "));

  sitegen.help = () => {
    if (document.querySelector("dialog[open]")) return;
    const dialog = made("dialog", document.body);
    made("h2", dialog, "Keyboard").id = "keys-title";
    dialog.setAttribute("aria-labelledby", "keys-title");
    const list = made("dl", dialog), helps = new Map();
    list.className = "keys";
    for (const { keys, help } of [...shortcuts].reverse()) if (help) helps.set(help, keys);
    for (const [help, keys] of helps) {
      const caps = made("dt", list);
      for (const name of keys) {
        if (caps.firstChild) caps.append(" ");
        made("kbd", caps, said(name));
      }
      made("dd", list, help);
    }
    const choice = made("label", made("p", dialog)), box = made("input", choice);
    choice.append(" Use keys of one letter or sign");
    box.type = "checkbox";
    box.checked = kept("keys") !== "off";
    box.addEventListener("change", () => keep("keys", box.checked ? null : "off"));
    button("Close", () => dialog.close(), { into: made("p", dialog) });
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
  };
})();
