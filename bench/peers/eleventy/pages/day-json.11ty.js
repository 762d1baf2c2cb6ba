export const data = {
  pagination: { data: "archive.days", size: 1, alias: "day", addAllPagesToCollections: false },
  eleventyExcludeFromCollections: true,
  permalink: ({ day }) => `${day.path}/day.json`,
};

const root = "../../../";

const document = (clip) => ({
  id: clip.id,
  kind: clip.kind,
  camera: clip.camera,
  start: clip.start,
  end: clip.end,
  url: root + clip.url,
  video: { url: root + clip.media, bytes: clip.bytes, type: "video/mp4" },
  motion: clip.motion,
  end_reason: clip.end_reason,
});

export function render({ day }) {
  return JSON.stringify({ schema: 1, date: day.date, timezone: "UTC", clips: day.clips.map(document), gaps: [] });
}
