// A pad to draw on with mouse, pen or finger. `value` is a list of strokes, each a list of points [x, y] from 0 to 1.

const SIDE = 260; // CSS pixels
const PEN = 0.09; // of the side
const NEAR = 0.008; // points closer than this to the last one add nothing that can be seen

function render({ model, el }) {
  const canvas = document.createElement("canvas");
  const scale = window.devicePixelRatio || 1;
  canvas.width = canvas.height = SIDE * scale;
  canvas.className = "wann-pad";
  canvas.setAttribute("role", "img");
  const buttons = document.createElement("div");
  buttons.className = "wann-pad-buttons";
  const undo = button("Undo stroke", () => set(model.get("value").slice(0, -1)));
  const clear = button("Clear", () => set([]));
  buttons.append(undo, clear);
  el.append(canvas, buttons);
  const pen = canvas.getContext("2d");
  let stroke = null; // the one being drawn

  function button(text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "jupyter-button widget-button";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  // A new list each time: a list that was changed in place would not be seen as changed.
  function set(strokes) {
    model.set("value", strokes);
    model.save_changes();
  }

  function paint() {
    const strokes = stroke ? [...model.get("value"), stroke] : model.get("value");
    pen.setTransform(canvas.width, 0, 0, canvas.height, 0, 0);
    pen.clearRect(0, 0, 1, 1);
    pen.lineWidth = PEN;
    pen.lineCap = pen.lineJoin = "round";
    for (const points of strokes) {
      pen.beginPath();
      pen.moveTo(...points[0]);
      for (const point of points) pen.lineTo(...point);
      pen.stroke();
    }
    const n = model.get("value").length;
    canvas.setAttribute("aria-label", `drawing pad, ${n} ${n === 1 ? "stroke" : "strokes"}`);
    undo.disabled = clear.disabled = n === 0;
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    const share = (at, start, length) => Math.min(1, Math.max(0, (at - start) / length));
    const point = [share(event.clientX, box.left, box.width), share(event.clientY, box.top, box.height)];
    return point.map((x) => Math.round(x * 1e4) / 1e4);
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || stroke) return; // a second finger does not draw
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    stroke = [place(event)];
    stroke.pointer = event.pointerId;
    paint();
  });

  canvas.addEventListener("pointermove", (event) => {
    if (!stroke || event.pointerId !== stroke.pointer) return;
    const seen = event.getCoalescedEvents?.() ?? [];
    for (const part of seen.length ? seen : [event]) {
      const point = place(part);
      const last = stroke[stroke.length - 1];
      if (Math.hypot(point[0] - last[0], point[1] - last[1]) >= NEAR) stroke.push(point);
    }
    paint();
  });

  function lift(event) {
    if (!stroke || event.pointerId !== stroke.pointer) return;
    const done = Array.from(stroke);
    stroke = null;
    set([...model.get("value"), done]);
  }
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);

  model.on("change:value", paint);
  paint();
  return () => model.off("change:value", paint);
}

export default { render };
