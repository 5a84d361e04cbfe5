// Two soft notes, made here; a browser lets us sound only after a tap, so `unlock` belongs into one.
let audio = null;

export function unlock() {
  audio ??= window.AudioContext ? new AudioContext() : null;
  return audio?.resume();
}

// Whatever he taps or presses lets it sound. A finger that comes down is no tap yet: it is one when it is lifted.
export function unlockByTouch() {
  for (const name of ["click", "keydown"]) addEventListener(name, () => unlocked() || unlock(), { capture: true });
}

// Whether the browser would let a note be heard now.
export const unlocked = () => audio?.state === "running";

function play(notes, shakes = 120) {
  // A phone shakes also where it has no sound; before the first tap a browser lets it do neither.
  if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(shakes);
  if (!audio || audio.state !== "running") return;
  notes.forEach((pitch, n) => {
    const note = audio.createOscillator();
    const loud = audio.createGain();
    const at = audio.currentTime + n * 0.18;
    note.frequency.value = pitch;
    loud.gain.setValueAtTime(0.0001, at);
    loud.gain.exponentialRampToValueAtTime(0.25, at + 0.03);
    loud.gain.exponentialRampToValueAtTime(0.0001, at + 0.4);
    note.connect(loud).connect(audio.destination);
    note.start(at);
    note.stop(at + 0.45);
  });
}

export const chime = () => play([659, 880]);
// Of an errand that is offered to him: longer, and the phone shakes three times in a pocket.
export const call = () => play([880, 659, 880, 1047], [300, 150, 300, 150, 300]);
// A spoken word from our own house, for browsers that cannot speak themselves; heard after the notes.
export async function voice(address) {
  if (!unlocked()) return;
  const spoken = await fetch(address).then((answer) => answer.arrayBuffer()).then((bytes) => audio.decodeAudioData(bytes)).catch(() => null);
  if (!spoken || !unlocked()) return;
  const word = audio.createBufferSource();
  word.buffer = spoken;
  word.connect(audio.destination);
  word.start(audio.currentTime + 0.9);
}
// Of what cannot wait: the same voice, three times, and rising.
export const ring = () => play([659, 880, 1047, 659, 880, 1047]);
