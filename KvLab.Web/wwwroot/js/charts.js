// A chart is drawn in several steps, by Plotly.Blazor 7.2 also on a page that was left meanwhile: where its library was still under way it calls with the name of an element
// that is gone, and where the element goes between two steps Plotly finds nothing of its own any more. Whoever draws into what is not there is not heard.
(() => {
  const named = ['newPlot', 'react', 'update', 'restyle', 'relayout', 'extendTraces', 'prependTraces', 'addTraces', 'deleteTraces', 'purge'];
  let plotly;
  Object.defineProperty(window, 'Plotly', {
    configurable: true,
    get: () => plotly,
    set: library => {
      plotly = library && { ...library };
      for (const name of named.filter(n => plotly?.[n])) {
        const call = plotly[name];
        plotly[name] = async (at, ...rest) => {
          const element = typeof at === 'string' ? document.getElementById(at) : at;
          if (!element) return undefined;
          try {
            return await call(at, ...rest);
          } catch (failure) {
            if (element.isConnected) throw failure;
            return undefined;
          }
        };
      }
    },
  });
})();
