// One resident: her numbers are shown one look at a time, and each look is written down.
import { call } from "../api.js";
import { complain, el, state, working } from "../dom.js";
import { start } from "../live.js";
import { say } from "../texts.js";

const link = (phone, who = "") => el("a", { class: "button small", href: `tel:${phone}` }, who, say("call", { phone }));

document.querySelectorAll("#numbers button").forEach((button) =>
  button.addEventListener("click", () => working(button, async () => {
    try {
      const seen = await call("POST", `/residents/${state.id}/reveal`, { body: { what: button.dataset.what } });
      const links = seen.phone ? [link(seen.phone)] : seen.contacts.map((one) => link(one.phone, `${one.name} ${one.relation} `));
      button.replaceWith(...links);
      links[0]?.focus();
    } catch (refused) {
      complain(refused);
    }
  })));
start();
