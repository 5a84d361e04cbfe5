// A page that has nothing live of its own: what is offered or said to its reader reaches him here too.
import { start } from "../live.js";

start();
