// One hazard at a desk: what it says follows the hazard, what somebody is typing stays theirs whatever others do.
import { call, get, once, post } from "../api.js";
import { replaceWith } from "../carrying.js";
import { announce, el, working } from "../dom.js";
import { time } from "../orders/cards.js";
import { say } from "../texts.js";
import { advised } from "./advice.js";
import { BlackOut } from "./blackout.js";
import { head, numbered, standing, why, wordsTag } from "./facts.js";
import { multipart, shown } from "./photos.js";
import { history } from "./history.js";
import { VERBS } from "./verbs.js";

export class Case {
  // `context`: `level` of the heading, `keys` whether letters are shown, `categories`, `communities`; `changed(hazard, verb)` is told of it.
  constructor(hazard, context) {
    Object.assign(this, { context, forms: {}, buttons: {}, drawn: {}, facts: el("div", { class: "case-facts" }) });
    this.told = el("div", { class: "note warn", role: "status", hidden: true });
    this.wrong = el("p", { class: "note bad", role: "alert", hidden: true });
    this.bar = el("div", { class: "row" });
    this.drawer = el("div", {});
    this.root = el("div", { class: "case", tabindex: "-1" }, this.facts, this.told, this.wrong, this.bar, this.drawer);
    this.follow(hazard);
  }

  follow(hazard) {
    if (this.hazard && JSON.stringify(this.hazard) === JSON.stringify(hazard)) return;
    this.hazard = hazard;
    const made = el("div", { class: "case-facts" }, ...this.said(hazard));
    if (this.facts.isConnected) replaceWith(this.facts, made, () => this.root.focus());
    else this.facts.replaceWith(made);
    this.facts = made;
    this.offer();
    for (const [verb, form] of Object.entries(this.forms)) this.keepUp(verb, form);
  }

  said(hazard) {
    const [words, tone] = standing(hazard);
    return [
      el("div", { class: "row apart" }, head(hazard, this.context.level), wordsTag(hazard)),
      el("p", { class: "row" }, el("span", { class: `tag ${tone}` }, words), hazard.deadline && el("span", { class: "hint" }, say("hz_due", { time: time(hazard.deadline) })), hazard.fast_lane && el("span", { class: "tag done" }, say("hz_fast_lane"))),
      hazard.advice && hazard.urgent && el("p", { class: "note bad advice" }, ...advised(hazard.advice)), why(hazard) && el("p", { class: "note warn" }, why(hazard)),
      hazard.note && el("p", { class: "note" }, hazard.note), shown(hazard, (photo) => this.under(photo)),
      hazard.reopened > 0 && el("p", { class: "hint" }, say("hz_times_reopened", { n: hazard.reopened })),
      ["assigned", "fixed", "verified"].includes(hazard.status) && el("p", {}, say("hz_with", { who: hazard.responsible ?? say("hz_committee") })),
      hazard.reporters?.length > 0 && el("p", { class: "hint" }, say("hz_reported_by", { names: hazard.reporters.map((one) => one.name).join("、") })), numbered(hazard),
      history(hazard),
    ].filter(Boolean);
  }

  // Under a photo, for the station: a part of it made black; and one that came later is seen by others when she lets it be.
  under(photo) {
    if (photo.shown === undefined) return null;
    const black = el("button", { type: "button", class: "small", onclick: () => this.blackOut(photo) }, say("hz_black_out"));
    if (photo.shown || this.hazard.status === "reported") return black;
    const path = `/hazards/${this.hazard.id}/photos/${photo.id}/show`;
    const show = el("button", { type: "button", class: "small", onclick: () => working(show, () => this.carryOut("show_photo", () => post(path), null)) }, say("hz_show_photo"));
    return el("div", { class: "row" }, show, black);
  }

  // What was drawn on a photo is there again when it is opened again. What is refused is said where she draws.
  blackOut(photo) {
    this.drawn[photo.id] ??= new BlackOut(() => this.hazard, photo, async (send) => {
      await this.carryOut("black_out", send, null);
      return this.wrong.hidden ? null : this.wrong.textContent;
    });
    this.drawn[photo.id].open();
  }

  offer() {
    const fit = Object.keys(VERBS).filter((verb) => this.hazard.actions.includes(verb));
    const next = fit.map((verb) => (this.buttons[verb] ??= this.button(verb)));
    if (next.length === this.bar.children.length && next.every((button, n) => button === this.bar.children[n])) return;
    const focused = this.bar.contains(document.activeElement) && document.activeElement;
    this.bar.replaceChildren(...next);
    if (focused) (focused.isConnected ? focused : this.root).focus();
  }

  button(verb) {
    const { key, words, kind, fields } = VERBS[verb];
    const label = [say(words), this.context.keys && el("kbd", { "aria-hidden": "true" }, key)].filter(Boolean);
    const data = { type: "button", class: `small ${fields ? "" : (kind ?? "")}`, "data-verb": verb };
    if (fields) return el("button", { ...data, "aria-expanded": "false", onclick: () => this.toggle(verb) }, ...label);
    const made = el("button", { ...data, onclick: () => working(made, () => this.command(verb, {}, null)) }, ...label);
    return made;
  }

  // By its letter: the form opens; what asks for nothing more is only focused, and Enter says it.
  begin(verb) {
    const button = this.hazard.actions.includes(verb) && this.buttons[verb];
    if (!button) return false;
    button.focus();
    if (VERBS[verb].fields) this.toggle(verb, true);
    return true;
  }

  toggle(verb, open = this.buttons[verb].getAttribute("aria-expanded") !== "true") {
    this.bar.querySelectorAll("[aria-expanded]").forEach((one) => one.setAttribute("aria-expanded", String(open && one === this.buttons[verb])));
    if (!open) return this.drawer.replaceChildren();
    const form = (this.forms[verb] ??= this.form(verb));
    this.drawer.replaceChildren(form);
    return form.querySelector("select, input, textarea")?.focus();
  }

  form(verb) {
    const { words, fields, kind, photos } = VERBS[verb];
    const kept = photos?.();
    const send = el("button", { class: kind ?? "" }, say(words));
    const wrong = el("p", { class: "error", role: "alert", hidden: true });
    const form = el("form", { class: "sheet verb", novalidate: true, autocomplete: "off", "aria-label": `${say(words)} ${this.hazard.number}`, onsubmit: (event) => {
      event.preventDefault();
      working(send, () => this.submit(verb, form));
    } }, el("h3", {}, say(words)), ...fields(this.hazard, this.context, kept), wrong, send);
    return Object.assign(form, { wrong, photos: kept, version: this.hazard.version });
  }

  async submit(verb, form) {
    form.wrong.hidden = true;
    await form.photos?.waiting;
    const missing = [...form.elements].find((input) => input.willValidate && !input.validity.valid);
    const body = VERBS[verb].body(form, this.hazard);
    const empty = VERBS[verb].needs && !body[VERBS[verb].needs];
    if (missing || empty) return this.mistake(form, say(!missing || missing.validity.valueMissing ? "please_fill" : "look_again"), missing);
    return this.command(verb, body, form);
  }

  mistake(form, words, input = null) {
    const place = form?.isConnected ? form.wrong : this.wrong;
    place.textContent = words;
    place.hidden = false;
    input?.focus();
  }

  // `version` is that of the hazard as she knows it: her command holds only for that one.
  command(verb, said, form) {
    const path = `/hazards/${this.hazard.id}/${verb.replace("_", "-")}`;
    const body = { ...said, version: form?.version ?? this.hazard.version };
    const kept = form?.photos?.kept ?? [];
    const send = () => (kept.length ? once(`${path} ${JSON.stringify(body)} ${kept.map(({ id }) => id)}`, (key) => call("POST", path, { form: multipart(body, kept), key })) : post(path, body));
    return this.carryOut(verb, send, form);
  }

  async carryOut(verb, send, form) {
    try {
      const hazard = await send();
      this.wrong.hidden = true;
      if (form) this.done(verb, form);
      announce(say("done_verb", { verb: say(VERBS[verb]?.words ?? `hz_${verb}`) }));
      this.context.changed(hazard, verb);
    } catch (refused) {
      this.mistake(form, refused.message);
      if (refused.status === 409) await this.lookAgain(refused, form);
    }
  }

  done(verb, form) {
    delete this.forms[verb];
    form.photos?.clear();
    this.buttons[verb].setAttribute("aria-expanded", "false");
    if (form.isConnected) {
      this.drawer.replaceChildren();
      this.root.focus();
    }
  }

  // Somebody was quicker: she sees how it stands now, and what she has typed is still there.
  async lookAgain(refused, form) {
    if (refused.code === "held") this.heldBy(refused.holder);
    const after = await get(`/hazards/${this.hazard.id}`).catch(() => null);
    if (!after) return;
    if (form) form.version = after.version;
    this.context.changed(after, null);
  }

  // A colleague has it open: said, and hers to take over knowingly.
  heldBy(name) {
    const take = el("button", { type: "button", class: "small", onclick: () => working(take, () => this.hold(true)) }, say("hz_take_over"));
    this.told.replaceChildren(el("p", {}, say("hz_held_by", { name })), take);
    this.told.hidden = false;
  }

  async hold(takeOver = false) {
    if (!this.hazard.actions.includes("hold")) return;
    try {
      const hazard = await post(`/hazards/${this.hazard.id}/hold`, { take_over: takeOver });
      this.told.hidden = true;
      this.wrong.hidden = true;
      this.context.changed(hazard, null);
    } catch (refused) {
      if (refused.code === "held") this.heldBy(refused.holder);
      else this.mistake(null, refused.message);
    }
  }

  // It can be closed without having been judged. What does not arrive ends by itself in ten minutes.
  letGo() {
    if (this.hazard.status === "reported" && this.told.hidden) post(`/hazards/${this.hazard.id}/let-go`).catch(() => null);
  }

  keepUp(verb, form) {
    const lost = !this.hazard.actions.includes(verb);
    if (lost && form.isConnected && !form.querySelector("button[aria-busy=true]")) this.mistake(form, say("hz_not_now", { words: this.hazard.words.text }));
    else if (form.lost && !lost) form.wrong.hidden = true;
    form.lost = lost;
  }
}
