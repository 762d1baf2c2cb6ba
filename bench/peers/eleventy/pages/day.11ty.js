import { cards, count, day as named, page, steps, timeline } from "../html.js";

export const data = {
  pagination: { data: "archive.days", size: 1, alias: "day", addAllPagesToCollections: false },
  eleventyExcludeFromCollections: true,
  permalink: ({ day }) => day.url,
};

const root = "../../../";

export function render({ day }) {
  const cameras = [...new Set(day.clips.map((clip) => clip.camera))].sort();
  const events = day.clips.filter((clip) => clip.event);
  const buttons = cameras.map(
    (camera) => `<li><a class="button" href="${root}cameras/camera-${camera}/${day.path}/index.html"><bdi>Camera ${camera}</bdi></a></li>`,
  );
  const main = `${steps(day, root)}

<h1><time datetime="${day.date}">${named(day.date)[0]}</time></h1>
<p class="summary">${count(day.events, "event")}, ${count(day.clips.length - day.events, "segment")}</p>

${timeline(day.date, day.clips, root)}

<section aria-labelledby="events">
<h2 id="events">Events</h2>
${events.length ? cards(events, root) : '<p class="empty">No events on this day.</p>'}
</section>
<section aria-labelledby="cameras">
<h2 id="cameras">One camera’s day</h2>
<ul class="buttons">
${buttons.join("\n")}
</ul>
</section>`;
  return page({ root, title: day.date, news: `days ${day.date}`, main });
}
