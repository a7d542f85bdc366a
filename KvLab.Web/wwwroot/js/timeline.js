// The space-time diagram. It asks the server for the window that it shows (one question at a time, as bytes), draws it on a canvas, and follows the present until somebody holds it.

import { saveBlob } from './kvlab.js';
import { CanvasPaint, SvgPaint } from './map-paint.js';
import { inksOf } from './map-scene.js';
import { View, distance, parse } from './timeline-data.js';
import { Scene } from './timeline-scene.js';

const liveMs = 60;
const stillMs = 500;
const hitPx = 7;
const tellMs = 250;
/** So much beside the window is asked for too, as a share of it, so that moving it has something to show. */
const margin = 0.5;

export function create(root, dotnet, options) {
  const diagram = new Diagram(root, dotnet, JSON.parse(options));
  // For tests, and for whoever wants to look: what is drawn at this moment.
  root.kvlabTimeline = diagram;
  return diagram;
}

class Diagram {
  #root; #canvas; #tip; #note; #dotnet; #paint; #inks; #inksAt = 0; #raf = 0; #sized;
  #view = new View(); #scene = new Scene(); #frame = null; #asked = null; #asking = false; #askedAt = 0; #stale = true;
  #live = true; #offset = null; #drawnAt = 0; #dirty = true; #told = 0; #said = '';
  #hovered = null; #explaining = 0; #pointers = new Map(); #pinch = 0; #moved = 0; #names = {};
  #selected = false; #chosen = null; #wanted = null; #hidden = false; #steady = false; #scale = 1; #lost = new Set(); #moment = null; #led = false;
  #reduced = matchMedia('(prefers-reduced-motion: reduce)');
  frames = 0;
  frameMs = [];

  constructor(root, dotnet, { at, zoom, names, selected, steady, lost, moment }) {
    this.#root = root;
    this.#dotnet = dotnet;
    this.#canvas = root.querySelector('canvas');
    this.#tip = root.querySelector('[data-timeline-tip]');
    this.#note = root.querySelector('[data-timeline-note]');
    this.#paint = new CanvasPaint(this.#canvas);
    if (zoom) this.#view.span = zoom;
    // A place is a moment of the day; the observer's own time is known with the first answer.
    this.#wanted = at ?? null;
    this.#live = at === null || at === undefined;
    this.#names = names ?? {};
    this.#lost = new Set(lost);
    this.#selected = selected === true;
    this.#steady = steady === true;
    if (moment) this.moment(moment.at, moment.rate);
    this.#sized = new ResizeObserver(() => this.#touch());
    this.#sized.observe(this.#canvas);
    this.#listen();
    this.#raf = requestAnimationFrame(now => this.#play(now));
  }

  /** What the server shows changed: filters, axis, selection. */
  refresh(selected, names, lost) { this.#selected = selected; this.#names = names ?? this.#names; if (lost) this.#lost = new Set(lost); this.#stale = true; this.#dirty = true; }
  /** Another axis has other units. */
  restart(zoom) { this.#tip.textContent = ''; this.#hovered = this.#chosen = null; this.#frame = null; this.#asked = null; this.#offset = null; this.#view.span = zoom; this.#live = true; this.refresh(this.#selected); this.#tell(); }
  hide(hidden) { this.#hidden = hidden; this.#stale = true; }
  follow(live) { this.#live = live; this.#touch(); this.#tell(); }
  zoom(factor) { this.#view.zoom(factor, this.#live ? this.#view.width - this.#view.right : undefined, this.#bounds); this.#touch(); this.#tell(); }
  pan(share) { this.#live = this.#led = false; this.#view.at += share * this.#view.span; this.#touch(); this.#tell(); }
  /** @param at ms since 1970, or a Lamport time */
  goTo(at, span) {
    if (span) this.#view.span = span;
    this.#live = false;
    if (this.#frame) this.#view.at = at - this.#origin; else this.#wanted = at;
    this.#touch();
    this.#tell();
  }
  /** Of a recording: the moment that the other panels show, and how fast it moves on. The window goes along; who moves the window has it until the moment moves. */
  moment(t, rate) {
    this.#moment = { t, rate, at: performance.now() };
    this.#live = false;
    this.#led = true;
    this.#touch();
  }
  get #cursor() { const m = this.#moment; return !m || !this.#frame || this.#frame.lamport ? null : m.t + Math.min(performance.now() - m.at, 1000) * m.rate; }
  /** What comes is seen a little, what was more. */
  #lead() {
    const at = this.#cursor, { from, span } = this.#view;
    if (at === null || !this.#led) return;
    if (this.#moment.rate || at < from + span * 0.05 || at > from + span * 0.95) { this.#view.at = at - span * 0.2; this.#touch(); }
    if (!this.#moment.rate) this.#led = false;
  }
  first() { if (this.#frame) this.goTo(this.#frame.first + this.#view.span * 0.45 + this.#origin); }

  get #origin() { return this.#frame && !this.#frame.lamport ? this.#frame.origin : 0; }
  get #bounds() { return this.#frame?.lamport ? [4, 5_000_000] : [0.02, 7_200_000]; }

  /** The observer's time now, by the smallest delay that any answer had. */
  get now() { return !this.#frame ? 0 : this.#frame.lamport || this.#steady ? this.#frame.now : performance.now() + this.#offset; }

  /** What is drawn: how many elements and what they stand for, where the window is, how far the newest line is behind. */
  look() {
    const frame = this.#frame, newest = frame ? Math.max(0, ...frame.lines.map(l => l.begin), ...frame.sums.map(s => s.last)) : 0;
    return {
      lines: frame?.lines.length ?? 0, sums: frame?.sums.length ?? 0, messages: frame?.messages ?? 0, drawn: this.#scene.drawn.length, crossings: this.#scene.crossings, labels: this.#scene.labels,
      from: this.#view.from, to: this.#view.to, span: this.#view.span, live: this.#live, at: this.#view.at + this.#origin, now: this.now, askedFrom: frame?.from ?? 0, askedTo: frame?.to ?? 0,
      origin: frame?.origin ?? 0, lamport: frame?.lamport ?? false, selected: frame?.selected.length ?? 0, cones: frame?.cones.size ?? 0, stillAsking: this.#asking || this.#stale,
      cursor: this.#cursor, behindMs: frame ? performance.now() + this.#offset - newest : 0, frames: this.frames, spans: frame?.spans.map(s => `${s.kind} ${frame.lanes[s.lane].id}`) ?? [],
      counted: frame ? frame.lines.filter(l => !(l.flags & 128) && l.kind !== 'write').length + frame.sums.filter(s => !(s.flags & 128) && s.kind !== 'write').reduce((n, s) => n + s.count, 0) : 0,
    };
  }

  /** Where lines are, for tests: id, kind and their ends in CSS pixels. */
  places() { return this.#scene.drawn.map(({ x1, y1, x2, y2, line, sum }) => ({ id: line?.id ?? null, kind: (line ?? sum).kind, outcome: line?.outcome ?? null, count: sum?.count ?? 1, x1, y1, x2, y2 })); }

  #touch() { this.#dirty = true; }

  #play(at) {
    this.#raf = requestAnimationFrame(next => this.#play(next));
    if (this.#hidden || document.visibilityState === 'hidden' || !this.#root.isConnected) return;
    this.#ask(at);
    const still = this.#reduced.matches;
    if (this.#live && this.#frame && !(still && at - this.#drawnAt < stillMs)) {
      this.#view.at = this.now - this.#view.span * 0.47;
      this.#dirty = true;
    }

    if (this.#moment) this.#lead();
    if (!this.#dirty) return;
    this.#drawnAt = at;
    this.#draw();
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (!width || !height) return;
    const began = performance.now();
    this.#dirty = false;
    if (!this.#inks || began - this.#inksAt > 500) { this.#inks = inksOf(this.#root); this.#scale = Math.max(1, parseFloat(getComputedStyle(this.#root).fontSize) / 13); this.#inksAt = began; }
    Object.assign(this.#view, { width, height, left: width < 560 ? 70 : 96 * this.#scale });
    if (this.#frame) this.#scene.draw(this.#paint, this.#view, this.#frame, this.#inks, this.#options());
    else this.#paint.begin(width, height);
    this.#say();
    this.frames++;
    this.frameMs.push(performance.now() - began);
    if (this.frameMs.length > 600) this.frameMs.shift();
  }

  #options(ground) { return { selected: this.#selected, hovered: this.#hovered?.line?.id, now: this.now, cursor: this.#cursor, ground, names: this.#names, lost: this.#lost, scale: this.#scale }; }

  /** One question at a time: while following as fast as answers come, else when the window leaves what is known. */
  async #ask(at) {
    if (this.#asking || !this.#view.width && !this.#canvas.clientWidth) return;
    const { from, to, span } = this.#view;
    const known = this.#asked;
    const open = this.#frame && to > this.#frame.now - 5000;
    const outside = !known || from < known.from || to > known.to || span < known.span / 1.6 || span > known.span * 1.6;
    const due = this.#live ? at - this.#askedAt > (this.#reduced.matches ? stillMs : liveMs) : outside || (open && at - this.#askedAt > 700);
    if (!due && !this.#stale) return;
    this.#asking = true;
    this.#stale = false;
    this.#askedAt = at;
    const width = Math.round((this.#view.room > 1 ? this.#view.room : this.#canvas.clientWidth) * (1 + 2 * margin));
    // The first question does not know yet what time it is for the observer.
    const wanted = { from: this.#frame ? from - margin * span : null, to: this.#frame ? to + margin * span : null, span };
    try {
      const bytes = await this.#dotnet.invokeMethodAsync('OnWindow', wanted.from, wanted.to, span * (1 + 2 * margin), width, this.#live && !this.#frame ? null : this.#wanted);
      if (bytes) this.#take(parse(bytes), wanted);
    } catch { /* the circuit is gone, or comes back */ } finally { this.#asking = false; }
  }

  #take(frame, { span }) {
    const first = !this.#frame;
    const offset = frame.now - performance.now();
    // An answer that was held up says a time that is past: the largest difference is the truest.
    this.#offset = this.#offset === null || offset > this.#offset ? offset : this.#offset;
    this.#frame = frame;
    this.#asked = { from: frame.from, to: frame.to, span };
    if (first && !this.#live && this.#wanted !== null) this.#view.at = this.#wanted - this.#origin;
    this.#wanted = null;
    // A line that is pointed at stays so: its explanation may be under way.
    if (!frame.lines.some(l => l.id === this.#hovered?.line?.id)) this.#hovered = null;
    this.#dirty = true;
  }

  /** In words: how much is seen, and whether it stands still. */
  #say() {
    const f = this.#frame;
    const inside = f ? f.lines.filter(l => !(l.flags & 128) && l.kind !== 'write' && l.begin >= this.#view.from && l.begin <= this.#view.to).length
      + f.sums.filter(s => s.kind !== 'write' && s.last >= this.#view.from && s.first <= this.#view.to && !(s.flags & 128)).reduce((n, s) => n + s.count, 0) : 0;
    const sums = f?.sums.some(s => s.last >= this.#view.from && s.first <= this.#view.to);
    const words = !f ? '' : [this.#live ? '' : 'held', `${inside.toLocaleString('en')} ${inside === 1 ? 'message' : 'messages'}`, sums ? 'one line may stand for several' : '', f.lamport ? 'Lamport time' : spanWords(this.#view.span)].filter(Boolean).join(' · ');
    if (words === this.#said) return;
    this.#said = words;
    this.#note.textContent = words;
  }

  /** Place and zoom, for the address and for the table: a moment after they have come to rest. */
  #tell() {
    clearTimeout(this.#told);
    this.#told = setTimeout(() => this.#invoke('OnView', this.#live ? null : this.#view.at + this.#origin, this.#view.span), tellMs);
  }

  #invoke(name, ...facts) { return this.#dotnet.invokeMethodAsync(name, ...facts).catch(() => { /* the circuit is gone */ }); }

  #listen() {
    const c = this.#canvas;
    const at = e => { const box = c.getBoundingClientRect(); return [e.clientX - box.left, e.clientY - box.top]; };
    c.addEventListener('wheel', e => {
      e.preventDefault();
      const [x] = at(e);
      if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) this.pan((e.deltaX || e.deltaY) / this.#view.room);
      else { this.#view.zoom(Math.exp(Math.max(-120, Math.min(120, e.deltaY)) * 0.003), this.#live ? this.#view.width - this.#view.right : x, this.#bounds); this.#touch(); this.#tell(); }
    }, { passive: false });
    c.addEventListener('pointerdown', e => {
      c.setPointerCapture(e.pointerId);
      this.#pointers.set(e.pointerId, at(e));
      this.#moved = 0;
      this.#pinch = this.#spread();
    });
    c.addEventListener('pointermove', e => {
      const before = this.#pointers.get(e.pointerId), now = at(e);
      if (!before) { this.#hover(now); return; }
      this.#pointers.set(e.pointerId, now);
      if (this.#pointers.size === 2) {
        const spread = this.#spread();
        if (this.#pinch > 0 && spread > 0) {
          const [a, b] = [...this.#pointers.values()];
          this.#view.zoom(this.#pinch / spread, this.#live ? this.#view.width - this.#view.right : (a[0] + b[0]) / 2, this.#bounds);
          this.#touch();
          this.#tell();
        }

        this.#pinch = spread;
        this.#moved = 99;
        return;
      }

      this.#moved += Math.abs(now[0] - before[0]);
      if (this.#moved > 4) this.pan((before[0] - now[0]) / this.#view.room);
    });
    for (const end of ['pointerup', 'pointercancel']) c.addEventListener(end, e => {
      const place = this.#pointers.get(e.pointerId);
      this.#pointers.delete(e.pointerId);
      if (end === 'pointerup' && place && this.#moved <= 4) this.#pick(place);
      this.#pinch = this.#spread();
    });
    c.addEventListener('pointerleave', () => this.#hover(null));
    this.#root.addEventListener('keydown', e => this.#key(e));
  }

  #spread() { const [a, b] = [...this.#pointers.values()]; return a && b ? Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) : 0; }

  #key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest('button, a, input')) return;
    const keys = {
      ArrowLeft: () => this.pan(-0.1), ArrowRight: () => this.pan(0.1), PageUp: () => this.pan(-0.9), PageDown: () => this.pan(0.9), Home: () => this.first(), End: () => this.follow(true),
      '+': () => this.zoom(1 / 1.5), '=': () => this.zoom(1 / 1.5), '-': () => this.zoom(1.5), ArrowDown: () => this.#step(1), ArrowUp: () => this.#step(-1), Enter: () => this.#choose(this.#chosen),
    };
    const act = keys[e.key];
    if (!act) return;
    e.preventDefault();
    e.stopPropagation();
    act();
  }

  /** The next line in the order of time; the view holds, so that it stays there. */
  #step(by) {
    const lines = this.#scene.drawn.filter(d => d.line && d.x1 >= this.#view.left).sort((a, b) => a.line.begin - b.line.begin).filter((d, i, all) => i === 0 || d.line.id !== all[i - 1].line.id);
    if (lines.length === 0) return;
    if (this.#live) this.follow(false);
    const at = lines.findIndex(d => d.line.id === this.#chosen?.line?.id);
    this.#chosen = lines[at < 0 ? (by > 0 ? 0 : lines.length - 1) : Math.min(lines.length - 1, Math.max(0, at + by))];
    this.#hovered = this.#chosen;
    this.#touch();
    this.#explain(this.#chosen, [(this.#chosen.x1 + this.#chosen.x2) / 2, (this.#chosen.y1 + this.#chosen.y2) / 2]);
  }

  #nearest([x, y]) {
    let best = null, least = hitPx;
    for (const drawn of this.#scene.drawn) {
      const d = distance(x, y, drawn) + (drawn.sum ? 2 : 0);
      if (d < least) { best = drawn; least = d; }
    }

    return best;
  }

  #hover(place) {
    const found = place && this.#nearest(place);
    this.#canvas.style.cursor = found ? 'pointer' : this.#pointers.size ? 'grabbing' : 'grab';
    if (found?.line?.id === this.#hovered?.line?.id && found?.sum === this.#hovered?.sum) return;
    this.#hovered = found;
    this.#touch();
    if (found) this.#explain(found, place); else this.#tip.textContent = '';
  }

  #explain(found, [x, y]) {
    clearTimeout(this.#explaining);
    this.#explaining = setTimeout(async () => {
      const words = found.line ? await this.#invoke('OnExplain', found.line.id) : this.#sumWords(found.sum);
      if (this.#hovered !== found || !words) return;
      this.#tip.textContent = words;
      const left = Math.min(x + 12, this.#view.width - Math.min(340, this.#view.width) - 4);
      Object.assign(this.#tip.style, { left: `${Math.max(4, left)}px`, top: `${Math.min(y + 14, this.#view.height - 60)}px` });
    }, 90);
  }

  #nameOf(lane) { return this.#frame.lanes[lane]?.id ?? ''; }

  #sumWords(sum) {
    const what = { request: 'requests', answer: 'answers', call: 'calls', read: 'reads', write: 'writes' }[sum.kind];
    const ends = sum.outcomes.sort((a, b) => b[1] - a[1]).map(([o, n]) => `${n.toLocaleString('en')} ${wordOf(sum.kind, o)}`).join(', ');
    const out = sum.inversions ? `; ${sum.inversions.toLocaleString('en')} out of order` : '';
    return `${sum.count.toLocaleString('en')} ${what} from ${this.#nameOf(sum.from)} to ${this.#nameOf(sum.to)}${this.#frame.lamport ? '' : ` within ${spanWords(Math.max(0.001, sum.last - sum.first))}`}: ${ends}${out}. Zoom in to see each.`;
  }

  #pick(place) {
    const found = this.#nearest(place);
    // What stands for several is opened, not selected.
    if (found?.sum) { this.#live = false; this.#view.at = (found.sum.first + found.sum.last) / 2; this.#view.zoom(1 / 4, undefined, this.#bounds); this.#touch(); this.#tell(); return; }
    if (!found && this.#cursor !== null && place[0] > this.#view.left) { this.#invoke('OnMoment', this.#view.time(place[0])); return; }
    this.#choose(found);
  }

  #choose(found) {
    if (!found?.line) return;
    this.#chosen = found;
    const { line } = found;
    if (this.#live) this.follow(false);
    const node = line.kind === 'request' || line.kind === 'read' ? this.#nameOf(line.to) : line.kind === 'answer' ? this.#nameOf(line.from) : null;
    this.#invoke('OnLine', line.id, line.kind === 'call' ? null : line.key, line.epoch, line.version, node);
  }

  /** As it is drawn now, as a PNG file. */
  picture() {
    const canvas = document.createElement('canvas');
    this.#scene.draw(new CanvasPaint(canvas), this.#view, this.#frame, this.#inks, this.#options(this.#inks.surface));
    return new Promise(done => canvas.toBlob(done));
  }

  /** The middle of what is shown, in ms since 1970 or as a Lamport time, and how much is shown. */
  place() { return [this.#view.at + this.#origin, this.#view.span]; }

  async savePng() { saveBlob('kvlab-timeline.png', await this.picture()); }

  saveSvg() {
    const paint = new SvgPaint();
    this.#scene.draw(paint, this.#view, this.#frame, this.#inks, this.#options(this.#inks.surface));
    saveBlob('kvlab-timeline.svg', new Blob([paint.file], { type: 'image/svg+xml' }));
  }

  async fullScreen() { if (document.fullscreenElement) await document.exitFullscreen(); else await this.#root.requestFullscreen(); }

  dispose() {
    cancelAnimationFrame(this.#raf);
    this.#sized.disconnect();
    clearTimeout(this.#told);
    clearTimeout(this.#explaining);
  }
}

function spanWords(ms) {
  const digits = v => (v >= 100 ? v.toFixed(0) : v >= 10 ? v.toFixed(1) : v.toFixed(2)).replace(/\.0+$/, '');
  return ms < 1 ? `${digits(ms * 1000)} µs` : ms < 1000 ? `${digits(ms)} ms` : ms < 120_000 ? `${digits(ms / 1000)} s` : `${digits(ms / 60_000)} min`;
}

const sayings = { superseded: 'refused as stale', under_way: 'under way', given_up: 'given up', decided: 'that reached the quorum', acked: 'in time' };
function wordOf(kind, outcome) { return kind === 'write' ? { decided: 'success', failed: 'partial success', under_way: 'waiting', given_up: 'unknown' }[outcome] ?? outcome : sayings[outcome] ?? outcome; }
