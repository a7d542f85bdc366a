// A window of the space-time diagram, as the server packs it (Core/Observation/Timeline/TimelineFrames.cs has the format), and where a moment is on the screen.

export const Kinds = ['request', 'answer', 'call', 'read', 'write'];
export const Outcomes = ['under_way', 'applied', 'superseded', 'duplicate', 'fenced', 'lost', 'refused', 'acked', 'decided', 'late', 'failed', 'given_up', 'answered'];
export const Spans = ['down', 'frozen', 'cut', 'waiting', 'link', 'slow', 'silent', 'epoch'];
export const Flags = { inversion: 1, copy: 2, unsent: 4, foreign: 8, stale: 16, before: 128 };

const text = new TextDecoder();
const ids = { request: n => `m${n}q`, answer: n => `m${n}a`, call: n => `c${n}`, read: n => `r${n}`, write: n => `w${n}` };

export function parse(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const u8 = () => view.getUint8(at++);
  const u16 = () => { at += 2; return view.getUint16(at - 2, true); };
  const u32 = () => { at += 4; return view.getUint32(at - 4, true); };
  const f32 = () => { at += 4; return view.getFloat32(at - 4, true); };
  const f64 = () => { at += 8; return view.getFloat64(at - 8, true); };
  const string = () => { const n = u16(); at += n; return text.decode(bytes.subarray(at - n, at)); };
  const list = (count, one) => Array.from({ length: count }, one);
  const lamport = u8() === 1;
  const frame = { lamport, origin: f64(), now: f64(), from: f64(), to: f64(), first: f64(), messages: u32() };
  frame.lanes = list(u8(), () => ({ id: string(), leads: u8() === 1, error: f32() }));
  const keys = list(u16(), string);
  const line = () => {
    const kind = Kinds[u8()], from = u8(), to = u8(), outcome = Outcomes[u8()], flags = u8(), attempt = u8(), acks = u8(), key = keys[u16()], number = u32();
    return { id: ids[kind](number), kind, from, to, outcome, flags, attempt, acks, key, epoch: u32(), version: u32(), begin: f64(), end: f64(), delay: f32(), corrected: f32() };
  };
  frame.lines = list(u32(), line);
  frame.sums = list(u32(), () => ({
    kind: Kinds[u8()], from: u8(), to: u8(), flags: u8(), first: f64(), last: f64(), firstEnd: f64(), lastEnd: f64(), count: u32(), inversions: u32(),
    outcomes: list(u8(), () => [Outcomes[u8()], u32()]),
  }));
  frame.spans = list(u16(), () => ({ kind: Spans[u8()], lane: u8(), begin: f64(), end: f64(), words: string() }));
  frame.selected = list(u32(), line);
  frame.cones = new Map(list(u8(), () => [u8(), { past: f64(), future: f64() }]));
  return frame;
}

/** Which moments are seen, between which pixels. Times in ms since the observer began, or Lamport times. */
export class View {
  left = 96;
  right = 12;
  width = 0;
  height = 0;
  at = 0;
  span = 10_000;

  get from() { return this.at - this.span / 2; }
  get to() { return this.at + this.span / 2; }
  get room() { return Math.max(1, this.width - this.left - this.right); }
  x(time) { return this.left + (time - this.from) / this.span * this.room; }
  time(x) { return this.from + (x - this.left) / this.room * this.span; }

  /** The moment under a pixel stays under it. */
  zoom(factor, x = this.left + this.room / 2, [least, most] = [0.02, 86_400_000]) {
    const held = this.time(x);
    this.span = Math.min(most, Math.max(least, this.span * factor));
    this.at = held + this.span / 2 - (x - this.left) / this.room * this.span;
  }
}

/** A line whose end nobody told: where it is drawn to. Null: it is drawn whole. */
export function stopOf(line, now) {
  if (line.end) return null;
  const due = line.begin + Math.max(line.delay, 0.05);
  if (line.outcome === 'refused') return { end: due, share: 0.12 };
  if (line.outcome === 'lost') return { end: due, share: 0.5 };
  if (line.outcome === 'under_way') return { end: due, share: Math.min(0.93, Math.max(0.05, (now - line.begin) / (due - line.begin))) };
  return { end: due, share: 0.93 };
}

/** How far a point is from a stretch, in pixels. */
export function distance(px, py, { x1, y1, x2, y2 }) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const share = Math.min(1, Math.max(0, ((px - x1) * dx + (py - y1) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(px - x1 - share * dx, py - y1 - share * dy);
}

/** Where two messages of one key to one node cross: {line, other, share}. Only those that are marked as out of order are looked at. */
export function crossings(lines) {
  const found = [];
  const places = new Map();
  for (const line of lines) {
    if (!(line.flags & Flags.inversion) || line.flags & Flags.copy || !line.end || line.kind !== 'request') continue;
    const place = `${line.to} ${line.key}`;
    const others = places.get(place) ?? places.set(place, []).get(place);
    for (const other of others) {
      const older = line.epoch < other.epoch || (line.epoch === other.epoch && line.version < other.version) ? line : other;
      const newer = older === line ? other : line;
      if (older.end <= newer.end) continue;
      const apart = (newer.begin - older.begin), later = (older.end - newer.end);
      found.push({ older, newer, share: older.from === newer.from && apart >= 0 ? apart / (apart + later) : 1 });
    }

    others.push(line);
    if (found.length > 400) break;
  }

  return found;
}

/** Round steps for the axis, in ms: 1, 2, 5 and their tenfolds, then seconds and minutes. */
export function stepOf(span, most) {
  const least = span / most;
  for (const step of [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000])
    if (step >= least) return step;
  return 3_600_000 * Math.ceil(least / 3_600_000);
}

/** A moment as the axis writes it: the viewer's clock, with as many digits as the step has. */
export function tickWords(time, step, frame) {
  if (frame.lamport) return `${Math.round(time)}`;
  const at = new Date(frame.origin + time);
  const seconds = at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  if (step >= 1000) return seconds;
  // Finer than a Date knows: what is left of the second.
  const within = ((frame.origin + time) % 1000 + 1000) % 1000;
  return `${seconds.slice(3)}.${within.toFixed(step >= 1 ? 0 : Math.min(3, Math.ceil(-Math.log10(step)))).padStart(step >= 1 ? 3 : 0, '0')}`;
}
