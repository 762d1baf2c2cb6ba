// Plays tracks in step with one clock of wall time: they follow it; a track that is alone leads it. Goes over gaps and bad files and says so.
(() => {
  "use strict";
  const { clock } = sitegen;
  const TICK_MS = 40, PATIENCE_MS = 1500, STUTTER_MS = 150, HOLE_MS = 2000, TRIES = 5;

  // tell(kind, detail): "time" { time, playing, waiting }, "gap" text, "ended", "broken".
  function step(tracks, start, tell) {
    let time = start, playing = false, rate = 1, timer = 0, last = 0, heldSince = 0, settled = false, moved = true, hold = true;
    let broken = false, lost = 0, since = 0; // files in a row that failed, and from when on

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

    function tick() {
      const now = performance.now(), passed = Math.min(1000, now - last);
      last = now;
      const free = tracks.length === 1;
      const states = tracks.map((track) => (track.state = track.follow(time, { playing, rate, free, moved, hold: hold && !free })));
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
      if (!playing && !waiting) {
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
        time = to;
        lost = 0;
        moved = hold = true;
        heldSince = performance.now();
        wake();
      },
      play() {
        playing = true;
        heldSince = performance.now();
        wake();
      },
      pause() {
        playing = false;
        wake();
      },
      // To the picture before or after the one that is seen.
      frame(way) {
        const track = tracks.find(({ state }) => state === "ok") || tracks[0];
        const length = track.frame(), seen = track.state === "ok" ? track.shown() : null;
        transport.pause();
        transport.seek(seen === null || Math.abs(seen - time) > 2 * length ? time + way * length : seen + (way > 0 ? 1.5 : -0.5) * length);
      },
      wake,
      stop,
    };
    return transport;
  }

  sitegen.step = step;
})();
