import { day as named, duration, escape, moment, page, size } from "../html.js";

export const data = {
  pagination: { data: "archive.events", size: 1, alias: "clip", addAllPagesToCollections: false },
  eleventyExcludeFromCollections: true,
  permalink: ({ clip }) => clip.url,
};

const root = "../../../";

function neighbours({ previous, next }) {
  if (!previous && !next) return "";
  const back = previous
    ? `<a rel="prev" href="${root}${previous.url}"><span aria-hidden="true">←</span> <bdi>${previous.title}</bdi>, ${previous.clock}</a>`
    : "<span></span>";
  const on = next
    ? `<a rel="next" href="${root}${next.url}"><bdi>${next.title}</bdi>, ${next.clock} <span aria-hidden="true">→</span></a>`
    : "";
  return `<nav class="steps" aria-label="Events">\n${back}\n${on}\n</nav>`;
}

function facts(clip) {
  const pixels = clip.motion?.changed_pixels;
  return `<dl class="facts" aria-labelledby="facts">
<dt>Camera</dt><dd><a href="${root}cameras/${clip.slug}/index.html"><bdi>${clip.title}</bdi></a></dd>
<dt>Start</dt><dd><time datetime="${clip.start}" data-age>${moment(clip.start)}</time></dd>
<dt>End</dt><dd><time datetime="${clip.end}">${moment(clip.end)}</time></dd>
<dt>Length</dt><dd>${duration(clip.seconds)}</dd>
${pixels === undefined ? "" : `<dt>Motion</dt><dd>${pixels.toLocaleString("en")} pixels changed</dd>`}
${clip.end_reason ? `<dt>Ended</dt><dd>${escape(clip.end_reason.replaceAll("_", " "))}</dd>` : ""}
<dt>File</dt><dd dir="auto">${escape(clip.video)}</dd>
<dt>Size</dt><dd>${size(clip.bytes)}, video/mp4</dd>
<dt>Clip</dt><dd>${clip.id}</dd>
</dl>`;
}

export function render({ clip }) {
  const media = root + escape(clip.media);
  const main = `<nav class="crumbs" aria-label="Where this is"><a href="${root}${clip.dayPath}/index.html">${named(clip.date)[0]}</a> <a href="${root}${clip.cameraDay}#t=${clip.start}"><bdi>${clip.title}</bdi> on this day</a></nav>
<h1 dir="auto">${clip.title}, ${clip.clock}</h1>
<div class="clip">
<div class="stage-box">
<div class="stage">
<video controls playsinline preload="metadata" width="640" height="360" aria-label="${clip.title}, ${moment(clip.start)}">
<source src="${media}"></video>
</div>
<div class="controls">
<a class="button" download href="${media}">Download the original <span class="quiet">${size(clip.bytes)}, video/mp4</span></a></div>
</div>
<div class="facts-box">
<h2 id="facts">Facts</h2>
${facts(clip)}
</div>
</div>
${neighbours(clip)}`;
  const head = `<script defer src="${root}assets/player.js"></script>\n`;
  return page({ root, title: `${clip.title}, ${moment(clip.start).slice(0, 19)}`, news: `clips ${clip.id}`, head, main });
}
