/* What is pressed says so at once, before the server was heard: it is busy until the page was drawn
   anew. Of what is pressed the server tells the browser nothing before that. */
(() => {
  const told = "answers";
  if (told in document.documentElement.dataset) return;
  document.documentElement.dataset[told] = "";
  const PRESSED = "button[data-testid^='stBaseButton'], a[data-testid^='stPageLink']";
  const SETTLED_MS = 80; // one drawing may follow another
  const busy = () => document.querySelectorAll(`:is(${PRESSED})[aria-busy='true']`);
  const app = () => document.querySelector("[data-testid='stApp']");
  let settling;
  const settle = () => {
    clearTimeout(settling);
    if (app().dataset.testScriptState !== "notRunning") return;
    settling = setTimeout(
      () => busy().forEach((each) => each.removeAttribute("aria-busy")), SETTLED_MS);
  };
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest?.(PRESSED);
    if (!pressed || pressed.disabled) return;
    pressed.setAttribute("aria-busy", "true");
    setTimeout(settle); // one that asks nothing of the server, such as a list that unfolds
  }, true);
  new MutationObserver(settle).observe(app(), { attributeFilter: ["data-test-script-state"] });
})();
