// A chart is drawn in several steps, by Plotly.Blazor 7.2 also on a page that was left meanwhile: where its library was still under way it calls with the name of an element
// that is gone, and where the element goes between two steps Plotly finds nothing of its own any more. Whoever draws into what is not there is not heard.
// Drawing one takes 50 to 100 ms, and the browser does nothing else meanwhile: it waits until what comes with it is on the screen, and then for a moment without work.
(() => {
  const named = ['newPlot', 'react', 'update', 'restyle', 'relayout', 'extendTraces', 'prependTraces', 'addTraces', 'deleteTraces', 'purge'];
  const aMomentMs = 100, latestMs = 250;
  const rest = () => new Promise(done => setTimeout(() => requestIdleCallback(done, { timeout: latestMs }), aMomentMs));
  let plotly;
  Object.defineProperty(window, 'Plotly', {
    configurable: true,
    get: () => plotly,
    set: library => {
      plotly = library && { ...library };
      for (const name of named.filter(n => plotly?.[n])) {
        const call = plotly[name];
        plotly[name] = async (at, ...facts) => {
          const element = typeof at === 'string' ? document.getElementById(at) : at;
          if (name !== 'purge') await rest();
          if (!element?.isConnected) return undefined;
          try {
            return await call(at, ...facts);
          } catch (failure) {
            if (element.isConnected) throw failure;
            return undefined;
          }
        };
      }
    },
  });
})();
