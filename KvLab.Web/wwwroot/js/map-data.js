// What a page knows of messages between nodes: parsed from the frames that the server pushes (Core/Observation/Traffic/TrafficFrames.cs has the format).

export const Facts = { arrived: 1, returned: 2, requestLost: 4, answerLost: 8, refused: 16, givenUp: 32, failed: 64, late: 128, decided: 256, copy: 512, unsent: 1024, foreignClock: 2048, leaderCounted: 4096 };
export const Outcomes = ['', 'applied', 'superseded', 'duplicate', 'fenced'];

const text = new TextDecoder();
const keepMs = 60_000;
const mostTrips = 60_000;
const mostCalls = 8_192;

/** All trips by number, and the server's clock. Times are milliseconds since the observer began. */
export class Traffic {
  trips = new Map();
  /** Calls between nodes and reads of clients, the oldest first. */
  calls = [];
  #callsById = new Map();
  skipped = 0;
  #errors = new Map();
  #offset = null;
  // Those of which something is to be seen around the moment that is shown; the others of the last minute cost nothing.
  #window = [];
  #shown = 0;

  /** Of a recording: the moment that is shown is the present. */
  held = null;

  /** The observer's time now, by the smallest delay that any frame had. */
  get now() { return this.held !== null ? this.held : this.#offset === null ? 0 : performance.now() + this.#offset; }

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
    const names = Array.from({ length: u8() }, () => { const name = string(); this.#errors.set(name, f32()); return name; });
    const count = u32();
    if (whole) { this.trips.clear(); this.calls = []; this.#callsById.clear(); this.#window = []; }
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
    for (let calls = u32(); calls > 0; calls--) {
      const number = f64(), from = names[u8()], to = names[u8()], name = names[u8()], flags = u8();
      const call = {
        id: `${flags & 4 ? 'r' : 'c'}${number}`, from, to, name, answered: (flags & 1) !== 0, facts: flags & 2 ? Facts.foreignClock : 0, read: (flags & 4) !== 0, stale: (flags & 8) !== 0, open: (flags & 16) !== 0,
        sent: f64(), arrived: f64(), ended: f64(), epoch: f64(), version: f64(), key: string(),
      };
      const known = this.#callsById.get(call.id);
      if (known) { Object.assign(known, call); continue; }
      this.calls.push(call);
      this.#callsById.set(call.id, call);
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

  /** Whether something that is known happens later than a moment. */
  goesOnAfter(t) { return this.#window.some(trip => Math.max(trip.sent, trip.arrived, trip.returned) > t) || (this.calls.at(-1)?.ended ?? 0) > t; }

  /** By so many ms the times of a message between two nodes may be wrong against each other; NaN where nobody knows. */
  errorOf(from, to, facts) { return facts & Facts.foreignClock ? NaN : (this.#errors.get(from) ?? 0) + (this.#errors.get(to) ?? 0); }

  #forget() {
    const oldest = this.now - keepMs;
    if (this.calls.length > mostCalls || (this.calls.length && this.calls[0].ended < oldest - keepMs)) {
      this.calls = this.calls.slice(-mostCalls / 2).filter(c => c.ended > oldest);
      this.#callsById = new Map(this.calls.map(c => [c.id, c]));
    }
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
    for (const call of this.calls)
      for (const end of [call.sent, call.arrived, call.ended])
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
