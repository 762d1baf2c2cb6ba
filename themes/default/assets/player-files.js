// A track: shows one camera at the moment it is told, from single files, by two video elements that take turns.
(() => {
  "use strict";
  const SEEK_S = 0.5, CLOSE_S = 0.02, AHEAD_MS = 12000, LEAD_MS = 70; // it takes a moment until a video that may play does
  const FASTEST = 16;

  function made(box, muted) {
    const video = document.createElement("video");
    Object.assign(video, { playsInline: true, muted, preload: "auto", hidden: true, disableRemotePlayback: true });
    video.tabIndex = -1;
    const look = (_, { mediaTime }) => {
      const step = mediaTime - video.mediaTime, told = video.mediaTime !== mediaTime;
      if (!video.paused && step > 0.008 && step < 5) video.frame = Math.min(video.frame || 5, step);
      video.mediaTime = mediaTime;
      if (!video.seeking) video.unseen = 0;
      if (told && video.paused) video.dispatchEvent(new Event("picture", { bubbles: true }));
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback?.(look);
    box.prepend(video);
    return video;
  }

  function empty(video) {
    if (!video.hasAttribute("src")) return;
    video.pause();
    video.removeAttribute("src");
    video.load();
    video.frame = video.mediaTime = video.settled = undefined;
  }

  function start(video) {
    video.play().catch((error) => { if (error.name === "NotAllowedError") video.refused = true; });
  }

  // Brings a video to a place (seconds) and keeps it there. "free": there is nobody to be in step with, it runs by itself unless "moved".
  function follow(video, place, { playing, rate, free, moved, hold }) {
    if (video.error) return "failed";
    if (video.readyState < 1) return "wait";
    const last = Number.isFinite(video.duration) ? video.duration : place + 1;
    const held = place >= last - 0.01; // what was recorded is a little shorter than what was said: its last picture stays
    const to = held ? Math.max(0, last - 0.001) : place;
    const off = video.currentTime - to;
    if (!playing || hold) {
      if (!video.paused) video.pause();
      if (!video.seeking && video.target !== to && !(hold && Math.abs(off) < CLOSE_S)) {
        video.target = to;
        video.unseen = performance.now(); // until it has been seen what is there
        video.currentTime = to + 0.0005; // a frame begins where rounding may put us just before it
      }
      return video.seeking || video.readyState < 2 ? "wait" : "ok";
    }
    video.target = null;
    if (video.seeking) return "wait";
    if (held) return "ok";
    if (Math.abs(off) > SEEK_S * Math.max(1, rate / 2) && (!free || moved || !video.settled)) {
      const since = performance.now();
      video.currentTime = free ? to : Math.min(last, to + (video.slow || 0) * rate);
      video.addEventListener("seeked", () => { video.slow = Math.min(1, (performance.now() - since) / 1000) / 2; }, { once: true });
      return "wait";
    }
    const nudge = free || Math.abs(off) < CLOSE_S * rate ? 1 : 1 - Math.max(-0.15, Math.min(0.15, off / rate));
    const speed = Math.min(FASTEST, rate * nudge);
    if (Math.abs(video.playbackRate - speed) > 0.004) video.playbackRate = speed;
    if (video.paused && !video.ended) start(video);
    video.settled = true;
    return video.readyState < 3 ? "wait" : "ok";
  }

  function files(reel, box, { full = false, muted = true } = {}) {
    let front = made(box, muted), back = made(box, muted), current = null;
    const bad = new Set(); // files that could not be played
    const source = (piece) => {
      const wanted = full ? [piece.full, piece.low] : [piece.low, piece.full];
      return wanted.find((url) => url && !bad.has(url)) || "";
    };

    const begin = (piece) => (source(piece) === piece.low ? piece.lowStart : piece.start); // when its first picture is of
    const end = (piece) => (source(piece) === piece.low ? reel.lowEnd(piece) : piece.end);

    function load(video, piece) {
      const url = source(piece);
      if (video.getAttribute("src") === url) return;
      video.frame = video.mediaTime = video.settled = undefined;
      video.src = url;
    }

    // The picture of now stays until the other element has its own; only a window of its own cannot be handed over.
    function show(piece) {
      if (piece === current && front.getAttribute("src") === source(piece)) return;
      current = piece;
      if (document.pictureInPictureElement === front || front.webkitDisplayingFullscreen) {
        load(front, piece);
        return;
      }
      load(back, piece);
      [front, back] = [back, front];
      front.muted = back.muted;
      front.volume = back.volume;
      back.pause();
    }

    function hide() {
      for (const video of [front, back]) {
        video.pause();
        video.hidden = true;
      }
    }
    function fail() {
      hide();
      return "failed";
    }

    const track = {
      reel, hide,
      get video() { return front; },
      get piece() { return current; },
      get full() { return full; },
      set full(value) { full = value; },
      follow(time, how) {
        const piece = reel.pieces[full ? reel.at(time) : reel.lowAt(time)];
        const after = reel.next(time), next = after && after === piece ? reel.next(piece.start) : after;
        const left = next ? (piece && !full && end(piece) !== piece.end ? end(piece) : next.start) - time : Infinity;
        if (back.hidden && how.playing && left < AHEAD_MS * how.rate && source(next)) {
          load(back, next);
          if (left < LEAD_MS * how.rate && back.readyState > 2 && back.paused) start(back);
        }
        if (!piece) {
          front.pause();
          front.hidden = true;
          return "gap";
        }
        if (!source(piece)) return fail();
        show(piece);
        const state = follow(front, Math.max(0, time - begin(piece)) / 1000, how);
        if (state === "failed" || (front.readyState > 1 && !front.videoWidth)) {
          bad.add(front.getAttribute("src"));
          return source(piece) ? "wait" : fail();
        }
        if (front.readyState > 1 && (back.hidden || !front.seeking)) {
          front.hidden = false;
          back.hidden = true;
        }
        return state;
      },
      // Where it is: past the end of a file, the file's own end, which is where the next one begins.
      time() {
        if (!current || front.readyState < 1) return null;
        if (front.ended || front.currentTime > front.duration - 0.02) return end(current);
        return Math.min(end(current), begin(current) + front.currentTime * 1000);
      },
      shown: () => (current && front.mediaTime !== undefined ? begin(current) + front.mediaTime * 1000 : null),
      end: () => (current ? end(current) : Infinity),
      close() {
        for (const video of [front, back]) {
          empty(video);
          video.remove();
        }
      },
    };
    return track;
  }

  sitegen.tracks = { files, follow, made, empty };
})();
