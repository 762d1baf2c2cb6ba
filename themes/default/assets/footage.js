// What a camera recorded on a day: loads the day's data script once, and finds what there is at a moment, and why there is nothing.
(() => {
  "use strict";
  const { root, clock } = sitegen;
  const HOLE_MS = 2000, MEET_MS = 1000; // less than this between two files is no gap that anybody would want to hear of
  const days = new Map(), put = new Map();
  const folder = (slug, day) => `cameras/${encodeURIComponent(slug)}/${day.replaceAll("-", "/")}/`;

  function get(slug, day) {
    const key = slug + " " + day;
    if (!days.has(key)) {
      const found = sitegen.script(folder(slug, day) + "footage.js").then(() => {
        if (!put.has(key)) throw new Error("no footage of " + key);
        return put.get(key);
      });
      found.catch(() => days.delete(key));
      days.set(key, found);
    }
    return days.get(key);
  }

  // Pieces { start, end, … } by start, and gaps as in the data; times in ms.
  function reel(pieces, data) {
    const only = !pieces.some((piece) => !piece.kind);
    function before(time) { // the last piece that starts at the moment or earlier, or -1
      let low = 0, high = pieces.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (pieces[middle].start <= time) low = middle + 1;
        else high = middle;
      }
      return low - 1;
    }
    function at(time) {
      const index = before(time);
      return [index, index - 1].find((one) => pieces[one] && time < pieces[one].end) ?? -1;
    }
    const next = (time) => pieces[before(time) + 1] || null;
    // The piece whose small video shows a moment: a sub-stream's has its borders elsewhere, but meets its neighbours as well.
    const meets = (index) => pieces[index]?.low && pieces[index + 1]?.low && pieces[index + 1].start - pieces[index].end < MEET_MS;
    function lowAt(time) {
      const index = at(time);
      if (meets(index - 1) && time < pieces[index].lowStart) return index - 1;
      return meets(index) && time >= pieces[index + 1].lowStart ? index + 1 : index;
    }
    function lowEnd(piece) {
      const index = pieces.indexOf(piece);
      return meets(index) ? pieces[index + 1].lowStart : piece.end;
    }
    function gap(from, to) {
      if (to - from < HOLE_MS) return "";
      const cause = data.gaps.find(([start, end]) => start < to && (end ?? Infinity) > from);
      const end = Number.isFinite(to) ? "–" + clock(to) : " until the end of the day";
      return `${only && !cause ? "No movie" : "Nothing recorded"} ${clock(from)}${end}${cause ? ": " + cause[2] : ""}`;
    }
    function around(time) {
      const index = before(time);
      return gap(index < 0 ? data.from : pieces[index].end, pieces[index + 1]?.start ?? Infinity);
    }
    return { pieces, data, before, at, lowAt, lowEnd, next, gap, around };
  }

  // Everything of a day that can be played: its segments, and events where there is no segment.
  function whole(data) {
    const made = data.clips.filter((clip) => clip[3] & 3).map(([start, length, kind, flags, path, later = 0]) => ({
      start, end: start + length, kind, flags, path, lowStart: start + later,
      full: flags & 1 ? `${root}media/${path}` : "",
      low: flags & 2 ? `${root}previews/${path}${data.endings.video}` : "",
      poster: flags & 8 ? `${root}previews/${path}${data.endings.poster}` : "",
    }));
    const segments = reel(made.filter((piece) => !piece.kind), data);
    return reel(made.filter((piece) => !piece.kind || segments.at((piece.start + piece.end) / 2) < 0), data);
  }

  sitegen.footage = { get, put: (slug, day, data) => put.set(slug + " " + day, data), folder, reel, whole };
})();
