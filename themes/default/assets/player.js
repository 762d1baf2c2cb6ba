// The controls of the viewer: a row of buttons, the clock, a line that says what happened, and the keys.
(() => {
  "use strict";
  const { button, key, moment } = sitegen;
  const RATES = [0.5, 1, 2, 4, 8, 16];
  const JUMP_MS = 10000;
  const SHAPES = {
    play: "M7 4.5v15l12.5-7.5z",
    pause: "M6 5h4.5v14H6zM13.5 5H18v14h-4.5z",
    back: "M11 6v12l-8-6zM20 6v12l-8-6z",
    on: "M4 6v12l8-6zM13 6v12l8-6z",
    before: "M5 5h2.5v14H5zM19 5v14l-10.5-7z",
    after: "M16.5 5H19v14h-2.5zM5 5v14l10.5-7z",
    frameBack: "M15 6v12l-8-6zM17 6h1.8v12H17z",
    frameOn: "M9 6v12l8-6zM5.2 6H7v12H5.2z",
    sound: "M4 9v6h4l5 4V5L8 9zM15.5 8.5a5 5 0 0 1 0 7l-1.2-1.2a3.2 3.2 0 0 0 0-4.6zM18 6a8.5 8.5 0 0 1 0 12l-1.2-1.2a6.8 6.8 0 0 0 0-9.6z",
    mute: "M4 9v6h4l5 4V5L8 9zM15 10.2l1.2-1.2 2 2 2-2 1.2 1.2-2 2 2 2-1.2 1.2-2-2-2 2-1.2-1.2 2-2z",
    whole: "M4 4h6v2H6v4H4zM14 4h6v6h-2V6h-4zM4 14h2v4h4v2H4zM18 14h2v6h-6v-2h4z",
    window: "M3 5h18v14H3zm2 2v10h14V7zm7 5h6v4h-6z",
    large: "M3 5h18v14H3zm2 2v10h14V7zm1 1h7v5H6z",
  };

  function shape(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    for (const [what, value] of [["viewBox", "0 0 24 24"], ["width", 24], ["height", 24], ["aria-hidden", "true"]]) svg.setAttribute(what, value);
    path.setAttribute("d", SHAPES[name]);
    svg.append(path);
    return svg;
  }

  function icon(made, name, words) {
    if (made.dataset.shape === name) return;
    made.dataset.shape = name;
    made.replaceChildren(shape(name));
    made.title = words;
    made.setAttribute("aria-label", words);
  }

  function element(tag, name, into) {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (into) into.append(made);
    return made;
  }

  // desk: { play, pause, seek, frame, hop, rate, full, muted, time, playing, video, box, alone, choices }
  function controls(desk, box) {
    const line = element("p", "told quiet", box), bar = element("div", "viewer-bar", box);
    line.setAttribute("role", "status");
    const tool = (name, words, act, more = "") => {
      const made = button("", act, { name: "icon plain " + more, into: bar });
      icon(made, name, words);
      return made;
    };
    const toggle = () => (desk.playing ? desk.pause() : desk.play());
    const jump = (way) => desk.seek(desk.time() + way * JUMP_MS);
    const start = tool("play", "Play", toggle, "start");
    const now = element("time", "now-clock", bar);
    tool("before", "Previous file", () => desk.hop(-1), "wide");
    tool("back", "10 seconds back", () => jump(-1));
    tool("frameBack", "One picture back", () => desk.frame(-1));
    tool("frameOn", "One picture on", () => desk.frame(1));
    tool("on", "10 seconds on", () => jump(1));
    tool("after", "Next file", () => desk.hop(1), "wide");
    element("span", "space", bar);

    const speed = element("select", "", bar);
    speed.setAttribute("aria-label", "Speed");
    for (const rate of RATES) speed.append(new Option(`${rate}×`, rate, rate === 1, rate === 1));
    speed.addEventListener("change", () => { desk.rate = Number(speed.value); });
    if (desk.choices) {
      const original = button("Original", () => {
        desk.full = !desk.full;
        original.setAttribute("aria-pressed", String(desk.full));
      }, { title: "Every picture, as it was recorded; otherwise the small video, which may show one every few seconds only", pressed: desk.full, into: bar, name: "quality" });
    }
    const sound = tool("mute", "Sound on", () => {
      desk.muted = !desk.muted;
      hear();
    });
    const hear = () => icon(sound, desk.muted ? "mute" : "sound", desk.muted ? "Sound on" : "Sound off");
    hear();
    if (desk.alone && document.pictureInPictureEnabled) {
      tool("window", "In a window of its own", () => {
        if (document.pictureInPictureElement) document.exitPictureInPicture();
        else desk.video?.requestPictureInPicture().catch(() => tell("The window opens when the video plays."));
      }, "wide");
    }
    if (document.fullscreenEnabled || "webkitEnterFullscreen" in HTMLVideoElement.prototype) {
      tool("whole", "Whole screen", () => {
        if (document.fullscreenElement) document.exitFullscreen();
        else if (desk.box.requestFullscreen) desk.box.requestFullscreen().catch(() => {});
        else desk.video?.webkitEnterFullscreen();
      });
    }
    key("Space", "Play or pause", toggle);
    key("j", "10 seconds back", () => jump(-1));
    key("l", "10 seconds on", () => jump(1));
    key(",", "One picture back", () => desk.frame(-1));
    key(".", "One picture on", () => desk.frame(1));

    let second = null;
    const tell = (words) => { line.textContent = words; };
    return {
      tell,
      show(time, playing, waiting) {
        icon(start, playing ? "pause" : "play", playing ? "Pause" : "Play");
        bar.classList.toggle("waiting", Boolean(waiting));
        now.dataset.time = time;
        if (second === Math.floor(time / 1000)) return;
        second = Math.floor(time / 1000);
        now.dateTime = new Date(second * 1000).toISOString().replace(".000", "");
        now.textContent = moment(time).slice(11);
      },
    };
  }

  sitegen.controls = controls;
  Object.assign(controls, { element, icon, shape });
})();
