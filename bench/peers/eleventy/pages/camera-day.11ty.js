import { cards, count, day as named, escape, page, steps, timeline } from "../html.js";

export const data = {
  pagination: { data: "archive.cameraDays", size: 1, alias: "day", addAllPagesToCollections: false },
  eleventyExcludeFromCollections: true,
  permalink: ({ day }) => day.url,
};

const root = "../../../../../";

function recording(segments, title) {
  if (!segments.length) return '<p class="empty">No segments of this camera on this day.</p>';
  let list = "";
  let at = "";
  for (const clip of segments) {
    const hour = `${clip.clock.slice(0, 2)}:00`;
    if (hour !== at) list += `${at ? "</ol>" : ""}\n<h3>${hour}</h3>\n<ol>\n`;
    at = hour;
    const source = root + escape(clip.media);
    list += `<li><a href="${source}" data-start="${clip.start}" data-end="${clip.end}" data-src="${source}">${clip.clock}</a></li>\n`;
  }
  const [first] = segments;
  return `<div class="watch">
<div class="segments" role="region" aria-labelledby="playback" tabindex="0">
${list}</ol>
</div>
<div class="stage-box">
<div class="stage" data-player>
<video controls playsinline preload="none" width="640" height="360" src="${root}${escape(first.media)}" aria-label="${title}, continuous recording"></video>
</div>
<p class="clock" data-clock><time datetime="${first.start}">${first.clock}</time></p>
<div class="controls" data-controls></div>
</div>
</div>`;
}

export function render({ day }) {
  const { camera } = day;
  const events = day.clips.filter((clip) => clip.event);
  const segments = day.clips.filter((clip) => !clip.event);
  const name = named(day.date)[0];
  const main = `${steps(day, root, " of this camera")}

<nav class="crumbs" aria-label="Where this is"><a href="${root}${camera.url}" dir="auto">${camera.title}</a> <a href="${root}${day.path}/index.html">All cameras on this day</a></nav>
<h1><bdi>${camera.title}</bdi>, <time datetime="${day.date}">${name}</time></h1>
<p class="summary">${count(events.length, "event")}, ${count(segments.length, "segment")}</p>

${timeline(day.date, day.clips, root)}

<section class="playback" aria-labelledby="playback">
<h2 id="playback">Continuous recording</h2>
${recording(segments, camera.title)}
</section>
<section aria-labelledby="events">
<h2 id="events">Events</h2>
${events.length ? cards(events, root) : '<p class="empty">No events of this camera on this day.</p>'}
</section>`;
  const head = `<link rel="alternate" type="application/feed+json" title="${camera.title}: newest events" href="${root}feeds/cameras/${camera.slug}.json">
<script defer src="${root}assets/player.js"></script>
`;
  return page({ root, title: `${camera.title}, ${day.date}`, news: `cameras ${camera.slug}`, head, main });
}
