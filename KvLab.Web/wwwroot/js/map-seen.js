// What is to be seen of messages at one moment. Only what was told: nothing here knows of settings or of what is likely.

import { Facts } from './map-data.js';

const has = (trip, fact) => (trip.facts & fact) !== 0;
const stopBefore = 0.93;
/** How long a mark stays, at the speed at which it happens. */
export const fadeMs = 900;

/**
 * What is to be seen of one trip at a moment.
 * @param fade how long a mark stays, in the map's own time
 * @param dots takes them
 * @returns dots: {id, kind request|answer, from, to, p, look, trip, span}, p from 0 at the sender to 1; look: known, scheduled (hollow), given-up (hollow and grey: its sender ended or waits no more), lost, refused; span: ms from one end to the other
 */
export function dotsOf(trip, t, fade = fadeMs, dots = []) {
  if (trip.sent > 0 && t >= trip.sent && !has(trip, Facts.unsent)) {
    const due = trip.sent + Math.max(trip.delay, 1);
    if (has(trip, Facts.arrived)) {
      if (t < trip.arrived) dots.push(request(trip, (t - trip.sent) / (trip.arrived - trip.sent), 'known', trip.arrived - trip.sent));
    } else if (has(trip, Facts.refused)) {
      if (t < trip.sent + fade) dots.push(request(trip, 0.12, 'refused'));
    } else if (has(trip, Facts.requestLost)) {
      const middle = (trip.sent + due) / 2;
      if (t < middle) dots.push(request(trip, 0.5 * (t - trip.sent) / (middle - trip.sent), 'scheduled'));
      else if (t < middle + fade) dots.push(request(trip, 0.5, 'lost'));
    } else if (!has(trip, Facts.returned) && !(has(trip, Facts.givenUp) && t > due + fade)) {
      dots.push(request(trip, Math.min(stopBefore, (t - trip.sent) / (due - trip.sent)), has(trip, Facts.givenUp) ? 'given-up' : 'scheduled'));
    }
  }
  if (has(trip, Facts.arrived) && !has(trip, Facts.copy) && t >= trip.arrived) {
    if (has(trip, Facts.returned)) {
      if (t < trip.returned) dots.push(answer(trip, (t - trip.arrived) / (trip.returned - trip.arrived), 'known', trip.returned - trip.arrived));
    } else if (has(trip, Facts.answerLost)) {
      if (t < trip.arrived + fade) dots.push(answer(trip, 0.5, 'lost'));
    } else if (!(has(trip, Facts.givenUp) && t > trip.arrived + fade)) {
      dots.push(answer(trip, Math.min(stopBefore, (t - trip.arrived) / 5), 'scheduled'));
    }
  }
  return dots;
}

function request(trip, p, look, span = 0) { return { id: `m${trip.number}q`, kind: 'request', from: trip.leader, to: trip.follower, p, look, trip, span }; }
function answer(trip, p, look, span = 0) { return { id: `m${trip.number}a`, kind: 'answer', from: trip.follower, to: trip.leader, p, look, trip, span }; }

/** A call between nodes, or a read of a client: there, and back again. p is always from whoever asked; look answering on the way back. */
export function callDotsOf(call, t, dots = []) {
  if (t < call.sent || (t >= call.ended && !call.open)) return dots;
  const dot = (p, look, span = 0) => dots.push({ id: call.id, kind: 'call', from: call.from, to: call.to, p, look, call, trip: call, span });
  if (!call.arrived) dot(Math.min(stopBefore, (t - call.sent) / (call.ended - call.sent)), 'scheduled');
  else if (t < call.arrived) dot((t - call.sent) / (call.arrived - call.sent), 'known', call.arrived - call.sent);
  else if (call.open) dot(1 - Math.min(stopBefore, (t - call.arrived) / Math.max(1, call.ended - call.arrived)), 'scheduled');
  else if (call.answered) dot(1 - (t - call.arrived) / (call.ended - call.arrived), 'answering', call.ended - call.arrived);
  return dots;
}

/**
 * What has just come to an end, the newest of each sort at each place: a node at which a hundred writes were stored within the last second shows one tick, as old as the latest of them.
 * Elements: {node, word, age 0…1, from: who sent it, name: of the call}.
 */
export class Marks {
  #newest = new Map();

  #add(node, word, age, from = '', name = '') {
    const place = `${node} ${from} ${word} ${name}`;
    const known = this.#newest.get(place);
    if (!known) this.#newest.set(place, { node, word, age, from, name });
    else if (age < known.age) known.age = age;
  }

  get all() { return [...this.#newest.values()]; }

  /** @param fade how long they stay */
  addTrip(trip, t, fade) {
    if (has(trip, Facts.arrived) && t >= trip.arrived && t < trip.arrived + fade) {
      const word = has(trip, Facts.copy) ? 'duplicate' : trip.outcome;
      if (word) this.#add(trip.follower, word, (t - trip.arrived) / fade);
    }
    if (has(trip, Facts.returned) && t >= trip.returned && t < trip.returned + fade)
      this.#add(trip.leader, has(trip, Facts.failed) ? 'failed' : has(trip, Facts.decided) ? 'decided' : has(trip, Facts.late) ? 'late' : 'acked', (t - trip.returned) / fade, trip.follower);
  }

  addCall(call, t, fade) {
    if (!call.answered || call.open || t < call.ended || t >= call.ended + fade) return;
    this.#add(call.from, call.read ? (call.stale ? 'stale-read' : 'read') : 'called', (t - call.ended) / fade, call.to, call.read ? '' : call.name);
  }
}

/** The latest writes at a moment, newest first: how many acks each has and how many it needs. */
export function writesAt(trips, t, most, forMs) {
  const writes = new Map();
  for (const trip of trips) {
    if (trip.attempt !== 1 || !trip.sent || trip.sent > t || has(trip, Facts.copy)) continue;
    const id = trip.epoch * 2 ** 36 + trip.version;
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
