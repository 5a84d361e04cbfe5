// Where it was seen: as the phone says, as a photo says, as the errand says, or where he puts the pin. What he has put stands.
import { el, state } from "../dom.js";
import { here } from "../place.js";
import { say } from "../texts.js";
import { Pin, metresBetween, nearest } from "./pin.js";

// Closer than this, in metres, a photo's place says nothing new.
const SAME_M = 50;
const told = document.getElementById("place-said");
const offered = document.getElementById("photo-place");

export class Spot {
  constructor() {
    Object.assign(this, { point: null, finding: null });
    this.pin = new Pin(state.communities, (point) => this.take(point, "hz_place_put", false));
    document.getElementById("pin").append(this.pin.root);
  }

  take(point, words, show = true) {
    this.point = point;
    told.textContent = say(words);
    offered.hidden = true;
    if (show) this.pin.set(point);
  }

  // Asked for by his tap alone, and once for a report.
  find() {
    if (this.point) return null;
    told.textContent = say("hz_finding");
    this.finding ??= here().then((found) => {
      this.finding = null;
      // Meanwhile he may have put the pin himself.
      if (this.point) return;
      if (found) this.take(found, "hz_place_known");
      else {
        told.textContent = say("hz_place_unknown");
        document.getElementById("by-name").open = true;
      }
    });
    return this.finding;
  }

  findAgain() {
    this.point = null;
    return this.find();
  }

  // The place that a camera has written into its photo is his to use; the photo itself goes without it.
  async offer(photo) {
    await this.finding;
    const { place } = photo;
    if (!place || (this.point && metresBetween(this.point, place) < SAME_M)) return;
    const community = nearest(state.communities, place);
    const away = this.point && say("hz_photo_place_away", { n: Math.round(metresBetween(this.point, place) / 10) * 10 });
    const use = el("button", { type: "button", class: "small", onclick: () => this.take(place, "hz_photo_place_used") }, say("hz_photo_place_use"));
    offered.replaceChildren(el("span", {}, [say("hz_photo_place", { community: community?.name ?? "" }), away].filter(Boolean).join(" ")), " ", use);
    offered.hidden = false;
  }

  clear() {
    this.point = null;
    told.textContent = say("hz_place_hint");
    offered.hidden = true;
    this.pin.set(null);
  }
}
