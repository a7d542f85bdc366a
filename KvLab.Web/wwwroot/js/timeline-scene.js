// The space-time diagram as it stands: time, lanes, what was so with nodes, lines of messages. Keeps what it drew, so that it can be pointed at.

import { Flags, crossings, stepOf, stopOf, tickWords } from './timeline-data.js';

const fewWrites = 24;
const fewCrossings = 40;
const fewAnswers = 8;
const fewArrivals = 30;

/** By outcome: colour, width, dash. An answer is thinner than what it answers, but for the one that decided. */
const looks = {
  request: { applied: ['pending', 1.3], superseded: ['refused', 1.8], duplicate: ['ahead', 1.3], fenced: ['conflict', 1.8], lost: ['conflict', 1.8], refused: ['behind', 1.8], failed: ['conflict', 1.3], given_up: ['quiet', 1, [5, 4]], under_way: ['pending', 1.3, [5, 4]] },
  answer: { acked: ['fresh', 1], decided: ['fresh', 2.6], late: ['quiet', 0.8], failed: ['conflict', 1.2], lost: ['conflict', 1.8], given_up: ['quiet', 0.8, [5, 4]], under_way: ['fresh', 1, [5, 4]] },
  call: { answered: ['ahead', 1, [2, 3]], given_up: ['conflict', 1, [2, 3]], under_way: ['ahead', 1, [2, 3]] },
  read: { answered: ['fresh', 1.2, [6, 2]], given_up: ['conflict', 1.2, [6, 2]], under_way: ['fresh', 1.2, [2, 3]] },
  write: { decided: ['fresh', 3], failed: ['behind', 3], given_up: ['quiet', 2, [5, 4]], under_way: ['pending', 2, [5, 4]] },
};

const spanInks = { down: ['quiet', 0.55], frozen: ['ahead', 0.35], cut: ['conflict', 0.3], waiting: ['behind', 0.35], link: ['behind', 0.22], slow: ['behind', 0.22], silent: ['quiet', 0.25] };

const worst = ['lost', 'refused', 'fenced', 'failed', 'superseded', 'given_up', 'duplicate'];

export const lookOf = (kind, outcome, stale) => (stale ? ['refused', 1.6, [6, 2]] : looks[kind]?.[outcome] ?? ['quiet', 1]);

export class Scene {
  /** What can be pointed at: {x1, y1, x2, y2, line or sum}. */
  drawn = [];
  crossings = 0;
  labels = 0;
  #scale = 1;
  get #top() { return 40 * this.#scale; }

  y(lane, view, frame) { return this.#top + (lane + 0.5) * (view.height - this.#top - 6) / Math.max(1, frame.lanes.length); }

  /** @param options selected: any line of the selected write is marked; hovered: id; now: the right end of what is known; ground: for a file; names: of lanes */
  draw(paint, view, frame, inks, options) {
    const { width, height } = view;
    paint.begin(width, height, options.ground);
    this.drawn = [];
    // Large type for a hall.
    this.#scale = options.scale ?? 1;
    this.#epochs(paint, view, frame, inks, options);
    this.#times(paint, view, frame, inks);
    this.#spans(paint, view, frame, inks, options);
    paint.clip?.(view.left, 0, width - view.left - view.right + 6, height);
    this.#lines(paint, view, frame, inks, options);
    this.#cursor(paint, view, inks, options);
    paint.unclip?.();
    this.#names(paint, view, frame, inks, options);
  }

  /** The moment that all panels show. */
  #cursor(paint, view, inks, { cursor = null }) {
    if (cursor === null) return;
    const x = view.x(cursor), top = 17 * this.#scale;
    paint.line(x, top, x, view.height, { stroke: inks.action, width: 2 });
    paint.shape([[x - 6, top], [x + 6, top], [x, top + 9]], { fill: inks.action });
  }

  #times(paint, view, frame, inks) {
    const step = frame.lamport ? Math.max(1, Math.round(stepOf(view.span, Math.max(2, view.room / (90 * this.#scale))))) : stepOf(view.span, Math.max(2, view.room / (90 * this.#scale)));
    // Ticks stand at round times of the day, not of the observer.
    const shift = frame.lamport ? 0 : frame.origin % step;
    for (let time = Math.ceil((view.from + shift) / step) * step - shift; time <= view.to; time += step) {
      const x = view.x(time);
      paint.line(x, this.#top - 8, x, view.height, { stroke: inks.line, width: 1, alpha: 0.7 });
      paint.text(x, 10 * this.#scale, tickWords(time, step, frame), { fill: inks['ink-soft'], size: 11 * this.#scale });
    }
  }

  #epochs(paint, view, frame, inks, { now }) {
    let odd = false;
    for (const span of frame.spans.filter(s => s.kind === 'epoch')) {
      const [x1, x2] = this.#ends(view, span, now);
      odd = !odd;
      if (x2 <= x1) continue;
      if (odd) paint.shape([[x1, 18 * this.#scale], [x2, 18 * this.#scale], [x2, view.height], [x1, view.height]], { fill: inks.raised });
      if (x2 - x1 > 60) paint.text(x1 + 5, 26 * this.#scale, x2 - x1 > 190 * this.#scale ? `${span.words} · ${frame.lanes[span.lane].id} leads` : span.words, { fill: inks['ink-soft'], size: 11 * this.#scale, weight: 600, align: 'left' });
      if (span.begin > view.from) paint.line(x1, 18 * this.#scale, x1, view.height, { stroke: inks.action, width: 1.5, dash: [3, 3] });
    }
  }

  #spans(paint, view, frame, inks, { now }) {
    const lane = (view.height - this.#top - 6) / Math.max(1, frame.lanes.length);
    frame.lanes.forEach((_, i) => {
      const y = this.y(i, view, frame);
      paint.line(view.left, y, view.width - view.right, y, { stroke: inks['line-strong'], width: 1 });
    });
    for (const span of frame.spans) {
      const [x1, x2] = this.#ends(view, span, now);
      const y = this.y(span.lane, view, frame);
      if (x2 <= x1) continue;
      if (span.kind === 'epoch') { paint.line(x1, y, x2, y, { stroke: inks.action, width: 4 }); continue; }
      const [ink, alpha] = spanInks[span.kind], half = Math.min(11, lane * 0.32);
      paint.shape([[x1, y - half], [x2, y - half], [x2, y + half], [x1, y + half]], { fill: inks[ink], alpha });
      // Where it begins and where it ends.
      if (span.begin > view.from) this.#flag(paint, x1, y, half, inks[ink], 1);
      if (span.end && span.end < view.to) this.#flag(paint, x2, y, half, inks[ink], -1);
      if (x2 - x1 > 14 + span.words.length * 6) paint.text(x1 + 9, y + half + 8, span.words, { fill: inks['ink-soft'], size: 11 * this.#scale, align: 'left', halo: inks.surface });
    }
  }

  #ends(view, span, now) { return [Math.max(view.left, view.x(span.begin)), Math.min(view.width - view.right, view.x(span.end || Math.max(now, span.begin)))]; }

  #flag(paint, x, y, half, ink, way) {
    paint.line(x, y - half - 6, x, y + half, { stroke: ink, width: 2 });
    paint.shape([[x, y - half - 6], [x + 8 * way, y - half - 3], [x, y - half]], { fill: ink });
  }

  #lines(paint, view, frame, inks, options) {
    const batches = new Map();
    const cone = frame.cones.size > 0 && options.selected ? frame.cones : null;
    const put = (x1, y1, x2, y2, [ink, width, dash = []], alpha, what) => {
      const key = `${ink} ${width} ${dash} ${alpha}`;
      const batch = batches.get(key) ?? batches.set(key, { style: { stroke: inks[ink], width, dash, alpha }, parts: [] }).get(key);
      batch.parts.push(x1, y1, x2, y2);
      this.drawn.push({ x1, y1, x2, y2, ...what });
    };
    const marks = [];
    for (const sum of frame.sums) this.#sum(put, marks, view, frame, sum, cone);
    const lines = frame.lines.filter(l => this.#seen(view, l));
    for (const line of lines) this.#line(put, marks, view, frame, line, this.#shade(line, cone, options), 0, options);
    if (options.selected) for (const line of frame.selected) if (this.#seen(view, line)) this.#line(put, marks, view, frame, line, 1, 1.2, options);
    if (cone) this.#cone(paint, view, frame, cone, inks);
    for (const { style, parts } of batches.values()) paint.lines(parts, style);
    for (const mark of marks) this.#mark(paint, mark, inks);
    this.#crossings(paint, view, frame, [...lines, ...(options.selected ? frame.selected.filter(s => !lines.some(l => l.id === s.id)) : [])], inks, cone ? 0.6 : 1);
    this.#writes(paint, view, frame, lines, inks, options);
  }

  #seen(view, line) { return line.begin <= view.to && (line.end ? line.end >= view.from : true); }

  /** What is neither cause nor effect of the selected event steps back. */
  #shade(line, cone) {
    if (!cone) return 1;
    const past = line.end && line.end <= (cone.get(line.to)?.past ?? 0), future = cone.get(line.from)?.future && line.begin >= cone.get(line.from).future;
    return past || future ? 0.75 : 0.16;
  }

  #sum(put, marks, view, frame, sum, cone) {
    const bad = worst.find(w => sum.outcomes.some(([o]) => o === w));
    const [most] = sum.outcomes.reduce((a, b) => (b[1] > a[1] ? b : a));
    const [ink, , dash] = lookOf(sum.kind, most);
    const begin = (sum.first + sum.last) / 2, end = sum.lastEnd ? (sum.firstEnd + sum.lastEnd) / 2 : begin;
    const [y1, y2] = [this.y(sum.from, view, frame), this.y(sum.to, view, frame)];
    const write = sum.kind === 'write';
    const [x1, x2] = [view.x(write && sum.lastEnd ? end : begin), view.x(end)];
    const alpha = cone ? 0.14 : sum.kind === 'request' ? 0.5 : 0.4;
    put(x1, y1, x2, y2, [ink, Math.min(4, 1 + Math.log10(sum.count)), dash], alpha, { sum });
    if (bad && bad !== most && sum.kind !== 'answer') marks.push({ x: x2, y: y2, word: bad, ink: lookOf(sum.kind, bad)[0], small: true, alpha: cone ? 0.4 : 1 });
    if (sum.inversions) marks.push({ x: (x1 + x2) / 2, y: (y1 + y2) / 2, word: 'inversion', small: true, alpha: cone ? 0.4 : 1 });
  }

  #line(put, marks, view, frame, line, alpha, more, { now, hovered, lost }) {
    // A promise that was not kept.
    const broken = line.kind === 'write' && lost?.has(`${line.epoch}.${line.version}`);
    const look = broken ? ['conflict', 3] : lookOf(line.kind, line.outcome, line.flags & Flags.stale);
    const [y1, y2] = [this.y(line.from, view, frame), this.y(line.to, view, frame)];
    const width = look[1] + more + (hovered === line.id ? 1.5 : 0);
    const style = [look[0], width, look[2]];
    if (line.kind === 'write') {
      // The client is told at the end; until then it waits.
      const x = view.x(line.end || Math.max(now, line.begin));
      if (line.end || line.outcome === 'given_up') put(x, y1, x, y2, style, alpha, { line });
      put(view.x(line.begin), y1 - 5, x, y1 - 5, [look[0], 1.5 + more], alpha * 0.6, { line });
      return;
    }

    const stop = stopOf(line, now);
    const x1 = view.x(line.begin), whole = view.x(stop ? stop.end : line.end);
    const share = stop?.share ?? 1;
    const [x2, y] = [x1 + (whole - x1) * share, y1 + (y2 - y1) * share];
    put(x1, y1, x2, y, style, alpha, { line });
    const word = stop ? (line.outcome === 'under_way' ? 'open' : line.outcome) : line.kind === 'request' ? line.outcome : line.flags & Flags.stale ? 'stale' : '';
    if (word && word !== 'given_up') marks.push({ x: x2, y, word, ink: look[0], alpha, small: alpha < 0.5 });
  }

  #mark(paint, { x, y, word, ink, small, alpha }, inks) {
    const r = small ? 2.5 : 3.6, stroke = inks[ink];
    if (word === 'applied') paint.circle(x, y, small ? 1.5 : 2.6, { fill: stroke, alpha });
    else if (word === 'open') paint.circle(x, y, 3.4, { fill: inks.surface, stroke, width: 1.6, alpha });
    else if (word === 'superseded' || word === 'fenced' || word === 'stale') {
      paint.circle(x, y, r + 2, { fill: inks.surface, stroke, width: 2, alpha });
      paint.line(x - r, y, x + r, y, { stroke, width: 2, alpha });
    } else if (word === 'inversion') paint.circle(x, y, 2.6, { fill: inks.amber, stroke: inks['amber-ink'], width: 1, alpha });
    else if (word === 'duplicate') paint.circle(x, y, r, { stroke, width: 1.6, alpha });
    else {
      paint.line(x - r, y - r, x + r, y + r, { stroke, width: 2.4, alpha });
      paint.line(x - r, y + r, x + r, y - r, { stroke, width: 2.4, alpha });
    }
  }

  /** Where two messages of one key to one node cross each other. */
  #crossings(paint, view, frame, lines, inks, alpha) {
    const all = crossings(lines).filter(c => this.#seen(view, c.older));
    this.crossings = all.length;
    all.forEach(({ older, newer, share }, i) => {
      const x = view.x(older.begin + (older.end - older.begin) * share);
      const y = this.y(older.from, view, frame) + (this.y(older.to, view, frame) - this.y(older.from, view, frame)) * share;
      const few = all.length <= fewCrossings;
      paint.circle(x, y, few ? 7 : 3.5, { fill: inks.amber, stroke: inks['amber-ink'], width: 1.4, alpha });
      if (few) {
        // Two arrows that pass each other.
        paint.line(x - 3.4, y - 2.6, x + 3.4, y + 2.6, { stroke: inks['amber-ink'], width: 1.5, alpha });
        paint.line(x - 3.4, y + 2.6, x + 3.4, y - 2.6, { stroke: inks['amber-ink'], width: 1.5, alpha });
      }
      if (all.length <= 6 && i < 6) paint.text(x + 11, y, `v${newer.version} passes v${older.version}`, { fill: inks.ink, size: 11 * this.#scale, weight: 600, align: 'left', halo: inks.surface });
    });
  }

  /** Versions where the leader sends them, as long as they can be read. */
  #writes(paint, view, frame, lines, inks, { lost }) {
    const writes = lines.filter(l => l.kind === 'write' && l.begin >= view.from);
    this.labels = 0;
    let free = -1e9;
    const room = view.room / Math.max(1, writes.length) > 46 || writes.length <= fewWrites;
    if (!room) return;
    for (const write of writes.sort((a, b) => a.begin - b.begin)) {
      const x = view.x(write.begin), y = this.y(write.from, view, frame);
      paint.shape([[x - 3.5, y - 3.5], [x + 3.5, y - 3.5], [x + 3.5, y + 3.5], [x - 3.5, y + 3.5]], { fill: inks.action });
      const words = `v${write.version} ${write.key}`;
      if (x < free) continue;
      paint.text(x, y - 14 * this.#scale, words, { fill: inks.ink, size: 11 * this.#scale, weight: 600, align: 'left', halo: inks.surface });
      free = x + (words.length * 7 + 6) * this.#scale;
      this.labels++;
    }

    if (writes.length > fewAnswers) return;
    // Rows above each other, where they would lie on each other.
    const rows = [-1e9, -1e9, -1e9];
    for (const write of lines.filter(l => l.kind === 'write' && l.end && l.end >= view.from).sort((a, b) => a.end - b.end)) {
      const broken = lost?.has(`${write.epoch}.${write.version}`);
      const x = view.x(write.end), words = `v${write.version} ${write.outcome === 'decided' ? 'answered' : 'partial'}: ${write.acks} of ${write.attempt}${broken ? ' – LOST' : ''}`;
      const row = rows.findIndex(end => end < x);
      if (row < 0) continue;
      const wide = words.length * 6.9 * this.#scale + 8, back = x + wide > view.width - view.right;
      rows[row] = x + wide;
      paint.text(back ? x - 4 : x + 4, this.y(write.to, view, frame) - (9 + 14 * row) * this.#scale, words, { fill: inks[broken ? 'conflict' : write.outcome === 'decided' ? 'fresh' : 'behind'], size: 11 * this.#scale, weight: 650, align: back ? 'right' : 'left', halo: inks.surface });
    }

    // Which of them it is where it arrives.
    const arrived = lines.filter(l => l.kind === 'request' && l.end && l.end >= view.from);
    if (arrived.length > fewArrivals) return;
    const taken = new Map();
    for (const line of arrived.sort((a, b) => a.end - b.end)) {
      const x = view.x(line.end) + 9, words = `v${line.version}${line.outcome === 'superseded' ? ' stale' : line.outcome === 'duplicate' ? ' again' : ''}`;
      if (x < (taken.get(line.to) ?? -1e9)) continue;
      taken.set(line.to, x + (words.length * 6.4 + 4) * this.#scale);
      paint.text(x, this.y(line.to, view, frame) + 11 * this.#scale, words, { fill: line.outcome === 'superseded' ? inks.refused : inks['ink-soft'], size: 10 * this.#scale, align: 'left', halo: inks.surface });
    }
  }

  /** Of each lane, what may have led to the selected event and what it may have led to. */
  #cone(paint, view, frame, cone, inks) {
    for (const [lane, { past, future }] of cone) {
      const y = this.y(lane, view, frame);
      if (past > view.from) paint.line(view.left, y, Math.min(view.width - view.right, view.x(past)), y, { stroke: inks.ahead, width: 7, alpha: 0.45 });
      if (future && future < view.to) paint.line(Math.max(view.left, view.x(future)), y, view.width - view.right, y, { stroke: inks.amber, width: 7, alpha: 0.6 });
    }
  }

  #names(paint, view, frame, inks, { names = {} }) {
    frame.lanes.forEach((lane, i) => {
      const y = this.y(i, view, frame);
      paint.text(view.left - 8, y, names[lane.id] ?? lane.id, { fill: inks.ink, size: 12 * this.#scale, weight: lane.leads ? 700 : 500, align: 'right' });
      if (view.left > 80 && (lane.error > 0 || Number.isNaN(lane.error))) paint.text(view.left - 8, y + 13, Number.isNaN(lane.error) ? 'clock not known' : `± ${lane.error.toFixed(1)} ms`, { fill: inks['ink-soft'], size: 10 * this.#scale, align: 'right' });
    });
  }
}
