// Photos before they are sent: opened by the phone itself, turned upright, made small; where and when they were taken stays behind.
import { base, newKey } from "../api.js";
import { el } from "../dom.js";
import { say } from "../texts.js";
import { placeOf } from "./exif.js";

const MOST = 4;
const LONGEST = 1600;
const QUALITY = 0.82;

async function shrunk(file) {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = el("canvas", { width, height });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  pen.drawImage(image, 0, 0, width, height);
  image.close();
  return new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), "image/jpeg", QUALITY));
}

// Up to four photos, one tap each. `taken(photo)` is called as soon as one is there, `pressed()` before the camera opens.
export class Photos {
  constructor({ words, big = false, pressed = () => null, taken = () => null }) {
    Object.assign(this, { kept: [], waiting: Promise.resolve(), taken });
    this.input = el("input", { type: "file", accept: "image/*", capture: "environment", "aria-label": words, onclick: pressed, onchange: () => this.add([...this.input.files]) });
    this.label = el("label", { class: big ? "button go big shot" : "button wide shot" }, el("span", {}, words), this.input);
    this.list = el("ul", { class: "plain-list thumbs" });
    this.wrong = el("p", { class: "error", role: "alert", hidden: true });
    this.root = el("div", { class: "field" }, this.label, this.wrong, this.list);
  }

  // One after the other: a phone has little memory.
  add(files) {
    this.input.value = "";
    this.waiting = files.reduce((before, file) => before.then(() => this.keep(file)), this.waiting);
    return this.waiting;
  }

  async keep(file) {
    this.wrong.hidden = true;
    if (this.kept.length >= MOST) return;
    try {
      const place = await placeOf(file);
      this.lay({ id: newKey(), blob: await shrunk(file), at: new Date().toISOString(), place });
    } catch {
      this.wrong.textContent = say("hz_photo_unreadable");
      this.wrong.hidden = false;
    }
  }

  // One that was taken now, or on this page before.
  lay(photo) {
    photo.url = URL.createObjectURL(photo.blob);
    this.kept.push(photo);
    this.list.append(this.thumb(photo));
    this.label.hidden = this.kept.length >= MOST;
    this.taken(photo);
  }

  thumb(photo) {
    const item = el("li", {}, el("img", { src: photo.url, alt: say("hz_photo_n", { n: this.kept.length }) }),
      el("button", { type: "button", class: "small", "aria-label": say("hz_photo_away"), onclick: () => {
        URL.revokeObjectURL(photo.url);
        this.kept = this.kept.filter((one) => one !== photo);
        this.label.hidden = false;
        item.remove();
        this.input.focus();
      } }, "✕"));
    return item;
  }

  clear() {
    this.kept.forEach(({ url }) => URL.revokeObjectURL(url));
    this.kept = [];
    this.list.replaceChildren();
    this.label.hidden = false;
  }
}

// What is said, and the photos, as one form; what is empty is left out.
export function multipart(body, photos) {
  const form = new FormData();
  for (const [name, value] of Object.entries(body)) if (value != null && value !== "") form.append(name, String(value));
  photos.forEach(({ blob }, n) => form.append("photos", blob, `${n + 1}.jpg`));
  return form;
}

// Those that are kept at the house, each one opened by a tap. `under(photo)` makes what stands below one.
export const shown = (hazard, under = () => null) => hazard.photos.length > 0 && el("ul", { class: "plain-list shown" },
  ...hazard.photos.map((photo, n) => el("li", {},
    el("a", { href: `${base}${photo.url}`, target: "_blank", "aria-label": say(`hz_photo_${photo.caption}`, { n: n + 1 }) },
      el("img", { src: `${base}${photo.url}`, width: photo.width, height: photo.height, alt: "", loading: "lazy" })),
    el("span", { class: "hint" }, say(`hz_caption_${photo.caption}`)), under(photo))));
