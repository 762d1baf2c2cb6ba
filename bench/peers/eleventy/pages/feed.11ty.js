import { moment, newest } from "../html.js";

export const data = {
  pagination: {
    data: "archive.cameras",
    size: 1,
    alias: "source",
    addAllPagesToCollections: false,
    before: (cameras, { archive }) => [archive, ...cameras],
  },
  eleventyExcludeFromCollections: true,
  permalink: ({ source }) => feedOf(source),
};

const feedOf = (source) => (source.slug ? `feeds/cameras/${source.slug}.json` : "feeds/latest.json");

export function render({ source }) {
  const feed = feedOf(source);
  const root = source.slug ? "../../" : "../";
  const items = newest(source.clips, 100).map((clip) => {
    const title = `${clip.title}, ${moment(clip.start)}`;
    return {
      id: clip.id,
      url: root + clip.url,
      title,
      content_text: title,
      date_published: clip.start,
      attachments: [
        { url: root + clip.media, mime_type: "video/mp4", size_in_bytes: clip.bytes, duration_in_seconds: clip.seconds },
      ],
    };
  });
  return JSON.stringify({
    version: "https://jsonfeed.org/version/1.1",
    title: source.slug ? `Bench: ${source.title}` : "Bench",
    home_page_url: `${root}${source.url ?? "index.html"}`,
    feed_url: root + feed,
    language: "en",
    items,
  });
}
