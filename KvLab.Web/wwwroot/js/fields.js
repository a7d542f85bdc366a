// Every text field of the page, whoever made it: none takes more than one message to the dashboard can carry, and none loses what is in it
// when the connection or the dashboard goes. Outside of any circuit, because it is needed when there is none.
(() => {
  const longestNumber = 64;
  const longestText = 4096;
  // What was typed so shortly before the connection was found lost may not have arrived.
  const unsureMs = 60_000;
  const keptKey = 'kvlab.typed';

  const isText = at => at instanceof HTMLTextAreaElement || (at instanceof HTMLInputElement && /^(text|search|password|number|email|url|tel)$/.test(at.type));
  const isField = at => at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement;
  const touched = new Map();
  const restored = new Set();
  let lostAt = null;

  function most(field) {
    if (field.maxLength < 0) field.maxLength = field.inputMode === 'decimal' || field.inputMode === 'numeric' ? longestNumber : longestText;
    return field.maxLength;
  }

  let hide = 0;
  function sayCut(field) {
    const note = document.getElementById('kv-cut');
    if (!note) return;
    const name = (field.labels?.[0]?.querySelector('span')?.innerText ?? field.labels?.[0]?.innerText ?? field.getAttribute('aria-label') ?? '').trim();
    note.textContent = `${name === '' ? 'This field' : name} takes at most ${most(field).toLocaleString('en')} characters: the rest was left out.`;
    clearTimeout(hide);
    hide = setTimeout(() => { note.textContent = ''; }, 10_000);
  }

  // On window and while capturing: before Blazor has read the field.
  addEventListener('focusin', e => { if (isText(e.target)) most(e.target); }, true);
  addEventListener('beforeinput', e => {
    const field = e.target;
    if (!isText(field) || !e.data || field.type === 'number') return;
    const room = most(field) - field.value.length + ((field.selectionEnd ?? 0) - (field.selectionStart ?? 0));
    if (e.data.length > room) sayCut(field);
  }, true);
  addEventListener('input', e => {
    const field = e.target;
    if (!isField(field)) return;
    if (isText(field) && field.value.length > most(field)) {
      field.value = field.value.slice(0, most(field));
      sayCut(field);
    }
    touched.set(field, { at: Date.now(), changed: false, arrived: false });
  }, true);
  // The dialog that says the connection is lost takes the focus, and so a field is left into the void.
  addEventListener('change', e => { if (isField(e.target)) touched.set(e.target, { at: Date.now(), changed: true, arrived: lostAt === null }); }, true);

  // What came back over a restart and was not taken by the cluster yet is taken when its field is left, as if it had been typed now.
  addEventListener('focusout', e => {
    if (!restored.delete(e.target) || touched.get(e.target)?.changed) return;
    e.target.dispatchEvent(new Event('change', { bubbles: true }));
  }, true);

  const isUnsure = last => lostAt !== null && last.at > lostAt - unsureMs;
  const tell = (field, name) => field.dispatchEvent(new Event(name, { bubbles: true }));

  // The dashboard still has the page as it was; what was typed into a connection that was gone is sent again.
  function resend() {
    for (const field of touched.keys()) if (!field.isConnected) touched.delete(field);
    const unsure = [...touched].filter(([field, last]) => isUnsure(last) && !(field.type === 'radio' && !field.checked));
    lostAt = null;
    for (const [field, last] of unsure) {
      tell(field, 'input');
      if (last.changed) tell(field, 'change');
    }
  }

  // Before the page is loaded anew. Fields of forms act only when their form is sent; any other one may have been taken already.
  function keep() {
    const fields = {};
    for (const [field, last] of touched) {
      if (!field.isConnected || !isText(field) || field.type === 'password' || !field.dataset.testid) continue;
      if (!last.arrived || (field.form && isUnsure(last))) fields[field.dataset.testid] = field.value;
    }
    try { sessionStorage.setItem(keptKey, JSON.stringify({ path: location.pathname, fields })); } catch { /* private windows have no storage */ }
  }

  function restore(tries = 50) {
    let kept = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(keptKey));
      sessionStorage.removeItem(keptKey);
    } catch { /* as if there were nothing */ }
    if (kept?.path === location.pathname) putBack(Object.entries(kept.fields ?? {}), tries);
  }

  // Panels come one after another; a field in a dialog or a fold that is not open again does not come at all.
  function putBack(fields, tries) {
    const missing = fields.filter(([testId, text]) => {
      const field = document.querySelector(`[data-ready=true] [data-testid="${CSS.escape(testId)}"]`);
      if (!field || !isText(field)) return true;
      if (field.value === text) return false;
      field.value = text;
      tell(field, 'input');
      if (field.form) tell(field, 'change');
      else restored.add(field);
      return false;
    });
    if (missing.length > 0 && tries > 0) setTimeout(() => putBack(missing, tries - 1), 200);
  }

  window.kvFields = { lost: () => { lostAt ??= Date.now(); }, resend, keep, restore };
})();
