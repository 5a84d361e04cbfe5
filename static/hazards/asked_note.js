// Whether a courier is asked of a hazard by his way: looked at again when the question is put, and when the line is back.
import { get } from "../api.js";
import { debounce, looking, onEntries, onResync } from "../live.js";

const note = document.getElementById("asked-note");
const look = looking(async () => {
  // Without an answer it stays as it is, until the line is back.
  const asked = await get("/me/hazard-questions").catch(() => null);
  if (asked) note.hidden = !asked.items.length;
});

const soon = debounce(look);

onEntries((entries) => entries.some(({ type }) => ["hazard.asked", "hazard.verified", "hazard.reopened"].includes(type)) && soon());
onResync(look);
