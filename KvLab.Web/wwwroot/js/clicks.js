// A double click is meant for the button that its first click hit. Where the page has put another one there meanwhile, such as Cancel in the place of Start,
// nobody meant that one. Clicks of the keyboard are not counted by browsers, and pass.
(() => {
  let first = null;
  addEventListener('click', e => {
    const button = e.target.closest?.('button, a, [role=menuitem], .mud-menu-item, .mud-list-item') ?? null;
    if (e.detail <= 1) {
      first = button;
      return;
    }
    if (button === null || button === first) return;
    e.preventDefault();
    e.stopImmediatePropagation();
  }, true);
})();
