// Home says at once what is wrong: nobody writes the site, the disk is nearly full, a camera is silent.
(() => {
  "use strict";
  const SILENT_S = 900, CHECK_MS = 300000;
  const { root, since, lasting } = sitegen;
  if (!location.protocol.startsWith("http")) return;

  // What is wrong, in few words: they have a place of two lines on a phone; nothing when all is well.
  function faults({ built_at: built, stale_after_seconds: limit = SILENT_S, silent_after_seconds: quietest = SILENT_S, disk_low: low, cameras, trouble }) {
    const late = since(built), words = [];
    // who says what is in the way is at work: that nothing is written follows from it
    if (trouble) words.push(`${trouble.reason[0].toUpperCase()}${trouble.reason.slice(1)}.`);
    else if (late > limit) words.push(`Nothing written for ${lasting(late)}: a copy, or sitegen does not run.`);
    if (low) words.push("The disk is nearly full.");
    // of what is stale, the cameras' last segments are stale as well
    if (trouble || late > limit) return words.join(" ");
    const named = (found) => (found.length > 2 ? `${found.length} cameras` : found.map((one) => one.title).join(", "));
    const lost = cameras.filter((one) => one.lost_since);
    if (lost.length) words.push(`Cannot be reached: ${named(lost)}.`);
    const quiet = (one) => Math.min(...[one.last_segment, one.last_event].filter(Boolean).map(since)) > quietest;
    const silent = cameras.filter((one) => one.last_segment && !one.lost_since && !one.stopped_since && quiet(one));
    if (silent.length) words.push(`No footage for more than ${Math.floor(quietest / 60)} minutes: ${named(silent)}.`);
    return words.join(" ");
  }

  // Problems are no alarm, and not well either.
  function state(status) {
    const words = faults(status), count = status.problems?.length || 0;
    if (words) return [words + " ", "notice alarm"];
    return count ? [`${count} problem${count === 1 ? "" : "s"}. `, "notice warn"] : ["All is well. ", "notice good"];
  }

  const note = document.querySelector("#health .notice"), first = [note.firstChild.data, note.className];
  function show(words, name) {
    if (note.firstChild.data === words) return; // what was read aloud is not read again
    note.firstChild.data = words;
    note.className = name;
  }

  async function check() {
    if (document.hidden) return;
    try {
      const answer = await fetch(root + "status.json", { cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      show(...state(await answer.json()));
    } catch {
      show(...first); // no server, no status: nobody knows
    }
  }

  check();
  setInterval(check, CHECK_MS);
  document.addEventListener("visibilitychange", check);
})();
