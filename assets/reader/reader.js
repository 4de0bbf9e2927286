// A column of pages becomes a book whose pages turn: by keys, buttons, clicks and swipes.
(() => {
  "use strict";
  const root = document.documentElement;
  const book = document.getElementById("book");
  const where = document.getElementById("where");
  const buttons = Object.fromEntries(["first", "back", "on", "whole"].map((id) => [id, document.getElementById(id)]));
  const pages = Array.from(book.children);
  const leaves = [];
  for (let i = 0; i < pages.length; i += 2) {
    const leaf = document.createElement("div");
    leaf.className = "leaf";
    leaf.append(...pages.slice(i, i + 2));
    book.append(leaf);
    leaves.push(leaf);
  }
  const width = Number(book.dataset.width), height = Number(book.dataset.height);
  const last = pages.length - 1;
  const onward = root.dir === "rtl" ? -1 : 1;   // to which side one reads on: 1 is the right
  let at = 0;      // the page that is read, counted from 0
  let printing = false;
  let shown = -1;  // how many leaves are turned now
  root.classList.add("turns");

  const isWide = () => root.classList.contains("wide");
  const turned = () => Math.ceil(at / 2);
  const open = () => isWide() ? [2 * turned() - 1, 2 * turned()].filter((i) => i >= 0 && i <= last) : [at];

  function fit() {
    if (printing) return;
    const room = book.parentElement.getBoundingClientRect();
    const wide = room.width / room.height > 1.25 * width / height;
    root.classList.toggle("wide", wide);
    root.classList.toggle("flow", !wide && room.width < 560);
    const across = wide ? 2 * width : width;
    const pad = root.classList.contains("alone") ? 0 : 40;
    const scale = Math.min((room.width - pad) / across, (room.height - pad) / height);
    const flow = root.classList.contains("flow");
    book.style.setProperty("--book-width", Math.floor(flow ? room.width - 20 : across * scale) + "px");
    book.style.setProperty("--book-height", Math.floor(flow ? room.height - 14 : height * scale) + "px");
    show(false);
  }

  function show(moving) {
    const now = turned(), open_now = open();
    const step = Math.abs(now - shown);
    book.classList.toggle("still", !moving || step !== 1);
    leaves.forEach((leaf, i) => {
      const is_turning = moving && step === 1 && i === Math.min(now, shown);
      leaf.classList.toggle("turned", i < now);
      leaf.classList.toggle("far", i < now - 2 || i > now + 1);
      leaf.style.zIndex = is_turning ? 2 * leaves.length : i < now ? i : leaves.length - i;
    });
    const shift = onward * (now === 0 ? -25 : now === leaves.length ? 25 : 0);
    book.style.transform = isWide() ? "translateX(" + shift + "%)" : "none";
    pages.forEach((page, i) => {
      const here = open_now.includes(i);
      page.classList.toggle("here", here);
      page.classList.toggle("gone", i < at);
      page.inert = !here;
      page.setAttribute("aria-hidden", String(!here));
    });
    shown = now;
    where.textContent = said(open_now);
    buttons.first.disabled = buttons.back.disabled = at === 0;
    buttons.on.disabled = open_now.includes(last);
    book.dispatchEvent(new Event("turned"));
    try { history.replaceState(null, "", at ? "#" + pages[at].id : "#"); } catch { /* in a frame */ }
  }

  // "Pages 2 and 3 of 12", "Cover": what is open, for eyes and for screen readers.
  function said(indices) {
    const labels = indices.filter((i) => !pages[i].classList.contains("blank")).map((i) => pages[i].dataset.label);
    const numbers = indices.map((i) => pages[i].dataset.page).filter(Boolean);
    if (numbers.length < labels.length || !numbers.length) return labels.join(", ") || "Endpaper";
    const many = numbers.length > 1;
    return (many ? book.dataset.pages : book.dataset.one).replace("%", numbers.join(" – "));
  }

  function go(page) {
    const to = Math.max(0, Math.min(last, page));
    if (to === at || (isWide() && Math.ceil(to / 2) === turned())) { at = to; return; }
    at = to;
    show(true);
  }
  function step(by) {
    if (isWide()) return go(Math.max(0, 2 * (turned() + by) - 1));
    let to = at + by;
    while (pages[to] && pages[to].classList.contains("blank")) to += by;
    if (pages[to]) go(to);
  }

  // Full screen where there is one; elsewhere the bar steps back and the table goes dark.
  const is_whole = () => Boolean(document.fullscreenElement);
  function alone(on) {
    root.classList.toggle("alone", on);
    buttons.whole.setAttribute("aria-pressed", String(on));
    buttons.whole.querySelector("span").textContent = on ? buttons.whole.dataset.leave : buttons.whole.dataset.enter;
    fit();
    stir();
  }
  async function whole() {
    const on = !root.classList.contains("alone");
    try {
      if (on) await root.requestFullscreen(); else if (is_whole()) await document.exitFullscreen();
    } catch { /* not allowed here */ }
    alone(on);
  }
  document.addEventListener("fullscreenchange", () => alone(is_whole()));
  let rest;
  function stir() {
    root.classList.remove("quiet");
    clearTimeout(rest);
    rest = setTimeout(() => root.classList.add("quiet"), 2500);
  }
  ["pointermove", "pointerdown", "keydown"].forEach((kind) => document.addEventListener(kind, stir));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === " " && event.target.closest("button")) return;
    const deeds = {
      ArrowRight: () => step(onward), PageDown: () => step(1), " ": () => step(event.shiftKey ? -1 : 1),
      ArrowLeft: () => step(-onward), PageUp: () => step(-1), Home: () => go(0), End: () => go(last),
      f: whole, F: whole, Escape: () => { if (root.classList.contains("alone")) whole(); },
    };
    if (!(event.key in deeds)) return;
    event.preventDefault();
    deeds[event.key]();
  });
  buttons.first.onclick = () => go(0);
  buttons.back.onclick = () => step(-1);
  buttons.on.onclick = () => step(1);
  buttons.whole.onclick = whole;

  let down = null;
  book.addEventListener("pointerdown", (event) => { down = { x: event.clientX, y: event.clientY }; });
  book.addEventListener("pointerup", (event) => {
    if (!down || event.button > 0) return;
    const across = event.clientX - down.x, along = event.clientY - down.y;
    down = null;
    if (Math.abs(across) > 40 && Math.abs(across) > 1.5 * Math.abs(along)) {
      if (event.pointerType !== "mouse") step(across < 0 ? onward : -onward);
    } else if (Math.hypot(across, along) < 8 && !String(getSelection())) {
      const box = book.getBoundingClientRect();
      step(event.clientX > box.left + box.width / 2 ? onward : -onward);
    }
  });
  book.addEventListener("pointercancel", () => { down = null; });

  // For who reads aloud.
  book.isOpen = (page) => open().includes(pages.indexOf(page));
  book.turnTo = (page) => go(pages.indexOf(page));

  const named = pages.findIndex((page) => "#" + page.id === location.hash);
  if (named > 0) at = named;
  addEventListener("resize", fit);
  addEventListener("beforeprint", () => { printing = true; root.classList.remove("wide", "flow"); });
  addEventListener("afterprint", () => { printing = false; fit(); });
  fit();
  book.focus({ preventScroll: true });
})();
