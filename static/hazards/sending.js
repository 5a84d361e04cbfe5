// How a report goes out: large photos first, by HTTP, each once; then the report over the socket, or by HTTP under the same key.
import { call, once } from "../api.js";
import { emitted } from "../live.js";
import { multipart } from "./photos.js";

// What a frame of the socket takes, less what is said beside the photos.
const FRAME_BYTES = 48 * 1024;

async function ahead(photo) {
  const form = new FormData();
  form.append("photo", photo.blob, "1.jpg");
  photo.sent = (await once(`hazard.photo ${photo.id}`, (key) => call("POST", "/hazards/photos", { form, key }))).photo_id;
}

async function bySocketOrHttp(report, photos, inFrame, key) {
  const bytes = inFrame ? await Promise.all(photos.map(({ blob }) => blob.arrayBuffer())) : [];
  const said = await emitted("hazard.report", { ...report, key, ...(inFrame ? { photos: bytes } : { photo_ids: photos.map(({ sent }) => sent) }) });
  if (said) return said;
  return call("POST", "/hazards", inFrame ? { form: multipart(report, photos), key } : { body: { ...report, photo_ids: photos.map(({ sent }) => sent) }, key });
}

// `kept()` is called when all that the report names is at the house: from there on its key stands for these very words.
export async function sendReport(what, report, photos, key, kept) {
  const inFrame = photos.every(({ sent }) => !sent) && photos.reduce((sum, { blob }) => sum + blob.size, 0) <= FRAME_BYTES;
  if (!inFrame) for (const photo of photos) if (!photo.sent) await ahead(photo);
  await kept();
  try {
    return await once(what, (same) => bySocketOrHttp(report, photos, inFrame, same), key);
  } catch (refused) {
    // Sent ahead a day ago, and forgotten since: they go once more the next time.
    if (refused.field === "photo_ids") photos.forEach((photo) => delete photo.sent);
    throw refused;
  }
}
