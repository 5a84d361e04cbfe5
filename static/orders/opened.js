// The order that a coordinator has open: what it says follows the order, what she is typing stays hers whatever others do.
import { base, get, post } from "../api.js";
import { announce, complain, el, working } from "../dom.js";
import { say } from "../texts.js";
import { alertLine } from "./alert_line.js";
import { calling } from "./calling.js";
import { facts, head, statusTag, telephone, time } from "./cards.js";
import { VERBS, differences } from "./verbs.js";

const panel = document.getElementById("opened");
const title = document.getElementById("opened-facts");
const bar = document.getElementById("opened-verbs");
const drawer = document.getElementById("opened-form");

const over = matchMedia("(max-width: 59.99rem)");

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function said(order) {
  const whom = order.private && [order.private.name, order.private.door].filter(Boolean).join(" · ");
  return [
    el("div", { class: "row apart" }, head(order, "h2"), statusTag(order)), facts(order), alertLine(order),
    el("p", { class: "hint" }, say("since", { number: order.number, time: time(order.posted_at) })),
    order.holders?.length > 0 && el("ul", { class: "holders" }, ...order.holders.map((one) => el("li", {}, `${one.name} · ${time(one.claimed_at)}`))),
    order.opens_at && Date.parse(order.opens_at) > Date.now() && el("p", { class: "note" }, say("familiar_now")),
    order.queue?.length > 0 && el("p", {}, say("queue_is", { names: order.queue.map((one) => one.name).join("、") })),
    order.skills?.length > 0 && el("p", { class: "hint" }, say("needs_skills", { what: order.skills.map((skill) => say(`skill_${skill}`)).join("、") })),
    order.reason && el("p", { class: "note warn" }, say(`reason_${order.reason}`)), order.delivery?.reason && el("p", { class: "note" }, order.delivery.reason),
    order.delivery?.photo && el("p", {}, el("a", { class: "button", href: `${base}/orders/${order.id}/photo`, target: "_blank" }, say("see_photo"))),
    order.call_back?.tries > 0 && el("p", { class: "hint" }, say("not_reached_so_far", { n: order.call_back.tries, time: time(order.call_back.again_at) })),
    order.call_back?.note && el("p", { class: `note ${order.call_back.satisfied === false ? "bad" : "good"}` }, order.call_back.note),
    whom && el("p", {}, say("for_whom"), ": ", whom), order.private?.note && el("p", { class: "note" }, order.private.note),
  ].filter(Boolean);
}

export class Opened {
  // `couriers()` are the station's; `changed(order)` is told of an order as a verb has left it; `left(id)` when it is closed.
  constructor({ couriers, changed, left }) {
    Object.assign(this, { couriers, changed, left, order: null, drafts: new Map() });
    over.addEventListener("change", () => this.cover(over.matches && this.order !== null));
    document.getElementById("opened-close").addEventListener("click", () => this.close());
  }

  show(order, focus = true) {
    if (this.order?.id !== order.id) {
      this.clear();
      panel.hidden = false;
      this.cover(over.matches);
    }
    this.follow(order);
    if (focus) panel.focus();
  }

  // Nothing of one order stays where another, or none, is shown. What she has begun to type waits until she is back.
  clear() {
    this.order = null;
    this.numbers = null;
    this.calls = null;
    [title, bar, drawer].forEach((place) => place.replaceChildren());
    this.refused("");
  }

  // On a phone it lies over the rest, which the Tab key then must not reach.
  cover(whole) {
    document.body.classList.toggle("has-opened", whole);
    document.querySelectorAll(".top, .desk-top, #alarms, #lists, .crew").forEach((one) => (one.inert = whole));
  }

  close() {
    if (!this.order) return false;
    const { id } = this.order;
    this.clear();
    panel.hidden = true;
    this.cover(false);
    this.left(id);
    return true;
  }

  // The order has been read anew. Nothing that she is in the middle of is made anew for it.
  follow(order) {
    const before = this.order;
    if (before && same(before, order)) return;
    this.order = order;
    const focused = title.contains(document.activeElement) && document.activeElement;
    title.replaceChildren(...said(order));
    // A number that she has had shown stays shown.
    this.numbers ??= el("div", { class: "row" }, telephone(order), telephone(order, "caller"));
    title.append(this.numbers);
    // A call list that she is working through stays as she has it.
    if (order.actions.includes("widen")) title.append((this.calls ??= calling(order)));
    if (focused) (focused.isConnected ? focused : panel).focus();
    this.offer(order);
    for (const [verb, form] of this.formsOf(order.id)) this.keepUp(verb, form, order);
  }

  // Who is there has changed: whom a form offers follows.
  followCrew() {
    if (this.order) for (const [verb, form] of this.formsOf(this.order.id)) if (form.isConnected) VERBS[verb].follow?.(form, this.order, this.couriers());
  }

  formsOf(id) {
    return Object.entries(this.drafts.get(id) ?? {});
  }

  offer(order) {
    const there = new Map([...bar.children].map((button) => [button.dataset.verb, button]));
    const fit = Object.keys(VERBS).filter((verb) => order.actions.includes(verb) && (verb !== "reassign" || order.holders?.length));
    const next = fit.map((verb) => (there.get(verb)?.dataset.order === order.id ? there.get(verb) : this.button(verb, order)));
    if (next.length === there.size && next.every((button, n) => button === bar.children[n])) return;
    const focused = bar.contains(document.activeElement) && document.activeElement;
    bar.replaceChildren(...next);
    if (focused) (focused.isConnected ? focused : panel).focus();
  }

  button(verb, order) {
    const { key, words, kind, fields } = VERBS[verb];
    const label = [say(words), " ", el("kbd", { "aria-hidden": "true" }, key)];
    const data = { type: "button", class: fields ? "small" : `small ${kind ?? ""}`, "data-verb": verb, "data-order": order.id };
    if (fields) return el("button", { ...data, "aria-expanded": "false", onclick: () => this.toggle(verb) }, ...label);
    const made = el("button", { ...data, onclick: () => working(made, () => this.carryOut(verb, {}, null)) }, ...label);
    return made;
  }

  // By its letter: the form opens; what asks for nothing more is only focused, and Enter says it.
  begin(verb) {
    const button = this.order && bar.querySelector(`[data-verb="${verb}"]`);
    if (!button) return false;
    button.focus();
    if (VERBS[verb].fields) this.toggle(verb, true);
    return true;
  }

  toggle(verb, open = null) {
    const { id } = this.order;
    const forms = this.drafts.get(id) ?? this.drafts.set(id, {}).get(id);
    const button = bar.querySelector(`[data-verb="${verb}"]`);
    const wanted = open ?? button.getAttribute("aria-expanded") !== "true";
    bar.querySelectorAll("[aria-expanded]").forEach((one) => one.setAttribute("aria-expanded", String(wanted && one === button)));
    if (!wanted) return drawer.replaceChildren();
    forms[verb] ??= this.form(verb);
    drawer.replaceChildren(forms[verb]);
    this.keepUp(verb, forms[verb], this.order);
    drawer.querySelector("select, input, textarea")?.focus();
  }

  form(verb) {
    const { words, hint, fields, kind } = VERBS[verb];
    const send = el("button", { class: kind === "bad" ? "bad" : "go" }, say(words));
    const changes = el("div", { class: "note warn", role: "status", hidden: true });
    const wrong = el("p", { class: "error", role: "alert", hidden: true });
    const form = el("form", { class: "sheet verb", novalidate: true, autocomplete: "off", "aria-label": say(words), onsubmit: (event) => {
      event.preventDefault();
      this.submit(verb, form, send);
    } }, el("h3", {}, say(words)), hint && el("p", { class: "hint" }, say(hint)), ...fields(this.order, this.couriers()), changes, wrong, send);
    Object.assign(form, { changes, wrong, seen: this.order });
    VERBS[verb].follow?.(form, this.order, this.couriers());
    return form;
  }

  submit(verb, form, send) {
    form.wrong.hidden = true;
    const missing = [...form.elements].find((input) => input.willValidate && !input.validity.valid);
    if (missing) return this.mistake(form, say(missing.validity.valueMissing ? "please_fill" : "look_again"), missing);
    const body = VERBS[verb].body(form);
    if (verb === "correct" && !Object.keys(body).length) return this.mistake(form, say("nothing_changed"));
    return working(send, () => this.carryOut(verb, body, form));
  }

  mistake(form, words, input = null) {
    form.wrong.textContent = words;
    form.wrong.hidden = false;
    input?.focus();
  }

  // `seen` is the order as she knows it: her command holds only for that one.
  async carryOut(verb, body, form) {
    const seen = form?.seen ?? this.order;
    const version = seen.version == null || verb === "confirm" ? {} : { version: seen.version };
    try {
      const order = await post(`/orders/${seen.id}/${verb.replace("_", "-")}`, { ...body, ...version });
      if (form) this.done(verb, seen.id, form);
      if (this.order?.id === seen.id) this.refused("");
      announce(say("done_verb", { verb: say(VERBS[verb].words) }));
      this.changed(order);
    } catch (refused) {
      await this.told(verb, refused, form, seen);
    }
  }

  // She may have gone on to another order, or to another form, before the answer came: that one stays.
  done(verb, id, form) {
    delete this.drafts.get(id)?.[verb];
    if (!form.isConnected) return;
    bar.querySelector(`[data-verb="${verb}"]`)?.setAttribute("aria-expanded", "false");
    drawer.replaceChildren();
    panel.focus();
  }

  refused(words) {
    const place = document.getElementById("opened-wrong");
    place.textContent = words;
    place.hidden = !words;
  }

  // Somebody was quicker: she is told what is different now, and what she has typed is still there.
  async told(verb, refused, form, seen) {
    const words = refused.field === "person_id" ? say("cannot_have") : refused.message;
    const here = this.order?.id === seen.id;
    if (form) this.mistake(form, words);
    // A form that has been put away says nothing.
    if (here && !form?.isConnected) this.refused(words);
    // It is another order's: said with its number, over everything.
    if (!here) complain({ message: say("field_wrong", { field: say("number", { number: seen.number }), why: words }) });
    if (refused.status !== 409) return;
    const after = await get(`/orders/${seen.id}`).catch(() => null);
    if (!after) return;
    if (form) this.catchUp(verb, form, after);
    else if (this.order?.id === seen.id) this.refused([words, ...differences(seen, after)].join(" "));
    this.changed(after);
  }

  // A form out of sight keeps to what she saw; one on its way waits for its own answer.
  keepUp(verb, form, order) {
    if (form.isConnected && !form.querySelector("[aria-busy=true]")) this.catchUp(verb, form, order);
  }

  catchUp(verb, form, order) {
    this.tellChange(form, order);
    VERBS[verb].follow?.(form, order, this.couriers());
    const lost = !order.actions.includes(verb);
    if (lost) this.mistake(form, say("not_now", { status: say(`status_${order.status}`) }));
    else if (form.lost) form.wrong.hidden = true;
    Object.assign(form, { lost, seen: order });
  }

  tellChange(form, after) {
    const words = differences(form.seen, after);
    if (!words.length) return;
    form.changes.hidden = false;
    form.changes.replaceChildren(el("p", {}, el("strong", {}, say("changed_meanwhile"))), el("ul", {}, ...words.map((one) => el("li", {}, one))), el("p", {}, say("still_yours")));
    form.seen = after;
  }
}
