// A track over a day's playlist: native HLS where the browser has it, else hls.js. Wall clock and place in the film by the playlist itself.
(() => {
  "use strict";
  const { root } = sitegen;
  const { follow, made, empty } = sitegen.tracks;
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

  // Resolves to a track like those of single files; rejects where the playlist holds less than what is there.
  async function hls(whole, folder, box, { full, muted, script }) {
    const url = new URL(`${root}${folder}playlist${full ? "" : "-low"}.m3u8`, document.baseURI).href;
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(url);
    const pieces = read(await answer.text());
    if (pieces.length < whole.pieces.length) throw new Error("not everything is in the playlist");
    const video = made(box, muted), reel = sitegen.footage.reel(pieces, whole.data), last = pieces[pieces.length - 1];
    let broken = false, current = null, end = () => {};
    const close = () => {
      end();
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
      reel, full, close, hls: true,
      get video() { return video; },
      get piece() { return current; },
      follow(time, how) {
        if (broken) return "failed";
        const piece = pieces[reel.at(time)];
        if (!piece) {
          video.pause();
          video.hidden = true;
          return "gap";
        }
        current = piece;
        const state = follow(video, piece.at + (time - piece.start) / 1000, how);
        if (video.readyState > 1 && (!video.hidden || !video.seeking)) video.hidden = false;
        return video.readyState > 1 && !video.videoWidth ? "failed" : state;
      },
      time() {
        if (video.readyState < 1) return null;
        if (video.ended) return last.end;
        const found = wall(video.currentTime);
        current = found.piece;
        return found.time;
      },
      shown: () => (video.mediaTime === undefined ? null : wall(video.mediaTime).time),
      frame: () => (video.frame || 0.1) * 1000,
    };
  }

  sitegen.tracks.hls = hls;
})();
