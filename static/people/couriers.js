// The list of couriers is as the server laid it; the sign in the header says whether we would hear of a change.
import { start } from "../live.js";

start();
