// A box on a picture, in shares of its sides: dragged open around something ("draw", "crop"), then
// dragged with what is in it to another place and size ("place"), or a given one that stands at one
// of few places ("snap").
const STEP = 0.02;
const LARGER = 1.1;
const MIDDLE = [0.25, 0.25, 0.75, 0.75];
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const size = (of) => [of[2] - of[0], of[3] - of[1]];
const at = (left, top, [wide, high]) => [left, top, left + wide, top + high];

function boxOn(stage, data) {
  const find = (name) => stage.querySelector(name);
  const [box, was, grip] = [find(".box"), find(".was"), find(".grip")];
  const [snaps, places] = [data.way === "snap", data.way === "place"];
  let from = data.box || null; // what the box was dragged open around; null: nothing yet
  let now = from;
  let drag = null;

  if (data.called) box.setAttribute("aria-label", data.called);
  if (snaps) {
    box.setAttribute("role", "slider");
    box.setAttribute("aria-valuemin", 0);
    box.setAttribute("aria-valuemax", data.places.length - 1);
  }
  box.classList.toggle("snaps", snaps);
  box.classList.toggle("crops", data.way === "crop");
  grip.hidden = !(places || data.way === "crop");

  const isBox = (of) => size(of).every((side) => side >= data.least);

  function lay(element, of) {
    element.hidden = !of;
    if (!of) return;
    const [wide, high] = size(of);
    const percent = (share) => `${100 * share}%`;
    Object.assign(element.style, {
      left: percent(of[0]), top: percent(of[1]), width: percent(wide), height: percent(high),
    });
  }

  function isMoved() {
    return places && from !== null && String(from) !== String(now);
  }

  function nearest() {
    const gaps = data.places.map((place) => Math.abs(place[1] - now[1]));
    return gaps.indexOf(Math.min(...gaps));
  }

  function show() {
    lay(box, now);
    lay(was, isMoved() ? from : null);
    box.style.backgroundImage = isMoved() ? `url(${data.image})` : "";
    if (isMoved()) { // the part of the picture that is moved
      const [wide, high] = size(from);
      const place = (start, side) => `${side < 1 ? (100 * start) / (1 - side) : 0}%`;
      box.style.backgroundSize = `${100 / wide}% ${100 / high}%`;
      box.style.backgroundPosition = `${place(from[0], wide)} ${place(from[1], high)}`;
    }
    if (snaps) {
      box.setAttribute("aria-valuenow", nearest());
      box.setAttribute("aria-valuetext", data.names[nearest()]);
    }
  }

  // The middle stays in the picture; what is only drawn open stays in it whole.
  function put(wanted) {
    const [wide, high] = size(wanted);
    const [x, y] = places ? [wide / 2, high / 2] : [0, 0];
    const left = clamp(wanted[0], -x, 1 - wide + x);
    const top = clamp(wanted[1], -y, 1 - high + y);
    now = snaps ? at(now[0], top, [wide, high]) : at(left, top, [wide, high]);
    if (!places && !snaps) from = now;
  }

  function enlarge(times) {
    const share = size(now)[0] / size(from)[0];
    const by = clamp(times, 0.3 / share, 3 / share);
    const [wide, high] = size(now);
    put(at(now[0] - ((by - 1) * wide) / 2, now[1] - ((by - 1) * high) / 2, [by * wide, by * high]));
  }

  // A box that is only drawn open grows by itself; one that is placed grows with what is in it.
  function resize(times) {
    if (!now) return;
    if (places) {
      enlarge(times);
      return;
    }
    const [wide, high] = size(now).map((side) => clamp(side * times, data.least, 1));
    put(at((now[0] + now[2] - wide) / 2, (now[1] + now[3] - high) / 2, [wide, high]));
  }

  function open(start, end) {
    const [left, right] = [start[0], end[0]].sort((a, b) => a - b);
    const [top, bottom] = [start[1], end[1]].sort((a, b) => a - b);
    from = now = [left, top, right, bottom];
  }

  function stretch([x, y]) {
    if (places) {
      const [wide, high] = size(drag.before);
      now = drag.before;
      enlarge(1 + Math.max((x - drag.start[0]) / wide, (y - drag.start[1]) / high) * 2);
    } else { // its corner alone goes along
      const [left, top] = drag.before;
      from = now = [left, top, Math.max(x, left + data.least), Math.max(y, top + data.least)];
    }
  }

  return {
    show,
    isMoved,
    now: () => now,
    told: () => (snaps ? nearest() : now ? { box: from, to: now } : null),
    set(wanted) { if (wanted === null || isBox(wanted)) from = now = wanted; },
    resize,

    // Whether a hand at this point of the stage takes hold of something.
    begin(event, point) {
      const inBox = box.contains(event.target);
      if (snaps && !inBox) return false;
      box.classList.remove("glides");
      const does = event.target === grip ? "size" : inBox ? "move" : "open";
      drag = { does, start: point, before: now, from };
      (inBox ? box : stage).focus({ preventScroll: true });
      return true;
    },
    go(point) {
      const [x, y] = point.map((share) => clamp(share, 0, 1));
      if (drag.does === "open") {
        open(drag.start, [x, y]);
      } else if (drag.does === "size") {
        stretch([x, y]);
      } else {
        const [dx, dy] = [x - drag.start[0], y - drag.start[1]];
        put(at(drag.before[0] + dx, drag.before[1] + dy, size(drag.before)));
      }
    },
    end() {
      if (drag.does === "open" && !(now && isBox(now))) [from, now] = [drag.from, drag.before];
      drag = null;
      if (!snaps) return;
      box.classList.add("glides");
      now = data.places[nearest()];
    },

    // Whether a key did something.
    key(name, way) {
      if (!now) {
        if (name !== "Enter") return false;
        from = now = MIDDLE;
      } else if (snaps && way) {
        const order = [...data.places].sort((one, other) => one[1] - other[1]); // from the top down
        const next = order.indexOf(data.places[nearest()]) + Math.sign(way[0] + way[1]);
        now = order[clamp(next, 0, order.length - 1)];
      } else if (way) {
        put(at(now[0] + way[0] * STEP, now[1] + way[1] * STEP, size(now)));
      } else if (!snaps && (name === "+" || name === "-")) {
        resize(name === "+" ? LARGER : 1 / LARGER);
      } else if (!snaps && name === "Backspace") {
        from = now = null;
      } else {
        return false;
      }
      if (now) {
        show(); // what is hidden takes no focus
        box.focus({ preventScroll: true });
      }
      return true;
    },
  };
}
