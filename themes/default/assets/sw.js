// Keeps the shell, the pages that were looked at and the newest days for when there is no network. Never videos or news.
// The generator writes SHELL = {version, files} before this and puts it at the site's root.
const BASE = self.registration.scope;
const NAMES = { pages: BASE + " pages", assets: BASE + " assets", pictures: BASE + " pictures", shell: `${BASE} shell ${SHELL.version}` };
const MOST = { pages: 160, assets: 80, pictures: 800 };
const PATIENCE_MS = 3000, DAYS = 3, AGAIN_MS = 1800000;
const NETWORK = /^(media|announce|motion-stream|event_api|segment_api)\/|^(build|status|index)\.json$|^(metrics\.prom|sw\.js)$|\.(mp4|mkv|mov|webm|m3u8?|ics|atom|json)$/;

const pathOf = (address) => new URL(address).pathname.slice(new URL(BASE).pathname.length);
const asPage = (path) => (path === "" || path.endsWith("/") ? path + "index.html" : path);

let forgotten = false; // the site has no worker any more
async function open(name) {
  if (forgotten) throw new Error("nothing is kept any more");
  return caches.open(name);
}

async function put(name, key, answer) {
  if (forgotten || answer.status !== 200 || answer.redirected) return;
  const cache = await open(NAMES[name]);
  await cache.delete(key); // what was put last is last in the list
  await cache.put(key, answer);
}

async function trim() {
  for (const [name, most] of Object.entries(MOST)) {
    const cache = await open(NAMES[name]), keys = await cache.keys();
    for (const old of keys.slice(0, Math.max(0, keys.length - most))) await cache.delete(old);
  }
}

async function held(key) {
  if (forgotten) return undefined;
  for (const name of Object.values(NAMES)) {
    const found = await caches.match(key, { cacheName: name }); // opens, and so makes, no store that has gone
    if (found) return found;
  }
  return undefined;
}

async function install() {
  const shell = await open(NAMES.shell);
  await Promise.allSettled(SHELL.files.map((path) => (
    // an asset never changes: what the browser has of it will do
    shell.add(new Request(BASE + path, { cache: path.startsWith("assets/") ? "default" : "no-cache" }))
  )));
  await self.skipWaiting();
}

async function drop(current) {
  for (const name of await caches.keys()) {
    if (name.startsWith(BASE + " ") && !current.includes(name)) await caches.delete(name);
  }
}

async function activate() {
  await drop(Object.values(NAMES));
  await self.clients.claim();
}

// From the network if it answers in time, else as it was kept.
async function newest(event, name, key) {
  const asked = fetch(event.request);
  event.waitUntil(asked.then((answer) => put(name, key, answer.clone())).catch(() => {}));
  const late = new Promise((done) => { setTimeout(done, PATIENCE_MS); });
  const soon = await Promise.race([asked.catch(() => null), late]);
  if (soon && soon.status < 500) return soon;
  const kept = await held(key);
  if (kept) return event.request.mode === "navigate" ? marked(kept) : kept;
  return asked.catch((error) => {
    if (event.request.mode === "navigate") return offline();
    throw error;
  });
}

// A page that comes out of the store says so: it knows nothing of now.
async function marked(page) {
  const headers = new Headers(page.headers);
  for (const name of ["Content-Length", "Content-Encoding"]) headers.delete(name);
  return new Response((await page.text()).replace("<html ", "<html data-kept "), { headers });
}

async function asset(event, key) {
  const kept = await held(key);
  if (kept) return kept;
  const answer = await fetch(event.request);
  event.waitUntil(put("assets", key, answer.clone()));
  return answer;
}

// The days that are kept, from the addresses in the cache: digits and slugs, escaped all the same.
const safe = (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
async function offline() {
  const days = new Map();
  for (const { url } of await (await open(NAMES.pages)).keys()) {
    const [, slug, date] = /^(?:cameras\/([^/]+)\/)?(\d{4}\/\d\d\/\d\d)\/index\.html$/.exec(pathOf(url)) || [];
    if (!date) continue;
    if (!days.has(date)) days.set(date, []);
    days.get(date).push(`<a href="${safe(url)}">${slug ? safe(decodeURIComponent(slug)) : "all cameras"}</a>`);
  }
  const rows = [...days].sort().reverse().map(([date, links]) => `<li><b>${date.replaceAll("/", "-")}</b> ${links.sort().join(" ")}</li>`);
  const style = SHELL.files.find((path) => /^assets\/style\.[^/]*css$/.test(path));
  const text = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>You are offline</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${style ? `<link rel="stylesheet" href="${safe(BASE + style)}">` : ""}</head>
<body><main><h1>You are offline</h1>
<p>This page was not kept on this device. ${rows.length ? "These days are kept, without their videos:" : "No day is kept yet."}</p>
<ul class="rows">${rows.join("")}</ul>
<p><a href="${safe(BASE)}index.html">Newest events, as they were when you last saw them</a></p></main></body></html>`;
  return new Response(text, {
    status: 503,
    headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'" },
  });
}

// The newest days' pages, one after another, now and then. A day's page names the cameras that have one of that day.
async function fetchDays() {
  const shell = await open(NAMES.shell), mark = BASE + "kept-at";
  const before = await shell.match(mark);
  if (before && Date.now() - Number(await before.text()) < AGAIN_MS) return;
  await shell.put(mark, new Response(String(Date.now())));
  const fresh = (path) => fetch(BASE + path, { cache: "no-cache" });
  const { days, cameras } = await (await fresh("index.json")).json();
  for (const { url } of days.slice(0, DAYS)) {
    const page = await fresh(url), text = await page.clone().text();
    await put("pages", BASE + url, page);
    for (const { slug } of cameras) {
      const folder = `cameras/${encodeURIComponent(slug)}/${url.replace("index.html", "")}`;
      if (!text.includes(folder)) continue;
      for (const path of [folder + "index.html", folder + "footage.js"]) await put("pages", BASE + path, await fresh(path));
    }
  }
}

// The page that was open before there was a worker is looked at, too.
async function keepPage(client) {
  const key = BASE + asPage(pathOf(client.url.split("#")[0]));
  if (!(await held(key))) await put("pages", key, await fetch(key, { cache: "force-cache" }));
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  if (event.data === "forget") {
    forgotten = true;
    event.waitUntil(drop([]));
    return;
  }
  const work = [keepPage(event.source), event.data === "days" ? fetchDays() : null];
  event.waitUntil(Promise.allSettled(work).then(trim));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const [address] = request.url.split(/[?#]/);
  if (forgotten || request.method !== "GET" || !address.startsWith(BASE) || request.headers.has("range")) return;
  if (request.cache === "no-store" || ["video", "audio"].includes(request.destination)) return;
  const path = asPage(pathOf(address)), key = BASE + path;
  if (path.startsWith("assets/")) event.respondWith(asset(event, key));
  else if (path.startsWith("previews/")) {
    if (/\.jpe?g$/.test(path)) event.respondWith(newest(event, "pictures", key));
  } else if (!NETWORK.test(path)) event.respondWith(newest(event, "pages", key));
});
