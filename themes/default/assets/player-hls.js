// A track over a day's playlist: native HLS where the browser has it, else hls.js. Wall clock and place in the film by the playlist itself.
(() => {
  "use strict";
  const { root } = sitegen;
  const { files, follow, made, empty } = sitegen.tracks;
  const TYPE = "application/vnd.apple.mpegurl";

  // Where each file lies in the film: no time of the film passes in a gap.
  function read(text) {
    const pieces = [];
    let at = 0, seconds = 0, date = null, gap = false, index = -1;
    for (const line of text.split(/\r?\n/)) {
      const [, tag, value] = /^#(EXT[-A-Z0-9]*):?(.*)$/.exec(line) || [];
      if (tag === "EXTINF") seconds = parseFloat(value);
      else if (tag === "EXT-X-PROGRAM-DATE-TIME") date = Date.parse(value);
      else if (tag === "EXT-X-GAP") gap = true;
      else if (line && !line.startsWith("#")) {
        index += 1;
        if (!gap && date !== null) pieces.push({ index, at, start: date, end: date, kind: 0 });
        if (!gap) pieces[pieces.length - 1].end += seconds * 1000;
        at += seconds;
        date = null;
        gap = false;
      }
    }
    return pieces;
  }

  async function start(video, url, script, pieces, fail) {
    if (video.canPlayType(TYPE)) {
      video.src = url;
      return () => {};
    }
    await sitegen.script(script);
    const { Hls } = window;
    if (!Hls?.isSupported()) throw new Error("no Media Source Extensions");
    const hls = new Hls({ enableWorker: false, maxBufferLength: 20, backBufferLength: 20 });
    hls.on(Hls.Events.ERROR, (_, { fatal }) => fatal && fail());
    hls.on(Hls.Events.LEVEL_PTS_UPDATED, (_, { details }) => { // it moves what does not fit together to the millisecond
      for (const piece of pieces) piece.at = details.fragments[piece.index]?.start ?? piece.at;
    });
    hls.loadSource(url);
    hls.attachMedia(video);
    return () => hls.destroy();
  }

  // Resolves to a track like those of single files. What is not in the playlist (a damaged file, an event's movie) is tried as a single file.
  async function hls(whole, folder, box, { full, muted, script }) {
    const url = new URL(`${root}${folder}playlist${full ? "" : "-low"}.m3u8`, document.baseURI).href;
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(url);
    const pieces = read(await answer.text());
    if (!pieces.length) throw new Error("nothing is in the playlist");
    const listed = new Set(pieces.map((piece) => piece.start));
    const others = whole.pieces.filter((piece) => piece.kind || !listed.has(full ? piece.start : piece.lowStart));
    const reel = sitegen.footage.reel([...pieces, ...others].sort((a, b) => a.start - b.start), whole.data);
    const aside = others.length ? files(sitegen.footage.reel(others, whole.data), box, { full, muted }) : null;
    const video = made(box, muted), last = pieces[pieces.length - 1];
    let broken = false, away = false, current = null, end = () => {};
    const close = () => {
      end();
      aside?.close();
      empty(video);
      video.remove();
    };
    try {
      end = await start(video, url, script, pieces, () => { broken = true; });
    } catch (error) {
      close();
      throw error;
    }

    function wall(seconds) {
      const index = pieces.findIndex(({ at }) => at > seconds + 1e-6);
      const piece = pieces[Math.max(0, (index < 0 ? pieces.length : index) - 1)];
      return { piece, time: Math.min(piece.end, piece.start + (seconds - piece.at) * 1000) };
    }

    return {
      reel, full, close, good: true,
      get video() { return away ? aside.video : video; },
      get piece() { return current; },
      follow(time, how) {
        if (broken) return "broken";
        const piece = reel.pieces[reel.at(time)], single = Boolean(piece) && piece.at === undefined;
        if (piece && piece !== current) video.frame = undefined;
        if (piece) current = piece;
        if (single || !piece) {
          video.pause();
          video.hidden = true;
        }
        if (single && !away) aside.video.muted = video.muted;
        if (single) {
          away = true;
          return aside.follow(time, how);
        }
        aside?.hide();
        if (!piece) return "gap";
        if (away) video.muted = aside.video.muted;
        const moved = how.moved || away;
        away = false;
        const state = follow(video, piece.at + (time - piece.start) / 1000, { ...how, moved });
        if (video.readyState > 1 && (!video.hidden || !video.seeking)) video.hidden = false;
        broken = state === "failed" || (video.readyState > 1 && !video.videoWidth);
        return broken ? "broken" : state;
      },
      time() {
        if (away) return aside.time();
        if (video.readyState < 1) return null;
        if (video.ended) return last.end;
        const found = wall(video.currentTime);
        // No time of the film passes where a single file lies.
        if (found.piece !== current && others.some(({ start }) => start >= current.start && start < found.piece.start)) return current.end;
        current = found.piece;
        return found.time;
      },
      shown() {
        if (away) return aside.shown();
        return video.mediaTime === undefined ? null : wall(video.mediaTime).time;
      },
      end: () => (away ? aside.end() : current?.end ?? Infinity),
    };
  }

  sitegen.tracks.hls = hls;
})();
