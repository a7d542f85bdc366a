// What a page knows of messages between nodes: parsed from the frames that the server pushes (Core/Observation/Traffic/TrafficFrames.cs has the format).

export const Facts = { arrived: 1, returned: 2, requestLost: 4, answerLost: 8, refused: 16, givenUp: 32, failed: 64, late: 128, decided: 256, copy: 512, unsent: 1024, foreignClock: 2048, leaderCounted: 4096 };
export const Outcomes = ['', 'applied', 'superseded', 'duplicate', 'fenced'];

const text = new TextDecoder();
const keepMs = 60_000;
const mostTrips = 60_000;

/** All trips by number, and the server's clock. Times are milliseconds since the observer began. */
export class Traffic {
  trips = new Map();
  skipped = 0;
  #offset = null;
  // Those of which something is to be seen around the moment that is shown; the others of the last minute cost nothing.
  #window = [];
  #shown = 0;

  /** The observer's time now, by the smallest delay that any frame had. */
  get now() { return this.#offset === null ? 0 : performance.now() + this.#offset; }

  take(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    const u8 = () => view.getUint8(at++);
    const u32 = () => { at += 4; return view.getUint32(at - 4, true); };
    const f64 = () => { at += 8; return view.getFloat64(at - 8, true); };
    const f32 = () => { at += 4; return view.getFloat32(at - 4, true); };
    const string = () => { const n = view.getUint16(at, true); at += 2; const s = text.decode(bytes.subarray(at, at + n)); at += n; return s; };
    const whole = (u8() & 1) !== 0;
    const now = f64();
    this.skipped = u32();
    const names = Array.from({ length: u8() }, string);
    const count = u32();
    if (whole) { this.trips.clear(); this.#window = []; }
    for (let i = 0; i < count; i++) {
      const number = f64();
      const trip = {
        number, leader: names[u8()], follower: names[u8()], attempt: u8(), outcome: Outcomes[u8()], required: u8(), facts: u32(), delay: f32(),
        sent: f64(), arrived: f64(), returned: f64(), epoch: f64(), version: f64(), key: string(),
      };
      const known = this.trips.get(number);
      // The same object all along: whoever holds it sees what became of it.
      if (known) Object.assign(known, trip); else this.trips.set(number, trip);
      this.#watch(known ?? trip);
    }
    const offset = now - performance.now();
    // A frame that was held up says a time that is past: the largest difference is the truest.
    this.#offset = this.#offset === null || offset > this.#offset || now > 0 && this.now - now > 2000 ? offset : this.#offset;
    this.#forget();
  }

  #watch(trip) {
    if (trip.watched) return;
    trip.watched = true;
    this.#window.push(trip);
  }

  /** The trips that may be seen at a moment. What ended a while before it is let go; whoever goes back has them looked for anew. */
  around(t, margin) {
    if (t < this.#shown - 1) {
      for (const trip of this.#window) trip.watched = false;
      this.#window = [];
      for (const trip of this.trips.values()) if (endOf(trip) > t - margin) this.#watch(trip);
    }
    this.#shown = t;
    let kept = 0;
    for (const trip of this.#window) {
      if (endOf(trip) < t - margin) { trip.watched = false; continue; }
      this.#window[kept++] = trip;
    }
    this.#window.length = kept;
    return this.#window;
  }

  #forget() {
    const oldest = this.now - keepMs;
    for (const [number, trip] of this.trips) {
      if (this.trips.size <= mostTrips && Math.max(trip.sent, trip.arrived, trip.returned) > oldest) break;
      this.trips.delete(number);
    }
  }

  /** The earliest moment that can still be shown. */
  get oldest() {
    for (const trip of this.trips.values()) return trip.sent || trip.arrived;
    return this.now;
  }

  /** The first end of any message after a moment; null where there is none. */
  nextAfter(t) {
    let next = Infinity;
    for (const trip of this.trips.values())
      for (const end of [trip.sent, trip.arrived, trip.returned])
        if (end > t + 0.0005 && end < next) next = end;
    return next === Infinity ? null : next;
  }
}

/** When nothing more is to be seen of a trip, but for marks that fade. */
function endOf(trip) {
  const last = Math.max(trip.sent + trip.delay, trip.arrived, trip.returned);
  const open = !(trip.facts & (Facts.returned | Facts.requestLost | Facts.answerLost | Facts.refused | Facts.failed | Facts.copy | Facts.givenUp));
  return open ? last + 30_000 : last;
}

const has = (trip, fact) => (trip.facts & fact) !== 0;
const stopBefore = 0.93;
/** How long a mark stays, at the speed at which it happens. */
export const fadeMs = 900;

/**
 * What is to be seen of one trip at a moment.
 * @param fade how long a mark stays, in the map's own time
 * @param dots takes them
 * @returns dots: {id, kind request|answer, from, to, p, look, trip}, p from 0 at the sender to 1; look: known, scheduled (hollow), lost, refused
 */
export function dotsOf(trip, t, fade = fadeMs, dots = []) {
  const request = (p, look) => dots.push({ id: `m${trip.number}q`, kind: 'request', from: trip.leader, to: trip.follower, p, look, trip });
  const answer = (p, look) => dots.push({ id: `m${trip.number}a`, kind: 'answer', from: trip.follower, to: trip.leader, p, look, trip });
  if (trip.sent > 0 && t >= trip.sent && !has(trip, Facts.unsent)) {
    const due = trip.sent + Math.max(trip.delay, 1);
    if (has(trip, Facts.arrived)) {
      if (t < trip.arrived) request((t - trip.sent) / (trip.arrived - trip.sent), 'known');
    } else if (has(trip, Facts.refused)) {
      if (t < trip.sent + fade) request(0.12, 'refused');
    } else if (has(trip, Facts.requestLost)) {
      const middle = (trip.sent + due) / 2;
      if (t < middle) request(0.5 * (t - trip.sent) / (middle - trip.sent), 'scheduled');
      else if (t < middle + fade) request(0.5, 'lost');
    } else if (!has(trip, Facts.returned) && !(has(trip, Facts.givenUp) && t > due + fade)) {
      request(Math.min(stopBefore, (t - trip.sent) / (due - trip.sent)), 'scheduled');
    }
  }
  if (has(trip, Facts.arrived) && !has(trip, Facts.copy) && t >= trip.arrived) {
    if (has(trip, Facts.returned)) {
      if (t < trip.returned) answer((t - trip.arrived) / (trip.returned - trip.arrived), 'known');
    } else if (has(trip, Facts.answerLost)) {
      if (t < trip.arrived + fade) answer(0.5, 'lost');
    } else if (!(has(trip, Facts.givenUp) && t > trip.arrived + fade)) {
      answer(Math.min(stopBefore, (t - trip.arrived) / 5), 'scheduled');
    }
  }
  return dots;
}

/** What has just come to an end at a moment, and how long ago: {at follower|leader, node, word, age 0…1, trip}. */
export function marksOf(trip, t, fade = fadeMs, marks = []) {
  if (has(trip, Facts.arrived) && t >= trip.arrived && t < trip.arrived + fade)
    marks.push({ node: trip.follower, word: has(trip, Facts.copy) ? 'duplicate' : trip.outcome, age: (t - trip.arrived) / fade, trip });
  if (has(trip, Facts.returned) && t >= trip.returned && t < trip.returned + fade)
    marks.push({ node: trip.leader, word: has(trip, Facts.failed) ? 'failed' : has(trip, Facts.decided) ? 'decided' : has(trip, Facts.late) ? 'late' : 'acked', age: (t - trip.returned) / fade, trip });
  return marks;
}

/** The latest writes at a moment, newest first: how many acks each has and how many it needs. */
export function writesAt(trips, t, most, forMs) {
  const writes = new Map();
  for (const trip of trips) {
    if (trip.attempt !== 1 || !trip.sent || trip.sent > t || has(trip, Facts.copy)) continue;
    const id = `${trip.epoch}.${trip.version}`;
    let write = writes.get(id);
    if (!write) writes.set(id, write = { id, key: trip.key, epoch: trip.epoch, version: trip.version, sent: trip.sent, required: trip.required, acks: has(trip, Facts.leaderCounted) ? 1 : 0, decided: 0, last: trip.sent });
    if (has(trip, Facts.returned) && !has(trip, Facts.failed) && trip.returned <= t) {
      write.acks++;
      write.last = Math.max(write.last, trip.returned);
      if (has(trip, Facts.decided)) write.decided = trip.returned;
    }
  }
  return [...writes.values()].filter(w => t - w.last < forMs || (!w.decided && t - w.sent < 4 * forMs)).sort((a, b) => b.version - a.version || b.epoch - a.epoch).slice(0, most);
}
