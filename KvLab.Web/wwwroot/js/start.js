// Starts the circuit, and brings the page back by itself: after a laptop's sleep by reconnecting for as long as it takes, after a
// restart of the dashboard by loading the page anew. Typed text is kept by fields.js, the view by the address bar.
(() => {
  const overlay = () => document.getElementById('kv-reconnect');
  const show = on => {
    const at = overlay();
    if (!at) return;
    if (on && !at.open) at.showModal();
    if (!on && at.open) at.close();
  };
  const back = () => {
    show(false);
    window.kvFields.resend();
  };
  const reload = () => {
    window.kvFields.keep();
    location.reload();
  };

  document.addEventListener('DOMContentLoaded', () => {
    overlay()?.querySelector('button')?.addEventListener('click', reload);
    overlay()?.addEventListener('cancel', e => e.preventDefault());
    document.querySelector('#blazor-error-ui .reload')?.addEventListener('click', () => window.kvFields.keep(), true);
    window.kvFields.restore();
    Blazor.start({
      circuit: {
        reconnectionOptions: {
          maxRetries: Number.MAX_SAFE_INTEGER,
          retryIntervalMilliseconds: attempt => Math.min(250 * 2 ** Math.min(attempt, 5), 3000),
        },
        reconnectionHandler: {
          onConnectionDown: () => { window.kvFields.lost(); show(true); retry(0); },
          onConnectionUp: back,
        },
      },
    });
  });

  // false: the dashboard answers, but no longer knows this circuit. An error: nobody answers yet.
  async function retry(attempt) {
    if (!overlay()?.open) return;
    try {
      if (await Blazor.reconnect()) { back(); return; }
      reload();
      return;
    } catch { /* tried again below */ }
    setTimeout(() => retry(attempt + 1), Math.min(250 * 2 ** Math.min(attempt, 4), 3000));
  }
})();
