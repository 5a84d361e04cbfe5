// Place is taken at three moments, once each: going on duty, after an order was claimed, and for a hazard, at its reporter's tap.
import { call } from "./api.js";

const PATIENCE_MS = 4000;

// Where this device is, or null where nobody says.
export function here() {
  return new Promise((resolve) => {
    if (!navigator.geolocation || !isSecureContext) return resolve(null);
    const found = ({ coords }) => resolve({ lat: coords.latitude, lon: coords.longitude });
    navigator.geolocation.getCurrentPosition(found, () => resolve(null), { timeout: PATIENCE_MS });
  });
}

// `wanted` is asked once more when the place is there: he may have gone off duty meanwhile.
export async function tellPlace(wanted = () => true) {
  const place = await here();
  if (!place || !wanted()) return false;
  return call("PUT", "/me/duty", { body: { on: true, ...place } }).then(() => true, () => false);
}
