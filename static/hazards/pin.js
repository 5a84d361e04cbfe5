// A pin on a small map of the communities: dragged, set by a tap, or moved by the arrow keys. No tiles, no third party.
import { el } from "../dom.js";
import { say } from "../texts.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDE, HIGH] = [800, 600];
const METRES_A_DEGREE = 111320;
// How many metres the map is wide: a few houses, a community, the street.
const ZOOMS = [400, 800, 1600, 3200, 9600];
const [STEP, STRIDE] = [5, 50];
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

const made = (tag, attributes, ...inside) => {
  const one = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  one.append(...inside);
  return one;
};

export function metresBetween(a, b) {
  const east = (b.lon - a.lon) * METRES_A_DEGREE * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(east, (b.lat - a.lat) * METRES_A_DEGREE);
}

// The community whose middle is nearest to a place.
export const nearest = (communities, point) => communities.filter((one) => one.lat != null)
  .reduce((best, one) => (best && metresBetween(point, best) <= metresBetween(point, one) ? best : one), null);

export class Pin {
  // `moved(point)` is told where the pin has been put, by whoever looks at the map.
  constructor(communities, moved) {
    this.communities = communities.filter((one) => one.lat != null);
    Object.assign(this, { moved, point: null, zoom: 1, dragging: false });
    this.ground = made("g", {});
    this.pin = made("g", { class: "pin", tabindex: "0", role: "button" }, made("path", { d: "M0 0C-6 -14 -18 -20 -18 -34A18 18 0 0 1 18 -34C18 -20 6 -14 0 0Z" }), made("circle", { cx: 0, cy: -34, r: 7 }));
    this.pin.setAttribute("aria-label", say("hz_pin"));
    this.map = made("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, class: "pin-map", role: "group" }, this.ground, this.pin);
    this.map.setAttribute("aria-label", say("hz_map"));
    this.said = el("p", { class: "hint", role: "status" });
    const zoom = (words, by) => el("button", { type: "button", class: "small", onclick: () => this.look(this.zoom + by) }, say(words));
    this.root = el("div", {}, this.map, el("div", { class: "row" }, zoom("hz_map_closer", -1), zoom("hz_map_wider", 1)), this.said);
    this.listen();
    this.set(null);
  }

  // Somebody else has found the place: the map shows it, and says nothing.
  set(point) {
    this.point = point;
    this.pin.setAttribute("visibility", this.communities.length || point ? "visible" : "hidden");
    if (point) this.centre = { ...point };
    else if (this.communities.length) {
      const mean = (name) => this.communities.reduce((sum, one) => sum + one[name], 0) / this.communities.length;
      this.centre = { lat: mean("lat"), lon: mean("lon") };
    }
    this.look(point ? Math.min(this.zoom, 2) : ZOOMS.length - 1);
  }

  look(zoom) {
    if (!this.centre) return;
    this.zoom = Math.min(ZOOMS.length - 1, Math.max(0, zoom));
    this.metre = WIDE / ZOOMS[this.zoom];
    this.draw();
  }

  onMap({ lat, lon }) {
    const north = METRES_A_DEGREE * this.metre;
    return [WIDE / 2 + (lon - this.centre.lon) * north * Math.cos((this.centre.lat * Math.PI) / 180), HIGH / 2 - (lat - this.centre.lat) * north];
  }

  onEarth([x, y]) {
    const north = METRES_A_DEGREE * this.metre;
    return { lat: this.centre.lat - (y - HIGH / 2) / north, lon: this.centre.lon + (x - WIDE / 2) / (north * Math.cos((this.centre.lat * Math.PI) / 180)) };
  }

  draw() {
    const side = 100 * this.metre;
    const lines = side < 30 ? [] : Array.from({ length: Math.floor(WIDE / side) + 1 }, (_, n) => [made("path", { d: `M${n * side} 0V${HIGH}` }), made("path", { d: `M0 ${n * side}H${WIDE}` })]).flat();
    // A name that would lie over another is left out; closer by there is room for it.
    const named = [];
    const middles = this.communities.map((one) => {
      const [x, y] = this.onMap(one);
      const room = !named.some(([left, top]) => Math.abs(left - x) < 150 && Math.abs(top - y) < 36);
      if (room) named.push([x, y]);
      return made("g", { transform: `translate(${x} ${y})` }, made("rect", { x: -9, y: -9, width: 18, height: 18 }), made("text", { y: 36 }, room ? one.name : ""));
    });
    this.ground.replaceChildren(...lines, ...middles);
    this.put();
  }

  put() {
    const [x, y] = this.point ? this.onMap(this.point) : [WIDE / 2, HIGH / 2];
    this.pin.setAttribute("transform", `translate(${x} ${y}) scale(1.6)`);
    const near = this.point && nearest(this.communities, this.point);
    this.said.textContent = near ? say("hz_pin_at", { community: near.name, n: Math.round(metresBetween(near, this.point) / 10) * 10 }) : say("hz_pin_hint");
  }

  go(point, settled) {
    this.point = point;
    const [x, y] = this.onMap(point);
    // Close to the edge there is nothing more to be seen beyond.
    if (settled && (x < WIDE * 0.15 || x > WIDE * 0.85 || y < HIGH * 0.2 || y > HIGH * 0.85)) {
      this.centre = { ...point };
      this.draw();
    } else this.put();
    this.moved(point);
  }

  listen() {
    const at = (event) => {
      const { left, top, width, height } = this.map.getBoundingClientRect();
      return this.onEarth([((event.clientX - left) * WIDE) / width, ((event.clientY - top) * HIGH) / height]);
    };
    this.map.addEventListener("pointerdown", (event) => {
      if (!this.centre) return;
      this.map.setPointerCapture(event.pointerId);
      this.dragging = true;
      this.go(at(event), false);
    });
    this.map.addEventListener("pointermove", (event) => this.dragging && this.go(at(event), false));
    this.map.addEventListener("pointerup", (event) => {
      if (this.dragging) this.go(at(event), true);
      this.dragging = false;
    });
    this.map.addEventListener("pointercancel", () => (this.dragging = false));
    this.pin.addEventListener("keydown", (event) => {
      const way = ["Enter", " "].includes(event.key) ? [0, 0] : ARROWS[event.key];
      if (!way || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      const step = (event.shiftKey ? STRIDE : STEP) * this.metre;
      const [x, y] = this.onMap(this.point ?? this.centre);
      this.go(this.onEarth([x + way[0] * step, y + way[1] * step]), true);
    });
  }
}
