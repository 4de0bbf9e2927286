// A picture to brush over: with a finger, a mouse or the arrow keys. Tells Streamlit the mask as a
// PNG, white where it was brushed; an empty text if nothing is.
const STEP = 0.04; // of the picture's width, that an arrow key moves the brush

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".brush");
  if (root.dataset.shows === data.shows) return; // drawn anew for something else: strokes stay
  root.dataset.shows = data.shows;

  const picture = root.querySelector("img");
  const canvas = root.querySelector("canvas");
  const size = root.querySelector("input");
  const said = root.querySelector("[role=status]");
  const [wide, high] = data.size;
  const pen = canvas.getContext("2d");
  const strokes = []; // each {radius, points: [[x, y], ...]}, in the picture's pixels
  let at = [wide / 2, high / 2];
  let going = false;
  let keyed = false; // whether the brush is moved by keys, and so has to be seen

  picture.src = data.image;
  picture.alt = data.alt;
  canvas.width = wide;
  canvas.height = high;
  canvas.setAttribute("aria-label", data.says);

  const radius = () => (Number(size.value) / 100) * (wide / 2);

  function lay(on, colour) {
    on.fillStyle = on.strokeStyle = colour;
    on.lineCap = on.lineJoin = "round";
    for (const { radius, points } of strokes) {
      on.lineWidth = 2 * radius;
      on.beginPath();
      points.forEach(([x, y], number) => (number ? on.lineTo(x, y) : on.moveTo(x, y)));
      if (points.length === 1) on.lineTo(points[0][0] + 0.01, points[0][1]);
      on.stroke();
    }
  }

  function show() {
    pen.clearRect(0, 0, wide, high);
    lay(pen, getComputedStyle(canvas).color);
    if (keyed) {
      pen.lineWidth = Math.max(1, wide / 200);
      pen.strokeStyle = "white";
      pen.beginPath();
      pen.arc(at[0], at[1], radius(), 0, 2 * Math.PI);
      pen.stroke();
    }
  }

  function tell() {
    const mask = document.createElement("canvas");
    mask.width = wide;
    mask.height = high;
    const on = mask.getContext("2d");
    on.fillStyle = "black";
    on.fillRect(0, 0, wide, high);
    lay(on, "white");
    const count = strokes.length;
    said.textContent = count ? `${count} ${count === 1 ? "stroke" : "strokes"}` : data.empty;
    setStateValue("mask", count ? mask.toDataURL("image/png") : "");
  }

  function place(event) {
    const seen = canvas.getBoundingClientRect();
    return [
      ((event.clientX - seen.left) / seen.width) * wide,
      ((event.clientY - seen.top) / seen.height) * high,
    ];
  }

  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId);
    going = true;
    keyed = false;
    strokes.push({ radius: radius(), points: [place(event)] });
    show();
  };
  canvas.onpointermove = (event) => {
    if (!going) return;
    strokes.at(-1).points.push(place(event));
    show();
  };
  canvas.onpointerup = canvas.onpointercancel = () => {
    if (!going) return;
    going = false;
    tell();
  };
  canvas.onkeydown = (event) => {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const way = ways[event.key];
    if (way) {
      const step = STEP * wide;
      const within = (value, most) => Math.min(most, Math.max(0, value));
      at = [within(at[0] + way[0] * step, wide), within(at[1] + way[1] * step, high)];
    } else if (event.key === " " || event.key === "Enter") {
      strokes.push({ radius: radius(), points: [[...at]] });
      tell();
    } else if (event.key === "Backspace") {
      strokes.pop();
      tell();
    } else {
      return;
    }
    event.preventDefault();
    keyed = true;
    show();
  };
  canvas.onblur = () => {
    keyed = false;
    show();
  };
  size.oninput = show;
  root.querySelector("[data-does=back]").onclick = () => {
    strokes.pop();
    show();
    tell();
  };
  root.querySelector("[data-does=clear]").onclick = () => {
    strokes.length = 0;
    show();
    tell();
  };
  said.textContent = data.empty;
  show();
}
