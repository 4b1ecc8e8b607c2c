// What all pages have in common: elements, messages, and a word when Python is silent.

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) element.append(child);
  }
  return element;
}

function percent(share, digits = 0) {
  const shown = 100 * share;
  if (digits === 0 && shown > 99.5 && shown < 100) return "over 99 %";
  if (digits === 0 && shown < 0.5 && shown > 0) return "under 1 %";
  return `${shown.toFixed(digits)} %`;
}

// Why an answer was not written, and a button for who means it: another one, for a double click is no second thought.
function doubtOf({ doubt }, again) {
  if (!doubt) return null;
  return make(
    "p",
    { class: "jr-trouble", role: "alert" },
    `${doubt.text} Answer otherwise, or take back another answer. `,
    make("button", { "data-answer": "anyway", onclick: again }, `Write “${doubt.answer}” anyway`),
  );
}

const SILENT_AFTER = 20000;

// A page: draws what Python tells, and says what the reader does. Nothing is kept in the widget's state.
function openPage({ model, el }, draw, keys) {
  const root = make("div", {
    class: "jr-page",
    tabindex: "0",
    // JupyterLab's own keys (d d deletes a cell, z undoes that) must not hear what is typed here.
    "data-lm-suppress-shortcuts": "true",
  });
  const content = make("div", {}, make("p", { class: "jr-quiet" }, "Choosing the first pair …"));
  const trouble = make("p", { class: "jr-trouble", role: "alert", hidden: "" });
  root.append(trouble, content);
  el.append(root);

  let waiting = null;
  let shown = null;
  function complain(text) {
    trouble.textContent = text || "";
    trouble.hidden = !text;
  }
  function say(message) {
    if (waiting) return;
    root.setAttribute("aria-busy", "true");
    waiting = setTimeout(() => {
      settle();
      complain("Python does not answer. Is the kernel running? Run the cell again.");
    }, SILENT_AFTER);
    model.send(message);
  }
  function settle() {
    clearTimeout(waiting);
    waiting = null;
    root.removeAttribute("aria-busy");
  }
  function hear(message) {
    settle();
    complain(message.kind === "trouble" ? message.text : message.warning);
    if (message.kind === "trouble") return;
    shown = message;
    content.replaceChildren(...draw(message, say));
    // The keys work as soon as something was answered, wherever the pointer is.
    if (root.contains(document.activeElement) || document.activeElement === document.body) root.focus({ preventScroll: true });
  }
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const act = keys[event.key.toLowerCase()];
    if (!act || !shown) return;
    event.preventDefault();
    event.stopPropagation();
    act(shown, say);
  });
  model.on("msg:custom", hear);
  say({ kind: "ready" });
  return () => {
    clearTimeout(waiting);
    model.off("msg:custom", hear);
  };
}
