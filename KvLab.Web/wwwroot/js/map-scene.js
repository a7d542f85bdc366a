// The picture at one moment: nodes, links, messages, and what has just come of them.

import { Marks, callDotsOf, dotsOf, writesAt } from './map-seen.js';

const mostDots = 2000;
// So few can be told apart by their versions.
const mostNamed = 24;
const binsPerLink = 16;
const ringMs = 2500;

const paletteOf = {
  surface: 'surface', raised: 'background-gray', ink: 'text-primary', 'ink-soft': 'text-secondary', line: 'lines-default', 'line-strong': 'lines-inputs', quiet: 'lines-inputs',
  action: 'primary', ahead: 'primary', fresh: 'success', behind: 'warning', conflict: 'error', refused: 'tertiary', pending: 'info',
};

/** Colours of MudBlazor's theme that is on now, by what they mean here. */
export function inksOf(element) {
  const style = getComputedStyle(element);
  // Amber says look here, in light and dark alike (.kv-amber).
  return { amber: '#ffc04d', 'amber-ink': '#2a1c00', ...Object.fromEntries(Object.entries(paletteOf).map(([name, colour]) => [name, style.getPropertyValue(`--mud-palette-${colour}`).trim()])) };
}

export const words = {
  applied: 'applied', superseded: 'refused as stale', duplicate: 'already held', fenced: 'refused: older epoch', acked: 'ack', decided: 'the ack that reached the quorum', late: 'late ack', failed: 'not stored',
};

const inkOf = { applied: 'fresh', superseded: 'refused', duplicate: 'ahead', fenced: 'conflict', acked: 'fresh', decided: 'fresh', late: 'quiet', failed: 'conflict', called: 'ahead', read: 'fresh', 'stale-read': 'refused' };
const trailWidth = { acked: 2, late: 2, decided: 4, called: 2, read: 2, 'stale-read': 3 };

export class Scene {
  dots = [];
  drawn = 0;
  together = 0;
  /** Writes whose ring is shown. */
  rings = 0;
  /** Messages, marks and rings in the picture: with none of them the next picture is the same. */
  shows = 0;

  /** @param stage nodes {id, name, x, y (0…1), state, role, facts, cutOff}, links {to, faults, cut, refuses}, clients {x, y} */
  draw(paint, width, height, stage, traffic, t, inks, { fade, selected, still, ground, stands }) {
    paint.begin(width, height, ground);
    this.dots = [];
    const crowd = stage.nodes.length > 9 ? 0.75 : 1;
    const size = Math.max(10, Math.min(22, Math.min(width / 44, height / 20)) * crowd);
    const places = new Map(stage.nodes.map(n => [n.id, { ...n, x: n.x * width, y: n.y * height, r: n.role === 'leader' ? size * 2.1 : size * 1.7 }]));
    const leader = stage.nodes.find(n => n.role === 'leader');
    this.#links(paint, stage, places, leader, inks, size);
    const clients = { x: stage.clients.x * width, y: stage.clients.y * height };
    if (leader) paint.line(clients.x + size * 1.6, clients.y, places.get(leader.id).x - places.get(leader.id).r, places.get(leader.id).y, { stroke: inks.line, width: 1.5 });
    places.set('clients', { ...clients, r: size * 1.3 });
    const all = [], marks = new Marks();
    const around = traffic.around(t, 1.2 * Math.max(fade, ringMs));
    for (const trip of around) {
      if (trip.sent > t && (trip.arrived === 0 || trip.arrived > t)) continue;
      dotsOf(trip, t, fade, all);
      marks.addTrip(trip, t, fade * 0.6);
    }
    for (let i = traffic.calls.length - 1; i >= 0 && traffic.calls[i].ended > t - 60_000; i--) {
      callDotsOf(traffic.calls[i], t, all);
      // Where time stands, a trace would stay for as long as somebody thinks. A reader's answer is what was looked for.
      if (!stands || traffic.calls[i].read) marks.addCall(traffic.calls[i], t, fade * 0.6);
    }
    this.drawn = all.length;
    this.#trails(paint, marks.all, places, inks, size);
    this.#messages(paint, all, places, inks, size, selected, still, traffic);
    places.delete('clients');
    this.#nodes(paint, places, inks, size);
    this.#marks(paint, marks.all, places, inks, size);
    const writes = writesAt(around, t, 5, ringMs * Math.max(1, fade / 900));
    this.#writes(paint, leader && places.get(leader.id), clients, writes, t, inks, size, fade, selected);
    this.shows = all.length + marks.all.length + writes.length;
    paint.text(clients.x, clients.y - size * 1.9, 'clients', { fill: inks['ink-soft'], size: size * 0.8, halo: inks.surface });
    paint.shape([[-1, -0.6], [1, -0.6], [1, 0.6], [-1, 0.6]].map(([x, y]) => [clients.x + x * size * 1.3, clients.y + y * size * 1.6]), { fill: inks.raised, stroke: inks['line-strong'], width: 1.5 });
  }

  #links(paint, stage, places, leader, inks, size) {
    if (!leader) return;
    const from = places.get(leader.id);
    for (const link of stage.links) {
      const to = places.get(link.to);
      if (!to || to === from) continue;
      paint.line(from.x, from.y, to.x, to.y, { stroke: link.faulty ? inks.behind : inks.line, width: link.faulty ? 2 : 1.5, dash: link.faulty ? [6, 5] : [] });
      if (link.cut || link.refuses) this.#wall(paint, from, to, link.cut ? inks.conflict : inks.behind, size);
    }
  }

  /** Two short bars across the link: nothing passes. */
  #wall(paint, from, to, ink, size) {
    const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
    const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length];
    for (const [shift, dash] of [[-3, []], [3, [5, 3]]]) {
      const [x, y] = [(from.x + to.x) / 2 + ux * shift, (from.y + to.y) / 2 + uy * shift];
      paint.line(x - uy * size * 1.4, y + ux * size * 1.4, x + uy * size * 1.4, y - ux * size * 1.4, { stroke: ink, width: 4, dash });
    }
  }

  /** What came back a moment ago leaves a line that fades: an answer is seldom on its way for as long as one picture. */
  #trails(paint, marks, places, inks, size) {
    for (const { node, word, age, from, name } of marks) {
      const width = trailWidth[word], [a, b] = [places.get(from), places.get(node)];
      if (!width || !a || !b) continue;
      const alpha = 0.7 * (1 - age);
      paint.line(a.x, a.y, b.x, b.y, { stroke: inks[inkOf[word]], width, alpha, dash: word === 'called' ? [2, 4] : [] });
      if (name) paint.text(a.x + (b.x - a.x) * 0.3, a.y + (b.y - a.y) * 0.3 - size * 0.7, name, { fill: inks['ink-soft'], size: size * 0.68, alpha: 1 - age, halo: inks.surface });
    }
  }

  #messages(paint, all, places, inks, size, selected, still, traffic) {
    const bins = new Map();
    const numbers = new Map([...places.keys()].map((id, i) => [id, i]));
    const many = all.length > mostDots;
    this.together = 0;
    for (const dot of all) {
      const [a, b] = [places.get(dot.from), places.get(dot.to)];
      if (!a || !b) continue;
      // Nobody who asked for less motion sees any: a message is at its sender, half way, or at its end.
      const p = still ? (dot.p < 0.34 ? 0.2 : dot.p < 0.67 ? 0.5 : 0.8) : dot.p;
      // Requests keep to the right of their link and answers to theirs, so that they pass each other.
      const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
      const aside = size * 0.28;
      const [ox, oy] = [-(b.y - a.y) / length * aside, (b.x - a.x) / length * aside];
      const x = a.x + (b.x - a.x) * p + ox, y = a.y + (b.y - a.y) * p + oy;
      if (many && !this.#isSelected(dot, selected)) {
        // Link, direction, whether it is lost, and where on its way: one dot for all that share them.
        const lost = dot.look === 'lost' || dot.look === 'refused' ? 1 : 0;
        const link = (numbers.get(dot.from) * numbers.size + numbers.get(dot.to)) * 2 + (dot.kind === 'call' ? 1 : 0);
        const bin = (link * 2 + lost) * (binsPerLink + 1) + Math.floor(p * binsPerLink);
        const together = bins.get(bin);
        if (together) { together.count++; continue; }
        bins.set(bin, { x, y, count: 1, dot });
        continue;
      }
      const error = traffic.errorOf(dot.from, dot.to, dot.trip.facts);
      // Two machines, two clocks: it was somewhere along here.
      const blur = dot.span > 0 && error !== 0 ? Math.min(0.5, Number.isNaN(error) ? 0.5 : error / dot.span) : 0;
      if (blur > 0.005) this.#blur(paint, a, b, p, blur, ox, oy, inks, size);
      this.dots.push({ id: dot.id, kind: dot.kind, look: dot.look, from: dot.from, to: dot.to, p: dot.p, x, y, blur, trip: dot.trip });
      this.#dot(paint, dot, x, y, inks, size, this.#isSelected(dot, selected));
      if (all.length <= mostNamed && dot.trip.version) paint.text(x, y - size * 0.78, `v${dot.trip.version}`, { fill: inks['ink-soft'], size: size * 0.6, weight: 600, halo: inks.surface });
    }
    for (const { x, y, count, dot } of bins.values()) {
      this.together += count;
      this.#dot(paint, dot, x, y, inks, size * Math.min(2, 1 + Math.log10(count) / 2), false);
      // No halo here: outlines of a hundred texts take longer than everything else.
      if (count > 1) paint.text(x, y - size * 0.8, `×${count}`, { fill: inks.ink, size: size * 0.62 });
    }
  }

  #blur(paint, a, b, p, blur, ox, oy, inks, size) {
    const [from, to] = [Math.max(0, p - blur), Math.min(1, p + blur)];
    const at = share => [a.x + (b.x - a.x) * share + ox, a.y + (b.y - a.y) * share + oy];
    paint.line(...at(from), ...at(to), { stroke: inks.quiet, width: size * 0.7, alpha: 0.3, round: true });
  }

  #isSelected(dot, selected) { return selected && dot.trip.version === selected.version && dot.trip.epoch === selected.epoch && (!selected.node || dot.trip.follower === selected.node || dot.trip.leader === selected.node); }

  #dot(paint, dot, x, y, inks, size, selected) {
    const r = size * 0.36;
    if (selected) paint.circle(x, y, r * 2.1, { stroke: inks.action, width: 2.5 });
    if (dot.look === 'lost' || dot.look === 'refused') {
      const ink = dot.look === 'lost' ? inks.conflict : inks.behind;
      paint.line(x - r, y - r, x + r, y + r, { stroke: ink, width: 3 });
      paint.line(x - r, y + r, x + r, y - r, { stroke: ink, width: 3 });
    } else if (dot.kind === 'call') {
      this.#call(paint, dot, x, y, r, inks);
    } else if (dot.kind === 'request') {
      const ink = dot.look === 'given-up' ? inks.quiet : dot.trip.attempt > 1 ? inks.behind : inks.pending;
      paint.circle(x, y, r, dot.look === 'known' ? { fill: ink } : { fill: inks.surface, stroke: ink, width: 2 });
    } else {
      const diamond = [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]].map(([dx, dy]) => [x + dx * r, y + dy * r]);
      const ink = dot.trip.outcome === 'superseded' ? inks.refused : inks.fresh;
      paint.shape(diamond, dot.look === 'known' ? { fill: ink } : { fill: inks.surface, stroke: ink, width: 2 });
    }
  }

  /** A square between nodes, a triangle for a client's read. */
  #call(paint, { call, look }, x, y, r, inks) {
    const ink = !call.read || (look !== 'answering' && !call.open) ? inks.ahead : call.stale ? inks.refused : inks.fresh;
    const corners = call.read ? [[0, -1.3], [1.2, 0.9], [-1.2, 0.9]] : [[-1, -1], [1, -1], [1, 1], [-1, 1]];
    paint.shape(corners.map(([dx, dy]) => [x + dx * r, y + dy * r]), look === 'scheduled' ? { fill: inks.surface, stroke: ink, width: 2 } : { fill: ink });
  }

  #nodes(paint, places, inks, size) {
    for (const node of places.values()) {
      const down = node.state === 'stopped' || node.state === 'crashed';
      const ink = down ? inks.quiet : node.state === 'frozen' ? inks.ahead : node.cutOff ? inks.conflict : node.role === 'leader' ? inks.action : inks['line-strong'];
      paint.circle(node.x, node.y, node.r, { fill: down ? inks.surface : inks.raised, stroke: ink, width: node.role === 'leader' ? 3.5 : 2.5 });
      if (down) paint.line(node.x - node.r * 0.7, node.y + node.r * 0.7, node.x + node.r * 0.7, node.y - node.r * 0.7, { stroke: ink, width: 2.5 });
      if (node.state === 'frozen') for (let k = 0; k < 3; k++) {
        const a = k * Math.PI / 3, d = node.r * 0.55;
        paint.line(node.x - d * Math.cos(a), node.y - d * Math.sin(a), node.x + d * Math.cos(a), node.y + d * Math.sin(a), { stroke: ink, width: 2 });
      }
      paint.text(node.x, node.y + node.r + size * 0.75, node.name, { fill: inks.ink, size: size * 0.85, weight: 600, halo: inks.surface });
      if (node.facts) paint.text(node.x, node.y + node.r + size * 1.7, node.facts, { fill: node.trouble ? inks.conflict : inks['ink-soft'], size: size * 0.72, weight: node.trouble ? 600 : 400, halo: inks.surface });
    }
  }

  /** What arrived a moment ago: a tick, a bar for what was refused as stale, a second ring for what was held already. Where a node has several, they stand beside each other. */
  #marks(paint, marks, places, inks, size) {
    const shown = marks.filter(m => !trailWidth[m.word] && places.has(m.node));
    for (const mark of shown) {
      const node = places.get(mark.node);
      const beside = shown.filter(m => m.node === mark.node);
      const share = beside.length === 1 ? 0 : beside.indexOf(mark) / (beside.length - 1) - 0.5;
      this.#mark(paint, mark, node.x + share * node.r * 1.1, node.y, beside.length === 1 ? node.r : node.r * 0.62, inks);
      if (mark.word === 'superseded' || mark.word === 'fenced')
        // Its menu is to the right.
        paint.text(node.x + 2, node.y - node.r - size * 0.7, words[mark.word], { fill: inks[inkOf[mark.word]], size: size * 0.75, weight: 650, align: 'right', alpha: 1 - mark.age * 0.9, halo: inks.surface });
    }
  }

  #mark(paint, { word, age }, x, y, r, inks) {
    const stroke = inks[inkOf[word] ?? 'quiet'], alpha = 1 - age * 0.9;
    if (word === 'applied') {
      paint.line(x - r * 0.45, y, x - r * 0.1, y + r * 0.35, { stroke, width: 3.5, alpha });
      paint.line(x - r * 0.1, y + r * 0.35, x + r * 0.5, y - r * 0.4, { stroke, width: 3.5, alpha });
    } else if (word === 'superseded' || word === 'fenced') {
      paint.circle(x, y, r * 0.62, { stroke, width: 3.5, alpha });
      paint.line(x - r * 0.42, y, x + r * 0.42, y, { stroke, width: 4, alpha });
    } else {
      paint.circle(x, y, r * 0.75, { stroke, width: 2, alpha });
      paint.circle(x, y, r * 0.5, { stroke, width: 2, alpha });
    }
  }

  /** A ring for each of the latest writes: as many parts as it needs acks; it closes when the client is answered. */
  #writes(paint, leader, clients, writes, t, inks, size, fade, selected) {
    if (!leader) return;
    const epochs = new Set(writes.map(w => w.epoch)).size;
    this.rings = writes.length;
    const names = writes.map(w => (epochs > 1 ? `${w.epoch}·v${w.version}` : `v${w.version}`));
    const apart = size * Math.max(2.5, 0.5 * Math.max(0, ...names.map(n => n.length)) + 0.3);
    writes.forEach((write, i) => {
      // On the way between clients and leader, the newest beside the leader.
      const r = size * 0.9, x = leader.x - leader.r - size * 1.9 - i * apart, y = leader.y;
      const parts = Math.max(1, write.required), filled = Math.min(parts, write.acks);
      if (selected && selected.version === write.version && selected.epoch === write.epoch) paint.circle(x, y, r + 5, { stroke: inks.action, width: 2.5 });
      paint.circle(x, y, r, { fill: inks.surface, stroke: inks.line, width: 4 });
      const closed = write.decided > 0 || write.required === 0;
      for (let k = 0; k < filled; k++) paint.circle(x, y, r, { stroke: closed ? inks.fresh : inks.pending, width: 4, from: k / parts + (parts > 1 ? 0.02 : 0), to: (k + 1) / parts - (parts > 1 && !closed ? 0.02 : 0) });
      // Versions of two leaders are told apart by their epoch.
      paint.text(x, y + r + size * 0.75, names[i], { fill: inks.ink, size: size * 0.68, weight: 600, halo: inks.surface });
      const since = (t - write.decided) / (fade * 0.6);
      if (write.decided && since >= 0 && since < 1) paint.line(leader.x - leader.r, leader.y, clients.x + size * 1.6, clients.y, { stroke: inks.fresh, width: 4, alpha: 1 - since });
    });
  }
}
