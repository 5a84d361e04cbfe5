// A report that could not be sent, kept on this phone for its reporter, also when the page is left; where a browser forbids it, as long
// as the page is open.
const [NAME, STORE] = ["lastmetre.hazards", "unsent"];
// What was seen longer ago is no report any more.
const MOST_MS = 14 * 86400000;

const answered = (asked) => new Promise((done, fail) => {
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => fail(asked.error);
});

function opened() {
  const asked = indexedDB.open(NAME, 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
  return answered(asked);
}

async function within(mode, work) {
  let house = null;
  try {
    house = await opened();
    return await answered(work(house.transaction(STORE, mode).objectStore(STORE)));
  } catch {
    // Private windows, a full phone, an old browser: then it is on the page alone.
    return null;
  } finally {
    house?.close();
  }
}

// Photos as bytes: not every browser gives a picture back that it was given as one.
export async function keep(me, report) {
  const photos = await Promise.all(report.photos.map(async ({ id, blob, at, sent }) => ({ id, at, sent, bytes: await blob.arrayBuffer() })));
  return within("readwrite", (store) => store.put({ ...report, photos }, me));
}

export async function unsent(me) {
  const report = await within("readonly", (store) => store.get(me));
  if (!report || Date.now() - Date.parse(report.seen_at) > MOST_MS) return null;
  return { ...report, photos: report.photos.map(({ bytes, ...photo }) => ({ ...photo, blob: new Blob([bytes], { type: "image/jpeg" }) })) };
}

export const letGo = (me) => within("readwrite", (store) => store.delete(me));
