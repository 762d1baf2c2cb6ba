import { cards, months, newest, page, seen } from "../html.js";

export const data = { permalink: "index.html" };

export function render({ archive }) {
  const strip = archive.cameras.map((camera) => `<li><a href="${camera.url}"><bdi>${camera.title}</bdi></a> ${seen(camera)}\n</li>`);
  const events = newest(archive.clips, 24);
  const main = `<h1 class="unseen">Bench</h1>
<section aria-labelledby="cameras">
<h2 id="cameras">Cameras</h2>
<ul class="strip">
${strip.join("\n")}
</ul>
</section>
<section aria-labelledby="newest">
<div class="heading"><h2 id="newest">Newest events</h2><a href="#days">All days</a></div>
${events.length ? cards(events, "", true) : '<p class="empty">No events yet. They appear here seconds after a camera has seen motion.</p>'}
</section>
${months(archive.days, "")}`;
  return page({ root: "", title: "Bench", news: "any", main });
}
