// Home says at once what is wrong: nobody writes the site, the disk is nearly full, a camera is silent.
(() => {
  "use strict";
  const SILENT_S = 900, CHECK_MS = 300000;
  const { root, moment, since, lasting } = sitegen;
  if (!location.protocol.startsWith("http")) return;

  // What is wrong, in words; nothing when all is well.
  function faults({ built_at: built, stale_after_seconds: limit = SILENT_S, disk_low: low, cameras }) {
    const late = since(built), words = [];
    if (late > limit) words.push(`Nothing has been written here for ${lasting(late)} (since ${moment(Date.parse(built))}): if this is no copy, see whether sitegen runs.`);
    if (low) words.push("The disk is nearly full.");
    // of what is stale, the cameras' last segments are stale as well
    const silent = late > limit ? [] : cameras.filter((one) => one.last_segment && since(one.last_segment) > SILENT_S);
    if (silent.length) words.push(`No footage for more than 15 minutes: ${silent.map((one) => one.title).join(", ")}.`);
    return words;
  }

  const box = document.getElementById("health");
  let said = "";
  async function check() {
    if (document.hidden) return;
    let words = [];
    try {
      const answer = await fetch(root + "status.json", { cache: "no-store" });
      if (!answer.ok) return;
      words = faults(await answer.json());
    } catch {
      return; // no server, no status: the next time
    }
    if (words.join(" ") === said) return; // what was read aloud is not read again
    said = words.join(" ");
    box.replaceChildren();
    if (!words.length) return;
    const note = document.createElement("p"), more = document.createElement("a");
    note.className = "notice alarm";
    more.href = root + "status/index.html";
    more.textContent = "Status";
    note.append(said, " ", more);
    box.append(note);
  }

  check();
  setInterval(check, CHECK_MS);
  document.addEventListener("visibilitychange", check);
})();
