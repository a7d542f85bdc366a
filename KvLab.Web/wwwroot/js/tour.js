// The tour's card stands beside the place that it is about, wherever there is room.

const key = 'kvlab.tour';
const gap = 12;
let target = null;

export function show(testId, card) {
  mark(document.querySelector(`[data-testid="${CSS.escape(testId)}"]`));
  if (!target) return;
  target.scrollIntoView({ block: 'nearest' });
  const t = target.getBoundingClientRect(), c = card.getBoundingClientRect();
  const [width, height] = [document.documentElement.clientWidth, window.innerHeight];
  const places = [[t.right + gap, t.top], [t.left - gap - c.width, t.top], [t.left, t.bottom + gap], [t.left, t.top - gap - c.height]];
  const fits = ([x, y]) => x >= 0 && y >= 0 && x + c.width <= width && y + c.height <= height;
  const [x, y] = places.find(fits) ?? [(width - c.width) / 2, height - c.height - gap];
  card.style.left = `${Math.max(gap, Math.min(x, width - c.width - gap))}px`;
  card.style.top = `${Math.max(gap, Math.min(y, height - c.height - gap))}px`;
  card.focus({ preventScroll: true });
}

export function end() {
  mark(null);
  try { localStorage.setItem(key, 'seen'); } catch { /* private windows have no storage */ }
}

export function seen() {
  try { return localStorage.getItem(key) === 'seen'; } catch { return false; }
}

function mark(next) {
  target?.classList.remove('kv-tour-target');
  target = next;
  target?.classList.add('kv-tour-target');
}
