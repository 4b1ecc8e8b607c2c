// A person's records as a table and a graph; an edge or two records are chosen, then cut or joined.

const SIDE = 400;
const ACT_OF = { distinct: "cut", same: "join" };
const SVG = "http://www.w3.org/2000/svg";
let chosenRecords = [];

function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child !== null));
  return element;
}

function isChosen(message, pair) {
  const chosen = message.chosen?.pair;
  return chosen !== undefined && chosen[0] === pair[0] && chosen[1] === pair[1];
}

function edgeClass(message, edge) {
  const [one, other] = [message.records[edge.from], message.records[edge.to]];
  const kind = edge.answer === "distinct" ? "jr-weak" : one.is_member && other.is_member ? "" : "jr-outside";
  return `jr-edge ${kind} ${isChosen(message, edge.pair) ? "jr-chosen" : ""}`;
}

function graph(message, choose, say) {
  const at = message.records.map((one) => [one.x * SIDE, one.y * SIDE]);
  const lines = message.edges.map((edge) => {
    const [[x1, y1], [x2, y2]] = [at[edge.from], at[edge.to]];
    const place = { x1, y1, x2, y2 };
    const width = 1 + 4 * (edge.probability ?? 0.5);
    const sign = { distinct: "✂ ", same: "+ ", unsure: "? " }[edge.answer] ?? "";
    const score = edge.probability === null ? "" : percent(edge.probability);
    // Not at the middle, where the edges of a ring cross.
    const [x, y] = [x1 + 0.38 * (x2 - x1), y1 + 0.38 * (y2 - y1)];
    return svg(
      "g",
      {},
      svg("line", { ...place, class: edgeClass(message, edge), "stroke-width": width }),
      svg("text", { x, y: y - 4, class: "jr-score" }, `${sign}${score}`),
      svg("line", { ...place, class: "jr-grip", "data-edge": edge.pair.join(" "), onclick: () => say({ kind: "ask", pair: edge.pair }) }),
    );
  });
  const nodes = message.records.map((one, number) =>
    svg(
      "g",
      { class: `jr-node ${one.is_member ? "" : "jr-outside"} ${isIn(message, one) ? "jr-chosen" : ""}`, onclick: () => choose(one) },
      svg("circle", { cx: at[number][0], cy: at[number][1], r: 13 }),
      svg("text", { x: at[number][0], y: at[number][1] }, `${number + 1}`),
    ),
  );
  return svg("svg", { class: "jr-graph", viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img" }, lines, nodes);
}

function isIn(message, one) {
  return chosenRecords.includes(one.id) || Boolean(message.chosen?.pair.includes(one.id));
}

function table(message, choose) {
  const head = make("tr", {}, ["", "record", ...message.fields].map((name) => make("th", {}, name)));
  const rows = message.records.map((one, number) =>
    make(
      "tr",
      {
        class: `${one.is_member ? "" : "jr-outside"} ${isIn(message, one) ? "jr-chosen" : ""}`,
        title: one.is_member ? "" : "near, but not of this person",
        onclick: () => choose(one),
      },
      [`${number + 1}`, one.id, ...one.values.map((value) => value ?? "–")].map((value) => make("td", {}, value)),
    ),
  );
  return make("div", { class: "jr-wide" }, make("table", { class: "jr-members" }, make("thead", {}, head), make("tbody", {}, rows)));
}

function actions(message, say) {
  const pair = message.chosen?.pair;
  const act = (kind, text, key) =>
    make(
      "button",
      {
        class: `jr-answer ${kind === "cut" ? "jr-distinct" : "jr-same"}`,
        "data-answer": kind,
        disabled: pair ? null : "",
        onclick: () => say({ kind, pair }),
      },
      text,
      make("kbd", {}, key),
    );
  const undo = make(
    "button",
    { class: "jr-undo", "data-answer": "undo", disabled: message.can_undo ? null : "", onclick: () => say({ kind: "undo", pair }) },
    "Undo",
    make("kbd", {}, "z"),
  );
  return make("div", { class: "jr-buttons" }, act("cut", "Cut here", "c"), act("join", "Join", "j"), undo);
}

function toldOf({ chosen, records }) {
  if (!chosen) return make("p", { class: "jr-quiet" }, "Choose an edge, or two records.");
  const number = (id) => records.findIndex((one) => one.id === id) + 1;
  const said = chosen.probability === null ? "not compared" : percent(chosen.probability);
  const judged = chosen.answer ? ` You said ${chosen.answer}.` : "";
  return make(
    "p",
    { class: "jr-last" },
    make("b", {}, `${number(chosen.pair[0])} and ${number(chosen.pair[1])}: ${said}. `),
    `${chosen.sentence}${judged}`,
  );
}

function draw(message, say) {
  if (message.chosen) chosenRecords = [];
  const choose = (one) => {
    chosenRecords = chosenRecords.includes(one.id) ? [] : [...chosenRecords, one.id];
    const pair = [...chosenRecords].sort();
    if (pair.length === 2) {
      chosenRecords = [];
      say({ kind: "ask", pair });
    } else say({ kind: "ask" });
  };
  const members = message.records.filter((one) => one.is_member).length;
  const near = message.records.length - members;
  const head = make(
    "div",
    { class: "jr-head" },
    make("strong", {}, `${members} record${members === 1 ? "" : "s"}, one person`),
    make("span", { class: "jr-quiet" }, `${message.person} · ${near} near · ${message.reviewer}`),
  );
  return [
    head,
    make("div", { class: "jr-cluster" }, graph(message, choose, say), table(message, choose)),
    actions(message, say),
    doubtOf(message, () => say({ kind: ACT_OF[message.doubt.answer], pair: message.chosen.pair, anyway: true })),
    toldOf(message),
    make(
      "div",
      { class: "jr-figures" },
      make("span", {}, make("b", {}, `${message.n_judged}`), " judged; resolve again with the file as labels to see the effect"),
    ),
  ].filter(Boolean);
}

function onPair(kind) {
  return (message, say) => message.chosen && say({ kind, pair: message.chosen.pair });
}

const KEYS = {
  c: onPair("cut"),
  j: onPair("join"),
  z: (message, say) => message.can_undo && say({ kind: "undo", pair: message.chosen?.pair }),
};

export default { render: (context) => openPage(context, draw, KEYS) };
