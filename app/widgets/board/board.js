// A picture to draw on, in one of several ways: "brush" over a spot, "draw" a box around somebody,
// "place" that box elsewhere, let it "snap" to one of few places, or "crop" with a box and a mask.
// Tells Streamlit `told` at the end of each stroke: {mask}, {box, to}, a place's number, or
// {crop, mask}, the last by a trigger, since what is drawn is taken back elsewhere.
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const BRUSH_STEP = 0.04; // of the picture's width, that an arrow key moves the brush

export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector(".board");
  root.tell = data.way === "crop" ? component.setTriggerValue : component.setStateValue;
  if (root.dataset.shows === data.shows) return; // drawn anew for something else: it stays
  root.dataset.shows = data.shows;

  const find = (name) => root.querySelector(name);
  const all = (name) => [...root.querySelectorAll(name)];
  const [stage, canvas, range, said] = [".stage", "canvas", "[type=range]", "[role=status]"].map(find);
  const [wide, high] = data.size;
  const [brushes, crops] = [data.way === "brush", data.way === "crop"];
  const strokes = strokesOn(canvas, data.size);
  const box = boxOn(stage, data);
  let tool = brushes ? "paint" : "box";
  let hand = ""; // "box" or "stroke" while a hand draws one
  let at = [wide / 2, high / 2]; // where the brush is that keys move
  let keyed = false; // whether it is, and so has to be seen

  find("img").style.aspectRatio = `${wide} / ${high}`; // its room, before it is there
  find("img").src = data.image;
  find("img").alt = data.alt;
  for (const part of all("[data-in]")) {
    part.hidden = !part.dataset.in.split(" ").includes(data.way);
  }
  stage.classList.toggle("still", data.way === "snap");
  if (data.way === "snap") { // its box is what is moved
    for (const name of ["tabindex", "role", "aria-label"]) stage.removeAttribute(name);
  } else {
    stage.setAttribute("aria-label", data.says);
  }

  const radius = () => (Number(range.value) / 100) * (wide / 2);
  const inPixels = ([x, y]) => [x * wide, y * high];

  function status() {
    if (crops) return "";
    if (!brushes) return box.now() ? (box.isMoved() ? data.moved : data.there) : data.empty;
    const count = strokes.count();
    return count ? `${count} ${count === 1 ? "stroke" : "strokes"}` : data.empty;
  }

  function show() {
    strokes.show(keyed && tool !== "box" ? { at, radius: radius() } : null);
    box.show();
    stage.classList.toggle("paints", tool !== "box");
    said.textContent = status();
    for (const button of all("[data-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    }
    for (const field of all("[data-edge]")) {
      field.value = Math.round(100 * (box.now() || [0, 0, 1, 1])[Number(field.dataset.edge)]);
    }
  }

  function told() {
    if (crops) return { crop: box.now(), mask: strokes.asUrl().split(",")[1] };
    if (brushes) return { mask: strokes.count() ? strokes.asUrl() : "" };
    return box.told();
  }

  function tell() {
    show();
    root.tell("told", told());
  }

  function place(event) {
    const seen = stage.getBoundingClientRect();
    return [(event.clientX - seen.left) / seen.width, (event.clientY - seen.top) / seen.height];
  }

  stage.onpointerdown = (event) => {
    const point = place(event);
    keyed = false;
    if (tool !== "box") {
      strokes.begin(inPixels(point), radius(), tool === "wipe");
      hand = "stroke";
      stage.focus({ preventScroll: true }); // else the picture moves away under the hand
    } else if (box.begin(event, point)) {
      hand = "box";
    } else {
      return;
    }
    stage.setPointerCapture(event.pointerId);
    event.preventDefault();
    show();
  };
  stage.onpointermove = (event) => {
    if (!hand) return;
    if (hand === "stroke") strokes.go(inPixels(place(event)));
    else box.go(place(event));
    show();
  };
  stage.onpointerup = stage.onpointercancel = () => {
    if (!hand) return;
    if (hand === "box") box.end();
    hand = "";
    tell();
  };

  // Whether a key of the brush did something; it tells by itself where it drew.
  function brushKey(name, way) {
    if (way) {
      const step = BRUSH_STEP * wide;
      at = [clamp(at[0] + way[0] * step, 0, wide), clamp(at[1] + way[1] * step, 0, high)];
      keyed = true;
      show();
      return true;
    }
    if (name === " " || name === "Enter") strokes.begin([...at], radius(), tool === "wipe");
    else if (name === "Backspace") strokes.back();
    else return false;
    keyed = true;
    tell();
    return true;
  }

  stage.onkeydown = (event) => {
    const way = WAYS[event.key];
    if (tool === "box") {
      if (!box.key(event.key, way)) return;
      tell();
    } else if (!brushKey(event.key, way)) {
      return;
    }
    event.preventDefault();
  };
  stage.onblur = () => { keyed = false; show(); };
  range.oninput = show;

  const deeds = {
    back: () => strokes.back(),
    clear: () => strokes.clear(),
    away: () => box.set(null),
    larger: () => box.resize(LARGER),
    smaller: () => box.resize(1 / LARGER),
  };
  for (const button of all("[data-does]")) {
    button.onclick = () => { deeds[button.dataset.does](); tell(); };
  }
  for (const button of all("[data-tool]")) {
    button.onclick = () => { tool = button.dataset.tool; show(); };
  }
  for (const field of all("[data-edge]")) {
    field.onchange = () => {
      const edges = [...(box.now() || [0, 0, 1, 1])];
      edges[Number(field.dataset.edge)] = clamp(Number(field.value) / 100, 0, 1);
      box.set(edges);
      tell();
    };
  }
  if (data.mask) strokes.take(data.mask, show);
  show();
}
