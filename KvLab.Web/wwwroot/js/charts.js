// A chart that was asked for while its library was still under way is drawn when that arrives, by Plotly.Blazor 7.2 also on a page that was
// left meanwhile: it calls with the name of an element that is gone. Whoever names one that is not there is not heard.
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
        plotly[name] = (at, ...rest) => typeof at === 'string' && !document.getElementById(at) ? Promise.resolve() : call(at, ...rest);
      }
    },
  });
})();
