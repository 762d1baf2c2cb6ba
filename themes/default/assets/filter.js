// Filters the events of a day by camera, hour, tag and motion; makes elements of those that the page holds back as text.
(() => {
  "use strict";
  const tools = document.querySelector("[data-filter]"), grid = document.querySelector(".hours");
  if (!tools || !grid) return;
  const { button, hash, html, key, on, say } = sitegen;
  const tl = document.querySelector(".tl");
  const SLICE = 24, NAMES = { "#34": '"', "#39": "'", amp: "&", lt: "<", gt: ">", quot: '"' };
  const make = (tag, into, text = "", name = "") => {
    const made = document.createElement(tag);
    made.textContent = text;
    made.className = name;
    into.append(made);
    return made;
  };

  // An event is its element, or the text of it until that is wanted; what a filter asks of it is known either way.
  const fields = (camera, level, tags) => ({ camera, level: Number(level), tags: tags ? tags.split("\t") : [] });
  const ofNode = (node) => ({ node, ...fields(node.dataset.camera, node.dataset.level, node.dataset.tags) });
  function ofText(text) {
    const head = text.slice(0, text.indexOf(">", 16));
    const get = (name) => (new RegExp(` data-${name}="([^"]*)"`).exec(head)?.[1] || "").replace(/&(#34|#39|\w+);/g, (all, coded) => NAMES[coded] || all);
    return { text, node: null, ...fields(get("camera"), get("level"), get("tags")) };
  }
  const hours = Array.from(grid.querySelectorAll(".hour"), (section) => ({
    section,
    label: section.dataset.hour,
    list: section.querySelector("ul") || section.insertBefore(Object.assign(document.createElement("ul"), { className: "cards" }), section.querySelector("noscript")),
    held: section.querySelector("noscript"),
    items: null,
    wanted: [],
    more: null,
    said: section.querySelector("small"),
  }));

  const rest = () => new Promise((done) => { setTimeout(done); });
  async function read(hour) {
    if (hour.items) return;
    const items = Array.from(hour.list.children, ofNode), texts = hour.held ? hour.held.textContent.split('<li class="card"') : [];
    for (let n = 1; n < texts.length; n += 1) {
      if (n % 400 === 0) await rest();
      items.push(ofText('<li class="card"' + texts[n].slice(0, texts[n].lastIndexOf("</li>") + 5)));
    }
    hour.items ||= items;
  }

  // How high so many cards are, by one that is there: what has not been made yet keeps its place.
  let cards = null;
  function measure() {
    const card = grid.querySelector(".hour:not([hidden]) .card:not([hidden])");
    if (!card) return;
    const { width, height } = card.getBoundingClientRect();
    cards = { columns: Math.max(1, Math.round(card.parentElement.clientWidth / (width + 12))), high: height + 20 };
  }
  const height = (count) => (cards ? Math.ceil(count / cards.columns) * cards.high : 0);

  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) fill(hours.find(({ more }) => more === target));
  }, { rootMargin: "800px 0px" });

  async function fill(hour) {
    if (!hour) return;
    await read(hour);
    if (!hour.wanted.length && !active()) hour.wanted = hour.items;
    const missing = hour.wanted.filter(({ node }) => !node).slice(0, SLICE);
    if (missing.length) {
      const held = document.createElement("noscript");
      held.textContent = missing.map(({ text }) => text).join("");
      const nodes = Array.from(html(held).children);
      let place = hour.items.length, next = null; // from the last to the first, each before the one that follows it
      for (let n = missing.length - 1; n >= 0; n -= 1) {
        const own = hour.items.indexOf(missing[n]);
        next = hour.items.slice(own + 1, place).find(({ node }) => node)?.node || next;
        hour.list.insertBefore(nodes[n], next);
        [missing[n].node, missing[n].text, next, place] = [nodes[n], "", nodes[n], own];
      }
    }
    reserve(hour);
  }

  function reserve(hour) {
    const total = parseInt(hour.said.textContent.replace(/\D/g, ""), 10);
    const missing = hour.items ? hour.wanted.filter(({ node }) => !node).length : total - hour.list.children.length;
    if (hour.more) watcher.unobserve(hour.more);
    if (!missing) {
      hour.more?.remove();
      hour.more = null;
      return;
    }
    hour.more ||= make("div", hour.section, "", "more");
    hour.more.style.height = height(missing) + "px";
    watcher.observe(hour.more);
  }

  // The filter: four choices, kept in the fragment.
  const choices = {};
  function choice(name, label, options) {
    const box = make("label", tools, label + " ", "field"), select = make("select", box);
    for (const [value, text] of [["", "All"], ...options]) select.add(new Option(text, value));
    select.addEventListener("change", () => {
      hash.set({ [name]: select.value });
      apply(true);
    });
    choices[name] = select;
  }
  const lanes = tl ? Array.from(tl.querySelectorAll(".lane")) : [];
  if (lanes.length > 1) choice("camera", "Camera", lanes.map((lane) => [lane.dataset.camera, lane.querySelector(".lane-name").textContent]));
  if (hours.length > 1) choice("hour", "Hour", hours.map(({ label }) => [label, label.slice(0, 2) + ":00" + label.slice(2)]));
  if (tools.dataset.tags) choice("tag", "Tag", tools.dataset.tags.split("\t").map((tag) => [tag, tag]));
  choice("motion", "Motion", MOTION());
  function MOTION() {
    return [["2", "some or more"], ["3", "much or more"], ["4", "most"]];
  }
  const count = make("p", tools, "", "count"), none = make("p", grid, "No event of this day matches.", "empty");
  const reset = button("Show all", () => {
    hash.set(Object.fromEntries(Object.keys(choices).map((name) => [name, null])));
    apply(true);
    Object.values(choices)[0].focus();
  }, { into: tools, name: "plain" });
  key("/", "Filter the events", () => {
    tools.scrollIntoView({ block: "nearest" });
    Object.values(choices)[0].focus();
  });

  const value = (name) => (choices[name] ? hash.get(name) || "" : "");
  const active = () => Object.keys(choices).some(value);

  function show(name) {
    const select = choices[name], wanted = value(name);
    if (wanted && !Array.from(select.options).some((option) => option.value === wanted)) select.add(new Option(wanted, wanted));
    select.value = wanted;
  }

  let turn = 0;
  async function apply(aloud) {
    const mine = ++turn, filtered = active();
    Object.keys(choices).forEach(show);
    const [camera, hour, tag, least] = ["camera", "hour", "tag", "motion"].map(value);
    dim(camera, least);
    steps();
    reset.hidden = !filtered;
    if (filtered) for (const one of hours) await read(one);
    if (mine !== turn) return;
    const fits = (item) => (!camera || item.camera === camera) && (!tag || item.tags.includes(tag)) && item.level >= Number(least);
    let all = 0, found = 0;
    for (const one of hours) {
      if (!one.items) continue;
      const whole = !hour || one.label === hour;
      one.wanted = whole ? one.items.filter(fits) : [];
      const keep = new Set(one.wanted);
      for (const item of one.items) if (item.node && item.node.hidden === keep.has(item)) item.node.hidden = !keep.has(item);
      all += one.items.length;
      found += keep.size;
      one.section.hidden = !keep.size;
      one.said.dataset.all ||= one.said.textContent;
      one.said.textContent = keep.size < one.items.length ? `${keep.size} of ${one.said.dataset.all}` : one.said.dataset.all;
    }
    grid.classList.toggle("few", filtered ? isFew(found, hours.filter(({ wanted }) => wanted.length).length) : few);
    if (hours.some(({ held }) => held)) measure();
    hours.forEach(reserve);
    none.hidden = !filtered || found > 0;
    count.textContent = filtered ? `${found} of ${all} events` : "";
    if (aloud) say(filtered ? count.textContent : "All events");
  }
  const few = grid.classList.contains("few"), isFew = (events, sections) => events <= 24 || (events <= 96 && events < 4 * sections);

  function dim(camera, least) {
    for (const lane of lanes) lane.classList.toggle("dim", Boolean(camera) && lane.dataset.camera !== camera);
    if (tl) tl.dataset.least = least;
  }

  // The next day is filtered in the same way.
  function steps() {
    const kept = Object.keys(choices).filter(value).map((name) => `${name}=${encodeURIComponent(value(name))}`).join("&");
    for (const link of document.querySelectorAll(".steps a")) {
      const address = link.getAttribute("href").split("#")[0];
      link.setAttribute("href", kept ? `${address}#${kept}` : address);
    }
  }

  on("hash", () => apply(false));
  none.hidden = true;
  apply(false);
})();
