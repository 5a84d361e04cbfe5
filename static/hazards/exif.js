// Where a photo was taken, as its camera has written it: read on the phone, offered to who took it, and sent along by nobody.
const HEAD_BYTES = 256 * 1024;
const [APP1, GPS, LATITUDE, LONGITUDE] = [0xffe1, 0x8825, [1, 2], [3, 4]];
const EXIF = 0x45786966;

// A part of a file as its camera counts in it: `start` is what its offsets are from.
class Tags {
  constructor(view, start) {
    Object.assign(this, { view, start, small: view.getUint16(start) === 0x4949 });
  }

  short(at) {
    return this.view.getUint16(this.start + at, this.small);
  }

  long(at) {
    return this.view.getUint32(this.start + at, this.small);
  }

  // Tag → where its value lies, of one directory.
  directory(at) {
    return new Map(Array.from({ length: this.short(at) }, (_, n) => [this.short(at + 2 + 12 * n), at + 10 + 12 * n]));
  }

  degrees(at) {
    const [degrees, minutes, seconds] = [0, 8, 16].map((from) => this.long(at + from) / this.long(at + from + 4));
    return degrees + minutes / 60 + seconds / 3600;
  }

  place() {
    const gps = this.directory(this.long(this.directory(this.long(4)).get(GPS)));
    const [lat, lon] = [LATITUDE, LONGITUDE].map(([side, degrees]) => {
      const letter = String.fromCharCode(this.view.getUint8(this.start + gps.get(side)));
      return this.degrees(this.long(gps.get(degrees))) * ("SW".includes(letter) ? -1 : 1);
    });
    return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && (lat || lon) ? { lat, lon } : null;
  }
}

function found(view) {
  if (view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    if (view.getUint16(at) === APP1 && view.getUint32(at + 4) === EXIF) return new Tags(view, at + 10).place();
  }
  return null;
}

export async function placeOf(file) {
  try {
    return found(new DataView(await file.slice(0, HEAD_BYTES).arrayBuffer()));
  } catch {
    // What is written beside a picture can be broken in every way; the picture is not.
    return null;
  }
}
