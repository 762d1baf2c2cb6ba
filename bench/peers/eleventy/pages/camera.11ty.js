import { cards, count, months, newest, page, seen } from "../html.js";

export const data = {
  pagination: { data: "archive.cameras", size: 1, alias: "camera", addAllPagesToCollections: false },
  eleventyExcludeFromCollections: true,
  permalink: ({ camera }) => camera.url,
};

const root = "../../";

export function render({ camera }) {
  const days = [...camera.days.values()];
  const events = days.reduce((sum, day) => sum + day.events, 0);
  const latest = newest(camera.clips, 24);
  const main = `<nav class="crumbs" aria-label="Where this is"><a href="${root}cameras/index.html">Cameras</a></nav>
<h1 dir="auto">${camera.title}</h1>
<p class="summary">${count(events, "event")}, ${count(camera.clips.length - events, "segment")}; ${seen(camera)}
</p>
<p><a class="button" href="${root}${days.at(-1).url}">Watch the newest day</a></p>
<section aria-labelledby="newest">
<h2 id="newest">Newest events</h2>
${latest.length ? cards(latest, root, true) : '<p class="empty">No events of this camera yet.</p>'}
</section>
${months(days, root)}
<p class="quiet"><a href="${root}feeds/cameras/${camera.slug}.json">Feed of this camera</a></p>`;
  const head = `<link rel="alternate" type="application/feed+json" title="${camera.title}: newest events" href="${root}feeds/cameras/${camera.slug}.json">\n`;
  return page({ root, title: camera.title, news: `cameras ${camera.slug}`, head, main });
}
