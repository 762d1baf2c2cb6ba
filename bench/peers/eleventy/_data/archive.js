// Reads every sidecar below BENCH_ARCHIVE and groups the clips by day, camera and camera-day.
import fs from "node:fs";
import path from "node:path";
import yaml from "js-yaml";

const root = process.env.BENCH_ARCHIVE;

// Instances of a class: Eleventy would merge plain objects deeply, key by key.
class Clip {
  constructor(folder, facts) {
    const [date, time] = [facts.start.slice(0, 10), facts.start.slice(11, 19)];
    const stamp = `${date.replaceAll("-", "")}T${time.replaceAll(":", "")}Z`;
    Object.assign(this, facts);
    this.date = date;
    this.clock = time;
    this.event = facts.kind === "event";
    this.id = `${facts.camera}-${stamp}${this.event ? "" : "-s"}`;
    this.slug = `camera-${facts.camera}`;
    this.title = `Camera ${facts.camera}`;
    this.dayPath = date.replaceAll("-", "/");
    this.cameraDay = `cameras/${this.slug}/${this.dayPath}/index.html`;
    this.url = this.event ? `${this.dayPath}/${this.id}.html` : `${this.cameraDay}#t=${date}T${time}Z`;
    this.media = `media/${folder}/${facts.video}`;
    this.bytes = fs.statSync(`${root}/${folder}/${facts.video}`).size;
    this.begin = Date.parse(facts.start);
    this.seconds = (Date.parse(facts.end) - this.begin) / 1000;
  }
}

class Day {
  constructor(date) {
    this.date = date;
    this.path = date.replaceAll("-", "/");
    this.url = `${this.path}/index.html`;
    this.clips = [];
    this.events = 0;
  }
}

class Camera {
  constructor(id) {
    this.id = id;
    this.slug = `camera-${id}`;
    this.title = `Camera ${id}`;
    this.url = `cameras/${this.slug}/index.html`;
    this.days = new Map();
    this.clips = [];
  }
}

function* sidecars(folder) {
  for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
    if (entry.isDirectory()) yield* sidecars(folder ? `${folder}/${entry.name}` : entry.name);
    else if (entry.name.endsWith(".yaml")) yield [folder, entry.name];
  }
}

const byStart = (one, other) => (one.start < other.start ? -1 : one.start > other.start ? 1 : one.id < other.id ? -1 : 1);

function place(days, clip) {
  let day = days.get(clip.date);
  if (!day) days.set(clip.date, (day = new Day(clip.date)));
  day.clips.push(clip);
  if (clip.event) day.events++;
}

function link(days) {
  days.forEach((day, at) => {
    day.previous = days[at - 1];
    day.next = days[at + 1];
  });
  return days;
}

class Archive {
  constructor() {
    this.clips = [];
    for (const [folder, name] of sidecars("")) {
      this.clips.push(new Clip(folder, yaml.load(fs.readFileSync(`${root}/${folder}/${name}`, "utf8"))));
    }
    this.clips.sort(byStart);
    const days = new Map();
    const cameras = new Map();
    for (const clip of this.clips) {
      place(days, clip);
      let camera = cameras.get(clip.camera);
      if (!camera) cameras.set(clip.camera, (camera = new Camera(clip.camera)));
      camera.clips.push(clip);
      place(camera.days, clip);
    }
    this.events = this.clips.filter((clip) => clip.event);
    this.events.forEach((clip, at) => {
      clip.previous = this.events[at - 1];
      clip.next = this.events[at + 1];
    });
    this.days = link([...days.values()]);
    this.cameras = [...cameras.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
    this.cameraDays = [];
    for (const camera of this.cameras) {
      for (const day of link([...camera.days.values()])) {
        Object.assign(day, { camera, url: `cameras/${camera.slug}/${day.path}/index.html` });
        this.cameraDays.push(day);
      }
    }
  }
}

export default () => new Archive();
