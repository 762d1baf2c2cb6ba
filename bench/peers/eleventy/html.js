// What the pages are made of; the markup is that of sitegen's own pages.
const MONTHS = "January February March April May June July August September October November December".split(" ");
const WEEKDAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

export const percent = (value) => `${Number(value.toFixed(3))}%`;

export function escape(text) {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`) : text;
}

export function count(amount, noun) {
  return `${amount.toLocaleString("en")} ${noun}${amount === 1 ? "" : "s"}`;
}

export function duration(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [large, small, units] =
    whole < 3600
      ? [Math.floor(whole / 60), whole % 60, ["min", "s"]]
      : [Math.floor(Math.round(seconds / 60) / 60), Math.round(seconds / 60) % 60, ["h", "min"]];
  return small ? `${large} ${units[0]} ${small} ${units[1]}` : `${large} ${units[0]}`;
}

export function size(bytes) {
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`;
}

const names = new Map();

// [long, short] of a date; there are only so many days.
export function day(date) {
  let name = names.get(date);
  if (!name) {
    const when = new Date(`${date}T00:00:00Z`);
    const [weekday, month] = [WEEKDAYS[when.getUTCDay()], MONTHS[when.getUTCMonth()]];
    const [number, year] = [when.getUTCDate(), when.getUTCFullYear()];
    name = [`${weekday}, ${number} ${month} ${year}`, `${weekday.slice(0, 3)} ${number} ${month.slice(0, 3)} ${year}`];
    names.set(date, name);
  }
  return name;
}

export const moment = (stamp) => `${stamp.slice(0, 10)} ${stamp.slice(11, 19)} UTC`;

export function page({ root, title, news, head = "", main }) {
  return `<!doctype html>
<html lang="en" data-root="${root}" data-zone="UTC">
<head>
<meta charset="utf-8">
<title>${escape(title)}${title === "Bench" ? "" : " · Bench"}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="same-origin">
<meta name="color-scheme" content="light dark">
<link rel="icon" type="image/svg+xml" href="${root}assets/icon.svg">
<link rel="stylesheet" href="${root}assets/style.css">
<link rel="alternate" type="application/feed+json" title="Bench: newest events" href="${root}feeds/latest.json">
${head}<script defer src="${root}assets/ages.js"></script>
<script defer src="${root}assets/scrub.js"></script>
<script defer src="${root}assets/news.js"></script>
</head>
<body data-news="${news}">
<a class="skip" href="#main">Skip to content</a>
<header class="top">
  <a class="brand" href="${root}index.html"><img src="${root}assets/icon.svg" alt="" width="24" height="24"><bdi>Bench</bdi></a>
  <nav aria-label="Site">
    <ul>
      <li><a href="${root}index.html">Events</a></li>
      <li><a href="${root}cameras/index.html">Cameras</a></li>
      <li><a href="${root}status/index.html">Status</a></li>
    </ul>
  </nav>
</header>
<main id="main" tabindex="-1">
${main}
</main>
<div id="news" role="status"></div>
<footer class="bottom">
  <p>Times are those of UTC. <a href="${root}feeds/latest.json">Feed of the newest events</a></p>
</footer>
</body>
</html>
`;
}

export function card(clip, root, dated) {
  return `<li class="card">
<a href="${root}${escape(clip.url)}">
<span class="thumb">
<span class="placeholder">preview follows</span>
<span class="length">${duration(clip.seconds)}</span></span>

<span class="card-text">
<time datetime="${clip.start}"><b>${clip.clock}</b>${dated ? ` <span class="date">${day(clip.date)[1]}</span>` : ""}</time>
<bdi class="camera">${escape(clip.title)}</bdi>
</span>
</a>
</li>
`;
}

export function cards(clips, root, dated = false) {
  let list = "";
  for (const clip of clips) list += card(clip, root, dated);
  return `<ul class="cards">\n${list}</ul>`;
}

const LEVELS = [2000, 8000, 32000];

function bar(clip, root, begin) {
  const left = (100 * (clip.begin - begin)) / 86400000;
  const width = Math.max(Math.min((100 * clip.seconds) / 86400, 100 - left), 0.25);
  let kind = "segment";
  let [y, height] = [32, 6];
  if (clip.event) {
    const changed = clip.motion?.changed_pixels ?? 0;
    height = 15 + 5 * LEVELS.filter((limit) => changed >= limit).length;
    [kind, y] = ["event", 30 - height];
  }
  return `<a href="${root}${escape(clip.url)}" tabindex="-1"><rect class="bar ${kind}" x="${percent(left)}" y="${y}" width="${percent(width)}" height="${height}"><title>${escape(clip.title)}: ${kind} ${clip.clock}</title></rect></a>
`;
}

const HOURS = Array.from({ length: 24 }, (_, hour) => [String(hour).padStart(2, "0"), percent((100 * hour) / 24), hour]);

const HOUR_LINES = HOURS.map(([, x, hour]) => `<line x1="${x}" x2="${x}" y1="0" y2="40" class="hour${hour % 6 ? " one" : ""}"/>`).join("\n");

const HOUR_NAMES = HOURS.map(
  ([name, x, hour]) => `<text x="${x}" y="14" class="${hour % 3 ? "one" : ""}${hour ? "" : " first"}">${name}</text>`,
).join("\n");

export function timeline(date, clips, root) {
  const begin = Date.parse(`${date}T00:00:00Z`);
  const lanes = new Map();
  for (const clip of clips) {
    lanes.set(clip.camera, (lanes.get(clip.camera) ?? "") + bar(clip, root, begin));
  }
  const next = new Date(begin + 86400000).toISOString().slice(0, 10);
  const drawn = [...lanes].sort().map(
    ([camera, bars]) => `<div class="lane">
<a class="lane-name" href="${root}cameras/camera-${camera}/${date.replaceAll("-", "/")}/index.html" tabindex="-1"><bdi>Camera ${camera}</bdi></a>
<svg class="lane-bars" width="100%" height="40" focusable="false">
<use href="#hour-lines"/>
${bars}<line class="now" x1="0" x2="0" y1="0" y2="40" visibility="hidden"/>
</svg>
</div>
`,
  );
  return `<div class="timeline" aria-hidden="true" data-from="${date}T00:00:00Z" data-to="${next}T00:00:00Z">
<svg class="hours" width="100%" height="20" focusable="false">
<defs>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="6" height="6"/><rect class="hatch-line" width="2" height="6"/></pattern>
<g id="hour-lines">
${HOUR_LINES}
</g>
</defs>
${HOUR_NAMES}
</svg>
${drawn.join("")}</div>
<p class="legend quiet"><span class="key event"></span> event, higher with more motion <span class="key segment"></span> continuous recording <span class="key gap"></span> gap</p>`;
}

export function months(days, root) {
  const byMonth = new Map();
  for (const each of days) {
    const month = each.date.slice(0, 7);
    if (!byMonth.has(month)) byMonth.set(month, new Map());
    byMonth.get(month).set(Number(each.date.slice(8)), each);
  }
  const heads = [...WEEKDAYS.slice(1), WEEKDAYS[0]].map((name) => `<th scope="col"><abbr title="${name}">${name.slice(0, 2)}</abbr></th>`);
  const tables = [...byMonth].reverse().map(([month, found]) => {
    const [year, number] = month.split("-").map(Number);
    const first = (new Date(Date.UTC(year, number - 1, 1)).getUTCDay() + 6) % 7;
    const last = new Date(Date.UTC(year, number, 0)).getUTCDate();
    let rows = "";
    for (let start = 1 - first; start <= last; start += 7) {
      rows += "<tr>";
      for (let at = start; at < start + 7; at++) {
        const each = found.get(at);
        if (at < 1 || at > last) rows += "<td></td>";
        else if (!each) rows += `<td><span>${at}</span></td>`;
        else {
          const [name] = day(each.date);
          const small = each.events ? `<small>${each.events}</small>` : "";
          rows += `<td><a href="${root}${each.url}" title="${name}" aria-label="${name}: ${count(each.events, "event")}">${at}${small}</a></td>`;
        }
      }
      rows += "</tr>\n";
    }
    return `<table class="month">\n<caption>${MONTHS[number - 1]} ${year}</caption>\n<thead><tr>${heads.join("")}</tr></thead>\n<tbody>\n${rows}</tbody>\n</table>\n`;
  });
  return `<section aria-labelledby="days">\n<h2 id="days">Days</h2>\n<div class="months">\n${tables.join("")}</div>\n</section>`;
}

export function steps(each, root, of = "") {
  if (!each.previous && !each.next) return "";
  const back = each.previous
    ? `<a rel="prev" href="${root}${each.previous.url}"><span aria-hidden="true">←</span> ${day(each.previous.date)[1]}</a>`
    : "<span></span>";
  const on = each.next
    ? `<a rel="next" href="${root}${each.next.url}">${day(each.next.date)[1]} <span aria-hidden="true">→</span></a>`
    : "";
  return `<nav class="steps" aria-label="Days${of}">\n${back}\n${on}\n</nav>`;
}

export function seen(camera) {
  const last = camera.clips.at(-1);
  return `<span class="seen quiet"${last.event ? "" : ` data-last-seen="${last.end}"`}>last seen <time datetime="${last.end}" data-age>${moment(last.end)}</time>\n</span>`;
}

export function newest(clips, length) {
  const found = [];
  for (let at = clips.length - 1; at >= 0 && found.length < length; at--) if (clips[at].event) found.push(clips[at]);
  return found;
}
