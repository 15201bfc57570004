(async () => {
  const looks = JSON.parse(document.getElementById("looks").textContent);
  const waiting = new Map();
  for (const data of document.querySelectorAll("script[data-chart]")) {
    waiting.set(document.getElementById(data.dataset.chart), data);
  }
  const draw = async (place) => {
    const data = waiting.get(place);
    if (!waiting.delete(place)) return;
    try {
      await vegaEmbed(place, JSON.parse(data.textContent), {
        // The expressions are interpreted: nothing in this file needs the right to compile code.
        mode: "vega-lite", config: looks, ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: { disableDefaultStyle: true },
      });
    } catch (error) {
      place.textContent = "This chart cannot be drawn here; the table has its figures.";
      console.error(String(error));
    }
  };
  // What comes into view is drawn first, all else while the browser has nothing to do.
  const seen = new IntersectionObserver((changes) => {
    for (const change of changes) if (change.isIntersecting) draw(change.target);
  }, { rootMargin: "600px" });
  for (const place of waiting.keys()) seen.observe(place);
  const idle = window.requestIdleCallback || setTimeout;
  while (waiting.size) {
    await new Promise((resume) => idle(resume));
    const [place] = waiting.keys();
    if (place) await draw(place);
  }
  document.documentElement.dataset.drawn = "yes";
})();
