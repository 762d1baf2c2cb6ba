// Eleventy as a generator of the same site: one data file reads every sidecar, JavaScript templates make the pages.
// BENCH_ARCHIVE is the archive, BENCH_CLIP_PAGES=1 adds a page for each event.
export default function (config) {
  config.addWatchTarget(process.env.BENCH_ARCHIVE, { resetConfig: false });
  config.setWatchThrottleWaitTime(0);
  if (!process.env.BENCH_CLIP_PAGES) config.ignores.add("pages/clip.11ty.js");
  config.setServerOptions({ enabled: false });
  config.addPassthroughCopy({ assets: "assets" });
  return { dir: { input: ".", output: process.env.BENCH_OUTPUT, data: "_data", includes: "_none" } };
}
