// One tap, one claim, from the board or from an alert. The button never lies: it says 抢到了 only after the server has said so.
import { base } from "../api.js";
import { announce, settle } from "../dom.js";
import { command, undecided } from "../live.js";
import { say } from "../texts.js";

// Orders of mine that are being decided or have been won: the news that they are taken is not news to me.
export const wanted = new Set();
// Others were quicker; or it was cancelled, has expired, or is looked at by the station.
export const GOODBYES = { taken: "taken", too_late: "withdrawn", not_found: "withdrawn" };

// He tried, and no answer came. When nobody can take it any more, it may be he who has it: claimed once more, the same key tells.
export const unsure = (orderId) => undecided("claim", orderId);

// `dress(word)` says on the button how it stands. Answers with the refusal, or nothing where it is his or under way.
export async function claim(orderId, dress) {
  if (wanted.has(orderId)) return null;
  wanted.add(orderId);
  settle();
  dress("grabbing");
  try {
    await command("claim", orderId);
  } catch (refused) {
    wanted.delete(orderId);
    return refused;
  }
  dress("got_it");
  announce(say("got_it"));
  location.assign(`${base}/errands/${orderId}#claimed`);
  return null;
}
