// A box on a picture: dragged open around something ("draw"), then dragged to another place and
// size with what is in it ("place"), or a given one that stands at one of few places ("snap").
// Tells Streamlit `told`: {box, to} with shares of the picture, or the number of the place.
const LEAST = 0.04; // of a side, as storybook/authoring/move_star.py has it
const STEP = 0.02;
const LARGER = 1.1;
const MIDDLE = [0.25, 0.25, 0.75, 0.75];

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".boxed");
  if (root.dataset.shows === data.shows) return; // drawn anew for something else: it stays
  root.dataset.shows = data.shows;
  const find = (name) => root.querySelector(name);
  const names = [".stage", "img", ".was", ".box", "[role=status]"];
  const [stage, picture, was, box, said] = names.map(find);
  const snaps = data.way === "snap";
  let from = data.box; // what the box was dragged open around; null: nothing yet
  let now = from;
  let drag = null;

  picture.src = data.image;
  picture.alt = data.alt;
  stage.setAttribute("aria-label", data.says);
  box.setAttribute("aria-label", data.called);
  if (snaps) {
    for (const name of ["tabindex", "role", "aria-label"]) stage.removeAttribute(name);
    box.setAttribute("role", "slider");
    box.setAttribute("aria-valuemin", 0);
    box.setAttribute("aria-valuemax", data.places.length - 1);
  }
  stage.classList.toggle("still", snaps);
  box.classList.toggle("snaps", snaps);
  find(".grip").hidden = data.way !== "place";
  for (const button of root.querySelectorAll("button")) {
    button.hidden = snaps || (data.way === "draw" && button.dataset.does !== "away");
  }

  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
  const size = (of) => [of[2] - of[0], of[3] - of[1]];
  const isBox = (of) => size(of).every((side) => side >= LEAST);
  const at = (left, top, [wide, high]) => [left, top, left + wide, top + high];

  function lay(element, of) {
    element.hidden = !of;
    if (!of) return;
    const [wide, high] = size(of);
    const percent = (share) => `${100 * share}%`;
    Object.assign(element.style, {
      left: percent(of[0]), top: percent(of[1]), width: percent(wide), height: percent(high),
    });
  }

  function show() {
    const moved = data.way === "place" && from && String(from) !== String(now);
    lay(box, now);
    lay(was, moved ? from : null);
    box.style.backgroundImage = moved ? `url(${data.image})` : "";
    if (moved) { // the part of the picture that is moved
      const [wide, high] = size(from);
      const place = (start, side) => `${side < 1 ? (100 * start) / (1 - side) : 0}%`;
      box.style.backgroundSize = `${100 / wide}% ${100 / high}%`;
      box.style.backgroundPosition = `${place(from[0], wide)} ${place(from[1], high)}`;
    }
    said.textContent = now ? (moved ? data.moved : data.there) : data.empty;
    if (snaps) {
      box.setAttribute("aria-valuenow", nearest());
      box.setAttribute("aria-valuetext", data.names[nearest()]);
    }
  }

  function tell() {
    show();
    setStateValue("told", snaps ? nearest() : now ? { box: from, to: now } : null);
  }

  function nearest() {
    const gaps = data.places.map((place) => Math.abs(place[1] - now[1]));
    return gaps.indexOf(Math.min(...gaps));
  }

  // The middle stays in the picture; what is only drawn open stays in it whole.
  function put(wanted) {
    const [wide, high] = size(wanted);
    const [x, y] = data.way === "place" ? [wide / 2, high / 2] : [0, 0];
    const left = clamp(wanted[0], -x, 1 - wide + x);
    const top = clamp(wanted[1], -y, 1 - high + y);
    now = snaps ? at(now[0], top, [wide, high]) : at(left, top, [wide, high]);
    if (data.way === "draw") from = now;
  }

  function enlarge(times) {
    if (!now) return;
    const [wide, high] = size(now);
    const most = 3 / (wide / size(from)[0]), least = 0.3 / (wide / size(from)[0]);
    const by = clamp(times, least, most);
    put(at(now[0] - ((by - 1) * wide) / 2, now[1] - ((by - 1) * high) / 2, [by * wide, by * high]));
  }

  function place(event) {
    const seen = stage.getBoundingClientRect();
    return [(event.clientX - seen.left) / seen.width, (event.clientY - seen.top) / seen.height];
  }

  stage.onpointerdown = (event) => {
    const inBox = box.contains(event.target);
    if (snaps && !inBox) return;
    stage.setPointerCapture(event.pointerId);
    box.classList.remove("glides");
    const does = event.target.classList.contains("grip") ? "size" : inBox ? "move" : "open";
    drag = { does, start: place(event), before: now, from };
    event.preventDefault();
    (inBox ? box : stage).focus();
  };
  stage.onpointermove = (event) => {
    if (!drag) return;
    const [x, y] = place(event).map((share) => clamp(share, 0, 1));
    const [dx, dy] = [x - drag.start[0], y - drag.start[1]];
    if (drag.does === "open") {
      const [left, right] = [drag.start[0], x].sort((a, b) => a - b);
      const [top, bottom] = [drag.start[1], y].sort((a, b) => a - b);
      from = now = [left, top, right, bottom];
    } else if (drag.does === "size") {
      now = drag.before;
      const [wide, high] = size(now);
      enlarge(1 + Math.max(dx / wide, dy / high) * 2);
    } else {
      put(at(drag.before[0] + dx, drag.before[1] + dy, size(drag.before)));
    }
    show();
  };
  stage.onpointerup = stage.onpointercancel = () => {
    if (!drag) return;
    if (drag.does === "open" && !(now && isBox(now))) [from, now] = [drag.from, drag.before];
    drag = null;
    settle();
    tell();
  };

  function settle() {
    if (!snaps) return;
    box.classList.add("glides");
    now = data.places[nearest()];
  }

  stage.onkeydown = (event) => {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const way = ways[event.key];
    if (!now && event.key === "Enter") {
      from = now = MIDDLE;
    } else if (!now) {
      return;
    } else if (snaps && way) {
      const next = clamp(nearest() + Math.sign(way[0] + way[1]), 0, data.places.length - 1);
      now = data.places[next];
    } else if (way) {
      put(at(now[0] + way[0] * STEP, now[1] + way[1] * STEP, size(now)));
    } else if (!snaps && (event.key === "+" || event.key === "-")) {
      resize(event.key === "+" ? LARGER : 1 / LARGER);
    } else if (!snaps && event.key === "Backspace") {
      from = now = null;
    } else {
      return;
    }
    event.preventDefault();
    tell();
    if (now) box.focus();
  };

  // A box that is only drawn open grows by itself; one that is placed grows with what is in it.
  function resize(times) {
    if (data.way === "place") {
      enlarge(times);
      return;
    }
    const [wide, high] = size(now).map((side) => clamp(side * times, LEAST, 1));
    put(at((now[0] + now[2] - wide) / 2, (now[1] + now[3] - high) / 2, [wide, high]));
  }

  find("[data-does=larger]").onclick = () => { if (now) { resize(LARGER); tell(); } };
  find("[data-does=smaller]").onclick = () => { if (now) { resize(1 / LARGER); tell(); } };
  find("[data-does=away]").onclick = () => { from = now = null; tell(); };
  show();
}
