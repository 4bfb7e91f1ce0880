// Draws each figure when it comes near the screen, and all that are shown before printing.
(() => {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const config = {
    displaylogo: false,
    responsive: true,
    displayModeBar: "hover",
    modeBarButtons: [["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d", "toImage"]],
    showSendToCloud: false,
    plotlyServerURL: "",
  };
  const common = {
    font: { family: "system-ui, sans-serif", size: 12 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    margin: { l: 64, r: 36, t: 8, b: 44 },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", xanchor: "left" },
    modebar: { orientation: "v", bgcolor: "rgba(0,0,0,0)", color: "#8c95a0", activecolor: "#5a7ea0" },
    hoverlabel: { namelength: -1 },
  };

  function draw(place) {
    if (place.dataset.drawn) return;
    place.dataset.drawn = "yes";
    const { data, layout } = figures[place.dataset.figure];
    for (const key of Object.keys(layout)) {
      if (!/^[xy]axis/.test(key)) continue;
      Object.assign(layout[key], { automargin: true, exponentformat: "none" });
      if (key.startsWith("y")) layout[key].separatethousands = true;
    }
    Plotly.newPlot(place, data, { ...common, ...layout }, config);
  }

  const places = [...document.querySelectorAll(".plot")];
  const shown = (place) => place.getClientRects().length > 0;
  const near = new IntersectionObserver(
    (entries) => entries.filter((e) => e.isIntersecting).forEach((e) => draw(e.target)),
    { rootMargin: "600px 0px" },
  );
  places.forEach((place) => near.observe(place));

  addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((d) => (d.open = true));
    places.filter(shown).forEach((place) => {
      draw(place);
      Plotly.Plots.resize(place);
    });
  });
})();
