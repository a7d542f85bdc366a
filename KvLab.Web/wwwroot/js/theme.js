// The chosen colours, before anything is painted: the address says them, or what was chosen in this browser, or the system.
(() => {
  let theme = null;
  try { theme = new URLSearchParams(location.search).get('theme') ?? localStorage.getItem('kvlab.theme.chosen'); } catch { /* no storage */ }
  const dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
