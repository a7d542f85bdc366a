// The page's few needs of the browser. Everything else is done by Blazor.

let page = null;
const darkScheme = matchMedia('(prefers-color-scheme: dark)');

export function connect(dotnet) {
  page = dotnet;
  document.addEventListener('visibilitychange', onVisibility);
  document.addEventListener('keydown', onKey);
  darkScheme.addEventListener('change', onScheme);
  rowsCome.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-active'] });
  return darkScheme.matches;
}

export function disconnect() {
  document.removeEventListener('visibilitychange', onVisibility);
  document.removeEventListener('keydown', onKey);
  darkScheme.removeEventListener('change', onScheme);
  sizes.disconnect();
  rowsCome.disconnect();
  page = null;
}

const tell = (method, ...facts) => page?.invokeMethodAsync(method, ...facts).catch(() => { /* the circuit is gone */ });
const onVisibility = () => tell('OnVisibility', document.visibilityState === 'visible');
const onScheme = e => tell('OnSystemTheme', e.matches);

const shortcuts = {
  'w': 'write', 'b': 'burst', ' ': 'pause', 'p': 'projector', '/': 'search', '?': 'help', 'Escape': 'escape',
  'ArrowRight': 'next', 'PageDown': 'next', 'ArrowLeft': 'previous', 'PageUp': 'previous',
};
const physical = { 'KeyW': 'w', 'KeyB': 'b', 'KeyP': 'p', 'Slash': '/' };

// The letter that is printed on the key counts (AZERTY, Dvorak). Where a layout has no such letter, Cyrillic, Greek, Hebrew or an input method,
// the place of the key does: there 'w' is 'ц', 'ς', an apostrophe or "Process".
function keyOf(e) {
  if (e.key in shortcuts) return e.key;
  const letter = e.key.length === 1 && !e.shiftKey ? e.key.toLowerCase() : e.key;
  if (letter in shortcuts) return letter;
  const foreign = e.key === 'Process' || /[^\x00-\x7f]/.test(e.key)
    || (e.code === 'KeyW' && e.key === "'") || (e.code === 'Slash' && (e.key === '.' || e.key === ','));
  const there = foreign ? physical[e.code] : undefined;
  return there === '/' && e.shiftKey ? '?' : e.shiftKey ? undefined : there;
}

function onKey(e) {
  if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented) return;
  const at = e.target;
  if (moveInGrid(e, at)) return;
  const typing = at.closest('input, textarea, select, [contenteditable], [role=combobox]');
  const inDialog = at.closest('.mud-dialog, .mud-popover');
  if (typing || inDialog) return;
  const projector = document.querySelector('[data-projector=true]') !== null;
  const stepping = e.key.startsWith('Arrow') || e.key.startsWith('Page');
  // Arrows and pages belong to lists and tabs, unless a presenter's remote sends them.
  if (stepping && !projector) return;
  if (e.key === ' ' && at.closest('button, a, [role=option], [role=gridcell], [role=tab], [role=menuitem], summary')) return;
  const name = shortcuts[keyOf(e)];
  if (!name) return;
  if (name !== 'escape') e.preventDefault();
  // A key that is held down is one press; only stepping through views goes on.
  if (e.repeat && name !== 'next' && name !== 'previous') return;
  tell('OnShortcut', name);
}

// Roving focus inside grids: arrows move from cell to cell, Enter and Space select.
function moveInGrid(e, at) {
  const cell = at.closest('[role=gridcell], [role=rowheader]');
  if (!cell || at.closest('button')) return false;
  const row = cell.closest('tr');
  let next = null;
  switch (e.key) {
    case 'ArrowRight': next = cell.nextElementSibling; break;
    case 'ArrowLeft': next = cell.previousElementSibling; break;
    case 'ArrowDown': next = row.nextElementSibling?.children[cell.cellIndex]; break;
    case 'ArrowUp': next = row.previousElementSibling?.children[cell.cellIndex]; break;
    case 'Enter': case ' ': e.preventDefault(); cell.click(); return true;
    default: return false;
  }
  e.preventDefault();
  if (next?.matches('[role=gridcell], [role=rowheader]')) {
    cell.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
  return true;
}

// Blazor keeps its own position in history.state; only the address changes.
export function showQuery(query) {
  history.replaceState(history.state, '', location.pathname + query + location.hash);
}

export function showTheme(dark) {
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}

export function rememberTheme(choice) {
  try { localStorage.setItem('kvlab.theme.chosen', choice); } catch { /* private windows have no storage */ }
}

// What only the browser knows: where its clock is, and which colours were chosen in it.
export function facts() {
  let theme = null;
  try { theme = localStorage.getItem('kvlab.theme.chosen'); } catch { /* see above */ }
  return { theme, zone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? '', minutesEast: -new Date().getTimezoneOffset() };
}

const draftsKey = 'kvlab.drafts';

export function loadDrafts() {
  try { return JSON.parse(sessionStorage.getItem(draftsKey)); } catch { return null; }
}

export function saveDrafts(drafts) {
  try { sessionStorage.setItem(draftsKey, JSON.stringify(drafts)); } catch { /* see above */ }
}

export function focus(testId) {
  const at = document.querySelector(`[data-testid="${CSS.escape(testId)}"]`);
  (at?.matches('input, button, [tabindex]') ? at : at?.querySelector('input, button, [tabindex]'))?.focus();
}

// A virtualised list takes its selected row away when that is scrolled out of sight, and an assistive program must not be sent to what is not there.
// Only the browser knows which rows it has.
const rowsCome = new MutationObserver(() => {
  for (const list of document.querySelectorAll('[data-active]')) {
    const row = document.getElementById(list.dataset.active) ? list.dataset.active : null;
    if (row === list.getAttribute('aria-activedescendant')) continue;
    if (row) list.setAttribute('aria-activedescendant', row);
    else list.removeAttribute('aria-activedescendant');
  }
});

// A virtualised list has rows only after it has measured itself, so the first look may come too early.
export function revealRow(listTestId, index, tries = 20) {
  const list = document.querySelector(`[data-testid="${CSS.escape(listTestId)}"]`);
  const row = list?.querySelector('[data-row]');
  if (!row) {
    if (tries > 0) setTimeout(() => revealRow(listTestId, index, tries - 1), 50);
    return;
  }
  // Rows differ in height: where a row will stand is a guess until it is there, and the guess is better with the rows around it.
  const named = list.dataset.active, own = named && list.querySelector(`#${CSS.escape(named)}`);
  const rows = [...list.querySelectorAll('[data-row]')].map(r => r.getBoundingClientRect());
  const head = list.querySelector('thead')?.offsetHeight ?? 0;
  const height = own ? own.getBoundingClientRect().height : rows.reduce((sum, r) => sum + r.height, 0) / rows.length;
  const top = own ? own.getBoundingClientRect().top - list.getBoundingClientRect().top - list.clientTop - head + list.scrollTop : index * height;
  const room = list.clientHeight - head;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + height > list.scrollTop + room) list.scrollTop = top + height - room;
  if (named && !own && tries > 0) setTimeout(() => revealRow(listTestId, index, tries - 1), 50);
}

export function download(fileName, contentType, text) { saveBlob(fileName, new Blob([text], { type: contentType })); }

export function saveBlob(fileName, blob) {
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: fileName });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const sizes = new ResizeObserver(entries => {
  for (const { target } of entries) {
    if (target.isConnected && target.offsetWidth > 0 && target.classList.contains('js-plotly-plot')) window.Plotly?.Plots.resize(target);
  }
});

export function watchChart(id) {
  const chart = document.getElementById(id);
  if (chart) sizes.observe(chart);
}

// Axes that move along with their data. A zoom by hand names the ends of its range one by one, which tells it from ours.
export async function followChart(id, from, to, step) {
  const chart = document.getElementById(id);
  if (!chart?.on || !window.Plotly) return;
  if (!chart.kvFollows) {
    chart.kvFollows = true;
    chart.on('plotly_relayout', change => { if ('xaxis.range[0]' in change) chart.kvZoomed = true; });
    chart.on('plotly_doubleclick', () => { chart.kvZoomed = false; });
  }
  if (!chart.kvZoomed) await window.Plotly.relayout(chart, { 'xaxis.range': [from, to], 'yaxis.dtick': step });
}

// A picture for a report: on the page's own background, twice as fine as the screen.
export async function saveChart(id, format, filename) {
  const chart = document.getElementById(id);
  if (!chart || !window.Plotly) return;
  const background = getComputedStyle(chart.closest('.kv-panel')).backgroundColor;
  const layout = { ...chart.layout, paper_bgcolor: background, plot_bgcolor: background };
  const { width, height } = chart.getBoundingClientRect();
  const url = await window.Plotly.toImage({ data: chart.data, layout }, { format, width, height, scale: format === 'png' ? 2 : 1 });
  const link = document.createElement('a');
  link.href = url;
  link.download = `${filename}.${format}`;
  link.click();
}

// Rows of a list that are seen, even in part.
export function seenRows(listTestId) {
  const list = document.querySelector(`[data-testid="${CSS.escape(listTestId)}"]`);
  if (!list) return [];
  const { top, bottom } = list.getBoundingClientRect();
  return [...list.querySelectorAll('[data-row]')].filter(row => {
    const box = row.getBoundingClientRect();
    return box.bottom > top + 1 && box.top < bottom - 1;
  }).map(row => row.id);
}

// A drawing as a PNG file, twice as fine as a screen.
export async function paint(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), { width: image.width * 2, height: image.height * 2 });
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise(done => canvas.toBlob(done));
}
