// Parts of a photo made black: drawn with mouse or finger on the large picture, or by numbers; what is drawn stays until it is sent.
import { base, once, call } from "../api.js";
import { el, working } from "../dom.js";
import { say } from "../texts.js";

const SVG = "http://www.w3.org/2000/svg";
const MOST = 50;
// What is smaller than this, in hundredths of a side, was a tap and no drawing.
const LEAST = 1;
const SIDES = ["left", "top", "width", "height"];
const whole = (amount) => Math.min(100, Math.max(0, Math.round(amount)));

export class BlackOut {
  // `send(work)` carries it out in the words of the case; `photo` is that of `hazard()` as it stands.
  constructor(hazard, photo, send) {
    Object.assign(this, { hazard, photo, send, boxes: [], drawing: null });
    this.plane = document.createElementNS(SVG, "svg");
    this.plane.setAttribute("viewBox", "0 0 100 100");
    this.plane.setAttribute("preserveAspectRatio", "none");
    this.plane.setAttribute("aria-hidden", "true");
    this.list = el("ol", { class: "plain-list boxes-drawn" });
    this.wrong = el("p", { class: "error", role: "alert", hidden: true });
    this.done = el("button", { type: "button", class: "go", onclick: () => working(this.done, () => this.submit()) }, say("hz_black_out_do"));
    this.dialog = el("dialog", { class: "black-out", "aria-label": say("hz_black_out") },
      el("h3", {}, say("hz_black_out")), el("p", { class: "hint" }, say("hz_black_out_hint")),
      el("div", { class: "canvas" }, el("img", { src: `${base}${photo.url}`, width: photo.width, height: photo.height, alt: say("hz_photo_of_it"), draggable: "false" }), this.plane),
      this.list, this.wrong,
      el("div", { class: "row" }, el("button", { type: "button", onclick: () => this.add({ left: 40, top: 40, width: 20, height: 20 }, true) }, say("hz_black_add")), this.done,
        el("button", { type: "button", class: "plain", onclick: () => this.dialog.close() }, say("hz_close"))));
    // The desk's own keys are not meant while this is open.
    this.dialog.addEventListener("keydown", (event) => event.stopPropagation());
    this.draw();
  }

  open() {
    if (!this.dialog.isConnected) document.body.append(this.dialog);
    this.dialog.showModal();
  }

  draw() {
    const at = (event) => {
      const { left, top, width, height } = this.plane.getBoundingClientRect();
      return [whole((100 * (event.clientX - left)) / width), whole((100 * (event.clientY - top)) / height)];
    };
    this.plane.addEventListener("pointerdown", (event) => {
      if (this.boxes.length >= MOST) return;
      this.plane.setPointerCapture(event.pointerId);
      this.drawing = { from: at(event), mark: this.mark() };
    });
    this.plane.addEventListener("pointermove", (event) => this.drawing && place(this.drawing.mark, between(this.drawing.from, at(event))));
    const end = (event) => {
      if (!this.drawing) return;
      const { from, mark } = this.drawing;
      this.drawing = null;
      mark.remove();
      const box = between(from, at(event));
      if (event.type === "pointerup" && box.width >= LEAST && box.height >= LEAST) this.add(box);
    };
    for (const name of ["pointerup", "pointercancel"]) this.plane.addEventListener(name, end);
  }

  mark() {
    const mark = document.createElementNS(SVG, "rect");
    this.plane.append(mark);
    return mark;
  }

  add(box, focus = false) {
    if (this.boxes.length >= MOST) return;
    this.boxes.push(box);
    box.mark = this.mark();
    place(box.mark, box);
    const n = this.boxes.length;
    const fields = SIDES.map((side) => {
      const input = el("input", { type: "number", min: "0", max: "100", inputmode: "numeric", value: String(box[side]), "aria-label": say("hz_black_side", { n, side: say(`hz_black_${side}`) }) });
      input.addEventListener("input", () => {
        box[side] = whole(Number(input.value));
        place(box.mark, box);
      });
      return el("label", {}, el("span", {}, say(`hz_black_${side}`)), input);
    });
    const item = el("li", { class: "row" }, ...fields, el("button", { type: "button", class: "small", "aria-label": say("hz_black_away", { n }), onclick: () => {
      this.boxes = this.boxes.filter((one) => one !== box);
      box.mark.remove();
      item.remove();
      this.done.focus();
    } }, "✕"));
    this.list.append(item);
    if (focus) item.querySelector("input").focus();
  }

  // In the photo's own pixels, and within it.
  pixels() {
    const { width, height } = this.photo;
    return this.boxes.map((box) => ({
      left: Math.min(width - 1, Math.round((box.left * width) / 100)), top: Math.min(height - 1, Math.round((box.top * height) / 100)),
      width: Math.max(1, Math.round((box.width * width) / 100)), height: Math.max(1, Math.round((box.height * height) / 100)),
    }));
  }

  async submit() {
    if (!this.boxes.length) return this.say(say("hz_black_none"));
    const path = `/hazards/${this.hazard().id}/photos/${this.photo.id}/black-out`;
    const body = { boxes: this.pixels(), version: this.hazard().version };
    const wrong = await this.send(() => once(`${path} ${JSON.stringify(body)}`, (key) => call("POST", path, { body, key })));
    if (wrong) return this.say(wrong);
    this.dialog.close();
    return this.dialog.remove();
  }

  say(words) {
    this.wrong.textContent = words;
    this.wrong.hidden = false;
  }
}

const between = ([x, y], [to, down]) => ({ left: Math.min(x, to), top: Math.min(y, down), width: Math.abs(to - x), height: Math.abs(down - y) });

function place(mark, { left, top, width, height }) {
  for (const [name, value] of Object.entries({ x: left, y: top, width, height })) mark.setAttribute(name, value);
}
