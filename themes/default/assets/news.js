// Says quietly that the page has news. Listens only while the page is seen: a browser has few connections to a site.
(() => {
  "use strict";
  const [field, value] = (document.body.dataset.news || "").split(" ");
  if (!field || !location.protocol.startsWith("http")) return;
  const root = document.documentElement.dataset.root;
  const POLL_MS = 30000;
  let known = null; // the revision that was current when the page was first looked at
  let source = null;
  let timer = 0;

  function tell() {
    const box = document.getElementById("news");
    if (box.firstChild) return;
    const button = document.createElement("button");
    button.textContent = "There is something new: reload";
    button.addEventListener("click", () => location.reload());
    box.append(button);
  }

  async function poll() {
    try {
      const answer = await fetch(root + "build.json", { cache: "no-store" });
      const { revision } = await answer.json();
      if (known !== null && revision > known) tell();
      known = Math.max(known ?? revision, revision);
    } catch {
      // the next poll asks again
    }
  }

  function hear(event) {
    const news = JSON.parse(event.data);
    if (!(news.revision > (known ?? 0))) return;
    known = news.revision;
    if (field === "any" || (news[field] || []).includes(value)) tell();
  }

  function listen() {
    source = new EventSource(root + "announce/events");
    source.addEventListener("message", hear);
    source.addEventListener("error", () => {
      if (source && source.readyState === EventSource.CLOSED && !timer) timer = setInterval(poll, POLL_MS);
    });
  }

  async function look() {
    if (document.hidden) {
      if (source) source.close();
      clearInterval(timer);
      source = null;
      timer = 0;
      return;
    }
    await poll();
    if (!document.hidden && !source) listen();
  }

  document.addEventListener("visibilitychange", look);
  look();
})();
