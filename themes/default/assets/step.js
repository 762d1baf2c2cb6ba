// Plays tracks in step with one clock of wall time: they follow it; a track that is alone leads it. Goes over gaps and bad files and says so.
(() => {
  "use strict";
  const { clock } = sitegen;
  const TICK_MS = 40, PATIENCE_MS = 1500, STUTTER_MS = 150, HOLE_MS = 2000, TRIES = 5;
  const SAME_MS = 4, LEAST_MS = 30, UNSEEN_MS = 1000, SEARCH_MS = 15000, BLIND_MS = 100; // of the search for the picture before or after

  // tell(kind, detail): "time" { time, playing, waiting }, "gap" text, "ended", "broken".
  function step(tracks, start, tell) {
    let time = start, playing = false, rate = 1, timer = 0, last = 0, heldSince = 0, settled = false, moved = true, hold = true;
    let broken = false, lost = 0, since = 0; // files in a row that failed, and from when on
    let search = null; // { track, way, from: of when the picture is that is left, at: where another is looked for, by, over a border, until, again: way }

    function stop() {
      clearInterval(timer);
      timer = 0;
    }
    function wake() {
      settled = false;
      last = performance.now();
      if (!timer) timer = setInterval(tick, TICK_MS);
    }

    function missing(failed, next) {
      const { reel } = tracks[0], { start, end } = reel.pieces[reel.at(time)] || {};
      if (tracks.length > 1) return `Nothing ${failed ? "that can be played" : "recorded"} by these cameras ${clock(time)}–${clock(next)}`;
      return failed ? `The recording ${clock(start)}–${clock(end)} cannot be played` : reel.around(time);
    }

    // Nothing anywhere at this moment: on to where there is something next.
    function jump(failed) {
      const next = Math.min(...tracks.map((track) => track.reel.next(time)?.start ?? Infinity));
      if (failed && !lost++) since = time;
      if (failed && !tracks.some(({ good }) => good) && (next === Infinity || lost >= TRIES)) { // no file of this kind
        transport.pause();
        transport.seek(since);
        return;
      }
      if (next === Infinity) {
        const ends = tracks.map(({ reel }) => reel.pieces[reel.before(time)]?.end ?? 0);
        transport.pause();
        time = Math.min(time, Math.max(...ends) - 1); // the last picture stays
        tell("ended");
        return;
      }
      if (failed || next - time >= HOLE_MS) tell("gap", missing(failed, next), next);
      time = next;
      moved = true;
    }

    // How far apart pictures are is seldom known, and may be 20 ms or seconds: from the one that is seen a little further
    // each time, until another one is shown. Until then only this track moves, and what is seen stays as it is.
    function look(now) {
      const { track, way, from, at } = search, { video, state } = track, seen = track.shown(), end = track.end();
      const nothing = state === "gap" || state === "failed";
      if (now > search.until) transport.seek(time);
      else if (nothing) beyond(state);
      else if (state !== "ok" || seen === null || now - video.unseen < UNSEEN_MS) return;
      else if (from !== null && (seen - from) * way > SAME_MS) {
        if (way > 0 && !search.over) video.frame = Math.min(video.frame || Infinity, (seen - from) / 1000);
        if (!search.again) return transport.seek(seen);
        time = seen;
        search = begin(track, search.again, seen);
        look(now);
      } else {
        search.from ??= seen;
        search.by = search.by ? search.by * (video.frame ? 1.5 : 2) : way < 0 ? SAME_MS + 1 : video.frame * 1500 || LEAST_MS;
        const to = search.from + way * search.by;
        const edge = [end - SAME_MS, end].find((one) => at < one && to > one); // not over the last picture of a file, nor the next one's first
        search.over ||= edge === end;
        search.at = edge ?? to;
      }
    }

    function begin(track, way, from) {
      return { track, way, from, at: time, by: 0, until: performance.now() + SEARCH_MS };
    }

    // From where there is nothing to another camera that has something there, else to the file that is next.
    function beyond(state) {
      const { track: { reel }, way, at } = search, piece = reel.pieces[reel.before(at)];
      const other = tracks.find((one) => one.reel.at(at) >= 0 && one !== search.track && one.state !== "failed");
      const to = way > 0 ? reel.next(at)?.start : piece && (piece.end <= at ? piece.end : piece.start) - SAME_MS;
      if (other) {
        search = { ...begin(other, way, at), at };
        other.state = "wait";
      } else if (to === undefined) {
        transport.seek(time);
        if (way > 0) tell("ended");
      } else {
        if (way > 0 && state === "gap" && to - at >= HOLE_MS) tell("gap", reel.around(at), to);
        Object.assign(search, { at: to, from: search.from ?? time, over: true });
      }
    }

    function tick() {
      const now = performance.now(), passed = Math.min(1000, now - last);
      last = now;
      const free = tracks.length === 1;
      if (search) look(now);
      const states = tracks.map((track) => {
        const how = { playing, rate, free, moved, hold: hold && !free };
        return (track.state = search?.track === track ? track.follow(search.at, { ...how, hold: false }) : track.follow(time, how));
      });
      const waiting = states.includes("wait");
      const live = waiting || states.includes("ok");
      for (const track of tracks) track.good ||= track.state === "ok";
      if (states.includes("ok")) lost = 0;
      if (!waiting) {
        heldSince = now;
        moved = false;
      }
      // One that loads is waited for, by standing still; after a seek from the start, so that all begin at the same picture.
      const held = now - heldSince;
      hold = waiting && held < PATIENCE_MS && (moved || held > STUTTER_MS);
      if (playing && tracks.some((track) => track.video?.refused)) {
        for (const { video } of tracks) video.refused = false;
        transport.pause();
      } else if (states.includes("broken")) {
        if (!broken) tell("broken");
        broken = true;
      } else if (playing && !live) jump(states.includes("failed"));
      else if (playing && free && !waiting) lead(tracks[0].time());
      else if (playing && !free && !hold) time += passed * rate;
      if (!playing && !waiting && !search) {
        if (settled) stop();
        settled = true; // once more, so that everything has been told
      }
      tell("time", { time, playing, waiting });
    }

    function lead(at) {
      if (at === null) return;
      const piece = tracks[0].piece;
      if (at - time >= HOLE_MS * Math.max(1, rate) && piece && at >= piece.start && time < piece.start) {
        tell("gap", tracks[0].reel.around(time), piece.start);
      }
      time = at;
    }

    const transport = {
      tracks,
      get playing() { return playing; },
      get rate() { return rate; },
      set rate(value) {
        rate = value;
        for (const { video } of tracks) if (video) video.playbackRate = Math.min(16, value);
        wake();
      },
      time: () => time,
      seek(to) {
        search = null;
        for (const track of tracks) track.state = "wait";
        time = to;
        lost = 0;
        moved = hold = true;
        heldSince = performance.now();
        wake();
      },
      play() {
        search = null;
        playing = true;
        heldSince = performance.now();
        wake();
      },
      pause() {
        playing = false;
        wake();
      },
      // To the picture before or after the one that is seen.
      frame(way, chosen) {
        const track = chosen?.state === "ok" ? chosen : tracks.find(({ state }) => state === "ok") || tracks[0];
        transport.pause();
        if (!track.video.requestVideoFrameCallback) transport.seek(time + way * BLIND_MS);
        else if (search) search.again = way; // pressed faster than pictures come
        else search = begin(track, way, null);
        tick();
      },
      wake,
      stop,
    };
    return transport;
  }

  sitegen.step = step;
})();
