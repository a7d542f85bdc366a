// What the experiment pages need of the browser. Everything else is done by Blazor.

const store = lasting => (lasting ? localStorage : sessionStorage);

export function load(key, lasting) {
  try { return JSON.parse(store(lasting).getItem(`kvlab.${key}`)); } catch { return null; }
}

export function save(key, value, lasting) {
  try { store(lasting).setItem(`kvlab.${key}`, JSON.stringify(value)); } catch { /* private windows have no storage, full ones no room */ }
}

const frame = testId => document.querySelector(`iframe[data-testid="${CSS.escape(testId)}"]`);

// The frame is sandboxed without scripts. After its first document only contents are replaced, so that the reader's place stays.
export function showPreview(testId, html) {
  const at = frame(testId);
  if (!at) return;
  const shown = at.contentDocument;
  if (at.dataset.shown !== 'true' || !shown?.body) {
    at.srcdoc = html;
    at.dataset.shown = 'true';
    return;
  }
  const next = new DOMParser().parseFromString(html, 'text/html');
  shown.head.replaceWith(shown.adoptNode(next.head));
  shown.body.replaceWith(shown.adoptNode(next.body));
}

export function printPreview(testId) {
  const at = frame(testId);
  at?.contentWindow.focus();
  at?.contentWindow.print();
}
