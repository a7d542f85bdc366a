// What is wrong with the geometry of a page, in sentences. An expression: a function without arguments.
() => {
  const shown = e => {
    const r = e.getBoundingClientRect(), s = getComputedStyle(e);
    return r.width > 1 && r.height > 1 && s.visibility !== 'hidden' && s.display !== 'none' && s.opacity !== '0' && !e.closest('.mud-sr-only');
  };
  const name = e => e.dataset?.testid ?? (`${e.tagName.toLowerCase()}.${e.className?.baseVal ?? e.className}`.slice(0, 60) + ` “${(e.textContent ?? '').trim().slice(0, 30)}”`);
  // Only what is really seen of it: ancestors that scroll or clip show a part.
  const seen = e => {
    let { left, top, right, bottom } = e.getBoundingClientRect();
    for (let a = e.parentElement; a && a !== document.body; a = a.parentElement) {
      const s = getComputedStyle(a);
      if (s.overflowX === 'visible' && s.overflowY === 'visible') continue;
      const r = a.getBoundingClientRect();
      [left, top, right, bottom] = [Math.max(left, r.left), Math.max(top, r.top), Math.min(right, r.right), Math.min(bottom, r.bottom)];
    }
    return { left, top, right, bottom };
  };
  const over = (a, b) => Math.min(Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth + 1) {
    const wide = [...document.querySelectorAll('body *')].filter(e => shown(e) && e.getBoundingClientRect().right > root.clientWidth + 1 && seen(e).right > root.clientWidth + 1);
    found.push(`The page is ${root.scrollWidth} px wide in a window of ${root.clientWidth}: ${wide.slice(0, 4).map(name).join(', ')}`);
  }
  const pairs = (list, what, least) => {
    const boxes = list.map(e => [e, seen(e)]);
    for (let i = 0; i < boxes.length; i++)
      for (let k = i + 1; k < boxes.length; k++) {
        const [[a, p], [b, q]] = [boxes[i], boxes[k]];
        if (a.contains(b) || b.contains(a)) continue;
        if (over(p, q) > least) found.push(`${what} ${name(a)} and ${name(b)} overlap by ${Math.round(over(p, q))} px`);
      }
  };
  pairs([...document.querySelectorAll('.kv-panel, .kv-kpis, .kv-bar, .kv-banner, .kv-stage-bar')].filter(e => shown(e) && !e.parentElement.closest('.kv-panel')), 'Panels', 2);
  for (const place of document.querySelectorAll('.kv-panel, .kv-bar, .kv-stage-bar, .mud-dialog')) {
    if (!shown(place)) continue;
    // Two thumbs share one track, a radio button lies under its words, and what lies on the map is drawn there.
    const controls = [...place.querySelectorAll('button, a[href], select, textarea, input:not([type=radio]):not([type=range]):not([type=checkbox]):not([type=hidden])')].filter(e => shown(e) && !e.closest('.kv-map-stage'));
    pairs(controls, 'Controls', 3);
  }
  for (const dialog of document.querySelectorAll('.mud-dialog')) {
    const r = dialog.getBoundingClientRect();
    if (r.left < -1 || r.top < -1 || r.right > innerWidth + 1 || r.bottom > innerHeight + 1) found.push(`The dialog reaches out of the window: ${Math.round(r.width)} × ${Math.round(r.height)} px`);
  }
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !shown(e)) continue;
    const s = getComputedStyle(e);
    const cut = s.overflowX !== 'visible' && s.overflowX !== 'auto' && s.overflowX !== 'scroll' && e.scrollWidth > e.clientWidth + 1;
    const readable = e.closest('[title]')?.title || e.closest('[aria-label]')?.getAttribute('aria-label') || e.querySelector('[title]');
    if (cut && !readable) found.push(`${name(e)} is cut off: ${e.scrollWidth} px in ${e.clientWidth}`);
    const box = e.getBoundingClientRect(), part = seen(e);
    const clipped = Math.max(part.left - box.left, box.right - part.right);
    const scrolled = (() => { for (let a = e.parentElement; a && a !== document.body; a = a.parentElement) if (/(auto|scroll)/.test(getComputedStyle(a).overflowX)) return true; return false; })();
    if (!readable && !scrolled && clipped > 3) found.push(`${name(e)} is cut off at its side by ${Math.round(clipped)} px`);
    // Words that reach out of their panel are cut there.
    const panel = e.closest('.kv-panel');
    if (panel && !readable) {
      const r = e.getBoundingClientRect(), p = panel.getBoundingClientRect();
      const scrolls = (() => { for (let a = e.parentElement; a && a !== panel; a = a.parentElement) if (/(auto|scroll)/.test(getComputedStyle(a).overflowX)) return true; return false; })();
      if (!scrolls && (r.right > p.right + 2 || r.left < p.left - 2)) found.push(`${name(e)} reaches ${Math.round(Math.max(r.right - p.right, p.left - r.left))} px out of its panel`);
    }
  }
  return [...new Set(found)].slice(0, 25);
}
