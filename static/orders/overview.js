// A supervisor's page shows counts; the sign in its header says whether it is live.
import { onEntries, start } from "../live.js";

onEntries((entries) => entries.some((entry) => entry.type !== "private") && location.reload());
start();
