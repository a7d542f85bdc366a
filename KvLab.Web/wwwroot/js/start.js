// Starts the circuit, and brings the page back by itself: after a laptop's sleep by reconnecting for as long as it takes, after a
// restart of the dashboard by loading the page anew (typed text is kept in session storage, the view in the address bar).
(() => {
  let theme = null;
  try { theme = new URLSearchParams(location.search).get('theme') ?? localStorage.getItem('kvlab.theme'); } catch { /* no storage */ }
  const dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';

  const overlay = () => document.getElementById('kv-reconnect');
  const show = on => {
    const at = overlay();
    if (!at) return;
    if (on && !at.open) at.showModal();
    if (!on && at.open) at.close();
  };
  const reload = () => location.reload();

  document.addEventListener('DOMContentLoaded', () => {
    overlay()?.querySelector('button')?.addEventListener('click', reload);
    overlay()?.addEventListener('cancel', e => e.preventDefault());
    Blazor.start({
      circuit: {
        reconnectionOptions: {
          maxRetries: Number.MAX_SAFE_INTEGER,
          retryIntervalMilliseconds: attempt => Math.min(250 * 2 ** Math.min(attempt, 5), 3000),
        },
        reconnectionHandler: {
          onConnectionDown: () => { show(true); retry(0); },
          onConnectionUp: () => show(false),
        },
      },
    });
  });

  // false: the dashboard answers, but no longer knows this circuit. An error: nobody answers yet.
  async function retry(attempt) {
    if (!overlay()?.open) return;
    try {
      if (await Blazor.reconnect()) { show(false); return; }
      reload();
      return;
    } catch { /* tried again below */ }
    setTimeout(() => retry(attempt + 1), Math.min(250 * 2 ** Math.min(attempt, 4), 3000));
  }
})();
