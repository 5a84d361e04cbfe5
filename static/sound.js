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

function play(notes) {
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
  navigator.vibrate?.(120);
}

export const chime = () => play([659, 880]);
// Of what cannot wait: the same voice, three times, and rising.
export const ring = () => play([659, 880, 1047, 659, 880, 1047]);
