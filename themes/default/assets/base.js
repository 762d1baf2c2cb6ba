// What the other scripts share, as window.sitegen: where and in which zone the page is, clocks, keys, the fragment, safe loading.
(() => {
  "use strict";
  const page = document.documentElement;
  const root = page.dataset.root || "";
  const base = new URL(root || "./", document.baseURI).href;
  const media = (query) => matchMedia(query).matches;

  // Of this site only, and only a file: what a page's text could smuggle in leads elsewhere or carries a query.
  function own(address) {
    const url = new URL(address, base);
    if (!url.href.startsWith(base) || url.search || url.hash) throw new TypeError("not of this site: " + address);
    return url.href;
  }
  const rules = { createScriptURL: own, createHTML: (text) => text };
  const policy = window.trustedTypes ? trustedTypes.createPolicy("sitegen", rules) : rules;

  function html(element) {
    if (element.localName !== "noscript") throw new TypeError("only what the page itself holds back");
    const template = document.createElement("template");
    template.innerHTML = policy.createHTML(element.textContent);
    return template.content;
  }

  const loads = new Map();
  function script(path) {
    if (!loads.has(path)) {
      loads.set(path, new Promise((done, fail) => {
        const made = document.createElement("script");
        made.async = false; // those that are asked for together run in this order
        made.src = policy.createScriptURL(path);
        made.onload = () => done();
        made.onerror = () => {
          made.remove();
          loads.delete(path);
          fail(new Error(path + " cannot be loaded"));
        };
        document.head.append(made);
      }));
    }
    return loads.get(path);
  }

  // Clocks of the site's zone, whatever the reader's is. A formatter is made when it is needed: it takes milliseconds.
  let zone = page.dataset.zone || "UTC";
  const formatters = {};
  function formatter(language, options) {
    const make = () => new Intl.DateTimeFormat(language, { timeZone: zone, ...options });
    try {
      return (formatters[language] ||= make());
    } catch {
      zone = "UTC"; // this browser does not know the zone
      return make();
    }
  }

  const TWO = "2-digit", DIGITS = { hourCycle: "h23", year: "numeric", month: TWO, day: TWO, hour: TWO, minute: TWO, second: TWO };
  const parts = (ms) => Object.fromEntries(formatter("en", DIGITS).formatToParts(ms).map(({ type, value }) => [type, value]));

  // Each English spells the zones of its own places.
  function label(ms) {
    let said = "";
    for (const place of ["GB", "US", "AU", "NZ", "IN", "ZA"]) {
      const named = formatter("en-" + place, { timeZoneName: "short" }).formatToParts(ms).find(({ type }) => type === "timeZoneName").value;
      if (!/[+−-]/.test(named)) return named;
      said ||= named;
    }
    return said;
  }

  function offset(ms) {
    const { year, month, day, hour, minute, second } = parts(ms);
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
  }

  // Whether clocks show this time twice, as in autumn: no shift is of more than three hours.
  const twice = new Map();
  function doubled(ms) {
    const quarter = Math.floor(ms / 900000);
    if (!twice.has(quarter)) {
      const here = offset(ms);
      twice.set(quarter, [-1, 1].some((side) => {
        const there = offset(ms + side * 10800000), shift = here - there;
        return shift * side > 0 && offset(ms + shift) === there;
      }));
    }
    return twice.get(quarter);
  }

  function clock(ms) {
    const { hour, minute, second } = parts(ms);
    return `${hour}:${minute}:${second}` + (doubled(ms) ? " " + label(ms) : "");
  }

  function moment(ms) {
    const { year, month, day, hour, minute, second } = parts(ms);
    return `${year}-${month}-${day} ${hour}:${minute}:${second} ${label(ms)}`;
  }

  // When a clip began, from its id or address.
  const startOf = (text) => Date.parse((/\d{8}T\d{6}Z/.exec(text) || [""])[0].replace(/(....)(..)(..T..)(..)/, "$1-$2-$3:$4:"));

  function button(text, act, { title, pressed, name, into } = {}) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    if (title) made.title = title;
    if (pressed !== undefined) made.setAttribute("aria-pressed", String(pressed));
    if (name) made.className = name;
    made.addEventListener("click", (event) => act(made, event));
    if (into) into.append(made);
    return made;
  }

  // Read aloud politely; a text that is said again is heard again.
  function say(text) {
    const box = document.getElementById("said");
    if (!box) return;
    box.textContent = "";
    setTimeout(() => { box.textContent = text; }, 50);
  }

  // What the browser may refuse to keep (private windows, files) is only forgotten.
  function kept(name) {
    try {
      return localStorage.getItem("sitegen:" + name);
    } catch {
      return null;
    }
  }
  function keep(name, value) {
    try {
      if (value === null) localStorage.removeItem("sitegen:" + name);
      else localStorage.setItem("sitegen:" + name, value);
    } catch {
      // nothing to do about it
    }
  }

  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }
  const fragment = () => new Map(location.hash.slice(1).split("&").filter((pair) => pair.includes("=")).map((pair) => {
    const at = pair.indexOf("=");
    return [decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))];
  }));
  const plain = (text) => encodeURIComponent(text).replace(/%(3A|2C|2F)/g, (coded) => decodeURIComponent(coded));
  const hash = {
    get: (name) => fragment().get(name) ?? null,
    set(changes) {
      const all = fragment();
      for (const [name, value] of Object.entries(changes)) {
        if (value === null || value === "") all.delete(name);
        else all.set(name, String(value));
      }
      const text = Array.from(all, (pair) => pair.map(plain).join("=")).join("&");
      try {
        history.replaceState(history.state, "", text ? "#" + text : location.href.split("#")[0]);
        chosen = location.hash;
      } catch {
        // asked too often: the next change writes it
      }
    },
  };

  const send = (name, detail) => document.dispatchEvent(new CustomEvent("sitegen:" + name, { detail }));
  const on = (name, act) => document.addEventListener("sitegen:" + name, (event) => act(event.detail));
  // A place on the page, as "Skip to content" leads to, is no choice: what was chosen stays, and stands in the address again.
  let chosen = location.hash.includes("=") ? location.hash : "";
  window.addEventListener("hashchange", () => {
    if (location.hash && !location.hash.includes("=")) {
      if (chosen) history.replaceState(history.state, "", chosen);
      return;
    }
    chosen = location.hash;
    send("hash");
  });

  // Shortcuts: { keys: ["j"], help, act }, the newest first. keys.js listens.
  const shortcuts = [];
  function key(keys, help, act) {
    const made = { keys: keys.split(" "), help, act };
    shortcuts.unshift(made);
    return () => shortcuts.splice(shortcuts.indexOf(made), 1);
  }

  window.sitegen = {
    root, base, html, script, clock, moment, startOf, button, say, kept, keep, hash, send, on, key, shortcuts,
    url: (path) => policy.createScriptURL(path),
    get zone() { return zone; },
    get still() { return media("(prefers-reduced-motion: reduce)"); },
    get saving() { return Boolean(navigator.connection?.saveData) || media("(prefers-reduced-data: reduce)"); },
  };
})();
