function render({ model, el }) {
  const mark = () => {
    const marked = new Set(model.get("marked"));
    for (const shape of el.querySelectorAll("[data-part]")) {
      shape.classList.toggle("wann-lite-marked", marked.has(shape.dataset.part));
    }
  };
  const draw = () => {
    el.innerHTML = model.get("svg");
    const edges = el.querySelectorAll("path[data-part*=' ']");
    for (const edge of edges) {
      // A thin line is hard to hit, so a broad, invisible one lies on top of it.
      const target = edge.cloneNode();
      target.setAttribute("class", "wann-lite-target");
      target.setAttribute("stroke-width", edges.length > 60 ? 5 : 14);
      target.removeAttribute("opacity");
      const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
      title.textContent = `connection ${edge.dataset.part.replace(" ", " to ")}`;
      target.append(title);
      edge.removeAttribute("data-part");
      edge.after(target);
    }
    mark();
  };
  el.classList.add("wann-lite-clickable");
  el.addEventListener("click", (event) => {
    const shape = event.target.closest("[data-part]");
    if (shape) model.send({ part: shape.dataset.part });
  });
  model.on("change:svg", draw);
  model.on("change:marked", mark);
  draw();
}
export default { render };
