// The map of messages on the move. The server pushes what it was told (20 times a second at most), this plays it: behind the present, so that both ends of a message are
// usually known, slower if one wants, or step by step. Everything is drawn outside of Blazor's tree.

import { saveBlob } from './kvlab.js';
import { Traffic } from './map-data.js';
import { CanvasPaint, SvgPaint } from './map-paint.js';
import { Scene, inksOf } from './map-scene.js';
import { fadeMs } from './map-seen.js';

const leastBehindMs = 250;
const hitPx = 12;
const longPressMs = 500;
const restMs = 500;
const everyMs = 1000 / 60, pacedMs = 30, lateMs = 4, patienceMs = 5000;

export function create(root, dotnet) {
  const map = new TrafficMap(root, dotnet);
  // For tests, and for whoever wants to look: what is drawn at this moment.
  root.kvlabMap = map;
  return map;
}

class TrafficMap {
  #root; #canvas; #dotnet; #paint; #frame = 0; #resting = 0; #waiting = 0; #every = everyMs; #late = 0; #lateAt = 0; #stood = true; #inks; #inksAt = 0; #listAt = 0; #last = 0; #reported = ''; #pressing = 0; #menuAt = -1e9;
  #traffic = new Traffic();
  #scene = new Scene();
  #stage = { nodes: [], links: [], clients: { x: 0.07, y: 0.5 } };
  #speed = 1; #paused = false; #head = null; #selected = null; #moment = null;
  #reduced = matchMedia('(prefers-reduced-motion: reduce)');

  constructor(root, dotnet) {
    this.#root = root;
    this.#dotnet = dotnet;
    this.#canvas = root.querySelector('canvas');
    this.#paint = new CanvasPaint(this.#canvas);
    this.#canvas.addEventListener('click', e => this.#pick(e));
    this.#canvas.addEventListener('contextmenu', e => this.#menu(e));
    this.#canvas.addEventListener('pointerdown', e => this.#press(e));
    for (const end of ['pointerup', 'pointercancel', 'pointerleave']) this.#canvas.addEventListener(end, () => clearTimeout(this.#pressing));
    this.#canvas.addEventListener('pointermove', e => this.#hover(e));
    this.#soon();
  }

  /** Whether the server sends anything; a hidden tab is not fed either. */
  feed(wanted) { return this.#dotnet.invokeMethodAsync('OnFeed', wanted); }
  push(bytes) { this.#traffic.take(bytes); this.#wake(); }
  stage(json) {
    const others = this.#stage.nodes.length;
    this.#stage = JSON.parse(json);
    this.#wake(this.#stage.nodes.length !== others);
  }
  select(epoch, version, node) { this.#selected = version ? { epoch, version, node } : null; this.#wake(true); }

  /** @param speed 1 as it happens, 0.01 a hundred times slower */
  setSpeed(speed) { this.#speed = speed; this.#head ??= this.#live; this.#wake(true); }
  pause(paused) { this.#paused = paused; this.#head ??= this.#live; this.#wake(true); }
  jumpToNow() { this.#head = null; this.#paused = false; this.#wake(true); }

  /** Of a recording: shows this moment, and goes on from there by this rate. */
  replay(t, rate) {
    this.#moment = { t, rate, at: performance.now() };
    this.#follow();
    this.#draw(this.#head);
    if (rate) this.#wake();
  }

  #follow() {
    const { t, rate, at } = this.#moment;
    // Whoever plays it says again where it is; should that stop, so does this.
    this.#head = t + Math.min(performance.now() - at, 1000) * rate;
    this.#traffic.held = this.#head;
  }

  /** Stands still at the next end of any message. */
  step() {
    const from = this.#head ?? this.#live;
    this.#paused = true;
    this.#head = Math.min(this.#traffic.nextAfter(from) ?? from, this.#traffic.now);
    this.#draw(this.#head);
  }

  /** What is drawn: id, kind, x and y in CSS pixels, p from sender to receiver, t of the picture. */
  dots() { return { t: this.#at, dots: this.#scene.dots.map(({ id, kind, look, from, to, p, x, y, blur }) => ({ id, kind, look, from, to, p, x, y, blur })), behindMs: this.#traffic.now - this.#at, drawn: this.#scene.drawn, together: this.#scene.together, rings: this.#scene.rings }; }

  get #live() { return this.#traffic.now - leastBehindMs; }
  #at = 0;

  #play(at) {
    const passed = Math.min(at - this.#last, 1000);
    this.#last = at;
    if (!this.#stood) this.#pace(at, passed);
    if (this.#moment) this.#follow();
    else if (this.#head !== null) {
      if (!this.#paused) this.#head += passed * this.#speed;
      // What is forgotten cannot be shown; nobody gets ahead of the present.
      this.#head = Math.max(Math.min(this.#head, this.#live), this.#paused ? 0 : this.#traffic.oldest - 1);
      if (!this.#paused && this.#speed === 1 && this.#live - this.#head < 30) this.#head = null;
    }
    if (this.#root.isConnected) { this.#draw(this.#head ?? this.#live); this.frames++; }
    this.#stood = !this.#moves;
    if (!this.#stood) this.#next(); else this.#resting = setTimeout(() => this.#soon(), restMs);
  }

  frames = 0;

  #soon() { this.#resting = 0; this.#frame = requestAnimationFrame(at => this.#play(at)); }

  #next() {
    const early = this.#every - (performance.now() - this.#last) - everyMs / 2;
    if (this.#every > everyMs && early > 1) this.#waiting = setTimeout(() => this.#soon(), early); else this.#soon();
  }

  /** Where pictures come late, this machine is busy, and a page that only draws its map does not get to the rest: then there are thirty a second, until they have been in time for a while. */
  #pace(at, passed) {
    this.#late += (Math.min(passed - this.#every, 100) - this.#late) / 16;
    if (this.#late > lateMs) [this.#every, this.#lateAt] = [pacedMs, at];
    else if (at - this.#lateAt > patienceMs) this.#every = everyMs;
  }

  /**
   * At rest there is a picture now and then: of a window of another size, in other colours. Whoever asked for less motion has no others, but for what they did themselves.
   * @param atOnce also for them
   */
  #wake(atOnce = false) {
    if (!this.#resting || this.#reduced.matches && !atOnce) return;
    clearTimeout(this.#resting);
    // Nothing was played while it stood: whoever goes on begins at the moment that was shown.
    this.#last = performance.now();
    this.#soon();
  }

  get #moves() {
    if (this.#paused || this.#reduced.matches) return false;
    if (this.#moment) return this.#moment.rate !== 0;
    return this.#head !== null || this.#scene.shows > 0 || this.#traffic.goesOnAfter(this.#at);
  }

  #draw(t) {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (!width || !height) return;
    if (!this.#inks || performance.now() - this.#inksAt > 500) { this.#inks = inksOf(this.#root); this.#inksAt = performance.now(); }
    this.#at = t;
    this.#scene.draw(this.#paint, width, height, this.#stage, this.#traffic, t, this.#inks, this.#options());
    this.#tell();
  }

  #options(ground) { return { fade: fadeMs * Math.min(1, Math.max(this.#paused ? 1 : this.#speed, 0.02)) + (this.#speed < 1 ? 20 : 0), selected: this.#selected, still: this.#reduced.matches, ground, stands: this.#moment?.rate === 0 }; }

  /** How far behind, how many stand together, and a list of what is under way for those who cannot see it. */
  #tell() {
    const behind = this.#traffic.now - this.#at;
    const text = behind < 1000 ? '' : behind < 60_000 ? `${(behind / 1000).toFixed(1)} s behind` : `${Math.floor(behind / 60_000)} min ${Math.floor(behind / 1000) % 60} s behind`;
    const notes = [this.#paused ? (text ? `paused, ${text}` : 'paused') : text];
    if (this.#scene.together) notes.push(`${this.#scene.drawn} messages: each dot stands for those beside it`);
    if (this.#traffic.skipped) notes.push(`${this.#traffic.skipped} messages came too fast to be drawn`);
    const words = notes.filter(Boolean).join(' · ');
    if (words !== this.#reported) { this.#reported = words; this.#root.querySelector('[data-map-note]').textContent = words; }
    if (performance.now() - this.#listAt < 1000) return;
    this.#listAt = performance.now();
    const list = this.#root.querySelector('[data-map-list]');
    const items = this.#scene.dots.slice(0, 12).map(d => this.#wordsOf(d));
    if (this.#scene.drawn > items.length) items.push(`and ${this.#scene.drawn - items.length} more`);
    if (items.length === 0) items.push('No message is under way.');
    if (list.textContent !== items.join('')) list.replaceChildren(...items.map(i => Object.assign(document.createElement('li'), { textContent: i })));
  }

  #nameOf(id) { return this.#stage.nodes.find(n => n.id === id)?.name ?? id; }

  #wordsOf(dot) { return this.#plainWordsOf(dot) + (dot.blur ? ', somewhere along the grey stretch: its two machines have two clocks' : ''); }

  #plainWordsOf({ kind, look, from, to, p, trip }) {
    if (kind === 'call') {
      const what = trip.read ? `read of ${trip.key}` : trip.name;
      const state = look === 'answering' ? `its answer is ${Math.round((1 - p) * 100)} % of the way back${trip.read ? (trip.version ? `, v${trip.version}` : ', no such key') : ''}${trip.stale ? ', stale' : ''}`
        : look === 'scheduled' ? 'its arrival is not reported yet' : 'on its way there';
      return `${what}, ${this.#nameOf(from)} to ${this.#nameOf(to)}: ${state}`;
    }
    const what = `${kind === 'request' ? 'v' : trip.outcome === 'superseded' ? 'refusal of v' : 'ack of v'}${trip.version} of ${trip.key}`;
    const attempt = trip.attempt > 1 ? `, attempt ${trip.attempt}` : '';
    const state = look === 'lost' ? 'lost' : look === 'refused' ? 'refused by the link' : look === 'scheduled' ? 'under way, not yet reported to have arrived' : look === 'given-up' ? 'the leader no longer waits for it; whether it arrives is not known' : `${Math.round(p * 100)} % of the way`;
    return `${what}, ${this.#nameOf(from)} to ${this.#nameOf(to)}${attempt}: ${state}`;
  }

  #nearest(e) {
    const box = this.#canvas.getBoundingClientRect();
    const [x, y] = [e.clientX - box.left, e.clientY - box.top];
    let best = null, distance = hitPx;
    for (const dot of this.#scene.dots) {
      const d = Math.hypot(dot.x - x, dot.y - y);
      if (d < distance) { best = dot; distance = d; }
    }
    return best;
  }

  #hover(e) {
    const dot = this.#nearest(e);
    this.#canvas.title = dot ? this.#wordsOf(dot) : '';
    this.#canvas.style.cursor = dot ? 'pointer' : '';
  }

  #pick(e) {
    const dot = this.#nearest(e);
    // A call between nodes is of no write.
    if (dot?.trip.version) this.#dotnet.invokeMethodAsync('OnDot', dot.trip.key, dot.trip.epoch, dot.trip.version, dot.trip.follower ?? dot.to).catch(() => { /* the circuit is gone */ });
  }

  /** Not every browser makes a context menu of a long press. */
  #press(e) {
    clearTimeout(this.#pressing);
    if (e.pointerType === 'touch') this.#pressing = setTimeout(() => this.#menu(e), longPressMs);
  }

  /** Right click, or a long press: the menu of the node or the link that is there. */
  #menu(e) {
    clearTimeout(this.#pressing);
    const box = this.#canvas.getBoundingClientRect();
    const [x, y] = [(e.clientX - box.left) / box.width, (e.clientY - box.top) / box.height];
    const far = (a, b) => Math.hypot((a.x - b.x) * box.width, (a.y - b.y) * box.height);
    const node = this.#stage.nodes.find(n => far(n, { x, y }) < 40);
    const leader = this.#stage.nodes.find(n => n.role === 'leader');
    const link = node || !leader ? null : this.#stage.links.find(l => {
      const to = this.#stage.nodes.find(n => n.id === l.to);
      return to && far(leader, { x, y }) + far(to, { x, y }) < far(leader, to) + 8;
    });
    const spot = node?.id ?? (link && `link-${link.to}`);
    if (!spot) return;
    e.preventDefault();
    // A browser that does make one says the same press twice.
    if (performance.now() - this.#menuAt < longPressMs) return;
    this.#menuAt = performance.now();
    if (e.pointerType === 'touch') this.#letGo();
    this.#root.querySelector(`[data-spot="${CSS.escape(spot)}"] button`)?.click();
  }

  /** The menu opens below the finger: lifting it must press nothing there, also where a browser that was busy takes the press for a short one. */
  #letGo() {
    // What the keyboard or a script presses counts nothing.
    const swallow = e => { if (e.detail > 0) { e.preventDefault(); e.stopPropagation(); } };
    document.addEventListener('click', swallow, true);
    document.addEventListener('pointerdown', () => document.removeEventListener('click', swallow, true), { capture: true, once: true });
  }

  /** As it is drawn now, as a PNG file. */
  picture() {
    const canvas = document.createElement('canvas');
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    this.#scene.draw(new CanvasPaint(canvas), width, height, this.#stage, this.#traffic, this.#at, this.#inks, this.#options(this.#inks.surface));
    return new Promise(done => canvas.toBlob(done));
  }

  /** A sentence for each message in it. */
  words(most) { return this.#scene.dots.slice(0, most).map(d => this.#wordsOf(d)); }

  async savePng() { saveBlob('kvlab-map.png', await this.picture()); }

  saveSvg() {
    const paint = new SvgPaint();
    this.#scene.draw(paint, this.#canvas.clientWidth, this.#canvas.clientHeight, this.#stage, this.#traffic, this.#at, this.#inks, this.#options(this.#inks.surface));
    saveBlob('kvlab-map.svg', new Blob([paint.file], { type: 'image/svg+xml' }));
  }

  async fullScreen() {
    if (document.fullscreenElement) await document.exitFullscreen(); else await this.#root.requestFullscreen();
  }

  dispose() { cancelAnimationFrame(this.#frame); clearTimeout(this.#resting); clearTimeout(this.#waiting); }
}
