import { count, duration, newest, page, seen } from "../html.js";

export const data = { permalink: "cameras/index.html" };

const root = "../";

function thumb(camera) {
  const [event] = newest(camera.clips, 1);
  if (!event) return '<span class="thumb"><span class="placeholder">no event yet</span></span>';
  return `<span class="thumb">
<span class="placeholder">preview follows</span>
<span class="length">${duration(event.seconds)}</span></span>`;
}

function entry(camera) {
  const days = [...camera.days.values()];
  const events = days.reduce((sum, day) => sum + day.events, 0);
  return `<li class="card">
<a href="${root}${camera.url}">
${thumb(camera)}<span class="card-text"><b><bdi>${camera.title}</bdi></b>
<span class="quiet">${count(events, "event")}, ${count(camera.clips.length - events, "segment")}</span></span>
</a>
<p class="tags">${seen(camera)}
</p>
<p class="tags"><a href="${root}${days.at(-1).url}">Newest day</a></p></li>
`;
}

export function render({ archive }) {
  const main = `<h1>Cameras</h1>\n<ul class="cards wide">\n${archive.cameras.map(entry).join("")}</ul>`;
  return page({ root, title: "Cameras", news: "any", main });
}
