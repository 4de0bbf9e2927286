// The book is read aloud, page after page, and each word is lit while it is heard.
(() => {
  "use strict";
  const book = document.getElementById("book"), button = document.getElementById("aloud");
  const pages = Array.from(book.querySelectorAll(".page"));
  let playing = null;   // the page that is read

  const sound = (page) => page.querySelector("audio");

  function light(page, seconds) {
    const times = JSON.parse(sound(page).dataset.words), words = page.querySelectorAll(".word");
    if (words.length !== times.length) return;   // set in other words than are read: none is lit
    words.forEach((word, i) => {
      const until = i + 1 < times.length ? times[i + 1][0] : times[i][1];
      word.classList.toggle("lit", seconds >= times[i][0] && seconds < until);
    });
  }

  function quiet() {
    if (playing) { sound(playing).pause(); light(playing, -1); }
    playing = null;
    say(false);
  }

  function say(on) {
    button.setAttribute("aria-pressed", String(on));
    button.querySelector("span").textContent = on ? button.dataset.leave : button.dataset.enter;
  }

  function read(page) {
    if (playing) { sound(playing).pause(); light(playing, -1); }
    playing = page;
    say(true);
    if (!book.isOpen(page)) book.turnTo(page);
    const audio = sound(page);
    audio.currentTime = 0;
    audio.onended = () => { light(page, -1); after(page); };
    audio.play().then(() => requestAnimationFrame(step), quiet);
  }

  function step() {
    if (!playing || sound(playing).paused) return;
    light(playing, sound(playing).currentTime);
    requestAnimationFrame(step);
  }

  function after(page) {
    const next = pages.slice(pages.indexOf(page) + 1).find(sound);
    if (playing !== page) return;
    if (next) setTimeout(() => { if (playing === page) read(next); }, 700); else quiet();
  }

  button.onclick = () => {
    if (playing) return quiet();
    const open = pages.filter((page) => book.isOpen(page) && sound(page));
    const from = open[0] || pages.slice(Math.max(0, pages.findIndex(book.isOpen))).find(sound);
    if (from) read(from);
  };
  book.addEventListener("turned", () => { if (playing && !book.isOpen(playing)) quiet(); });
})();
