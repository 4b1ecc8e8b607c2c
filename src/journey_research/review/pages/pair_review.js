// Two records side by side; an answer is a key or a button.

const ANSWERS = [
  ["same", "s", "Same person"],
  ["distinct", "d", "Distinct"],
  ["unsure", "u", "Unsure"],
];

function value(pieces) {
  if (pieces === null) return make("td", { class: "jr-blank" }, "–");
  return make(
    "td",
    {},
    pieces.map(([text, differs]) => (differs ? make("mark", {}, text) : text)),
  );
}

function records(fields) {
  const rows = fields.map(({ field, left, right, state }) =>
    make(
      "tr",
      { class: `jr-${state}` },
      make("th", { scope: "row" }, field),
      value(left),
      make("td", { class: "jr-sign", title: state }, { equal: "=", differs: "≠", blank: "" }[state]),
      value(right),
    ),
  );
  return make("table", { class: "jr-records" }, make("tbody", {}, rows));
}

function buttons(message, say) {
  const answers = ANSWERS.map(([answer, key, text]) =>
    make(
      "button",
      {
        class: `jr-answer jr-${answer}`,
        "data-answer": answer,
        onclick: () => say({ kind: "answer", pair: message.pair, answer }),
      },
      text,
      make("kbd", {}, key),
    ),
  );
  const undo = make(
    "button",
    { class: "jr-undo", "data-answer": "undo", disabled: message.can_undo ? null : "", onclick: () => say({ kind: "undo" }) },
    "Undo",
    make("kbd", {}, "z"),
  );
  return make("div", { class: "jr-buttons" }, message.kind === "pair" ? answers : null, undo);
}

function figures(message) {
  const { progress } = message;
  const of = progress.n_by_answer;
  const told = [
    make(
      "span",
      {},
      make("b", {}, `${progress.n_judged}`),
      ` judged (${of.same} same, ${of.distinct} distinct, ${of.unsure} unsure)`,
    ),
  ];
  if (message.mode === "measure") {
    const { precision } = progress;
    told.push(make("span", {}, make("b", {}, `${progress.n_answered}`), ` of ${progress.n_sample} in the sample`));
    told.push(
      precision === null
        ? make("span", {}, "precision: not yet known")
        : make(
            "span",
            { title: `from ${precision.n} pairs that the result joins; 95 % interval` },
            "precision so far ",
            make("b", {}, percent(precision.value, 1)),
            ` (${percent(precision.low, 1)} to ${percent(precision.high, 1)})`,
          ),
    );
  }
  for (const one of progress.agreement) {
    const kappa =
      one.kappa === null
        ? "kappa undefined"
        : `kappa ${one.kappa.value.toFixed(2)} (${one.kappa.low.toFixed(2)} to ${one.kappa.high.toFixed(2)})`;
    told.push(make("span", {}, `with ${one.reviewer}: ${kappa}, ${one.n} pairs`));
  }
  return make("div", { class: "jr-figures" }, told);
}

function lastAnswer({ last }) {
  if (!last) return null;
  const said = last.probability === null ? "not compared" : `model ${percent(last.probability)}`;
  return make(
    "p",
    { class: "jr-last" },
    "Before: you said ",
    make("b", {}, last.answer),
    ", ",
    make("b", {}, said),
    ". ",
    make("span", {}, last.sentence),
  );
}

function bar(message) {
  if (message.mode !== "measure") return null;
  const { n_answered, n_sample } = message.progress;
  const width = n_sample ? (100 * n_answered) / n_sample : 100;
  return make("div", { class: "jr-bar" }, make("div", { style: `width: ${width}%` }));
}

function draw(message, say) {
  const what = { learn: "Pairs that teach most", measure: "A sample, for precision" }[message.mode];
  const head = make(
    "div",
    { class: "jr-head" },
    make("strong", {}, "One person, or two?"),
    make("span", { class: "jr-quiet" }, `${what} · ${message.reviewer}`),
  );
  const body =
    message.kind === "pair"
      ? records(message.fields)
      : make("p", { class: "jr-done" }, message.mode === "measure" ? "The whole sample is answered." : "Every pair is judged.");
  const again = () => say({ kind: "answer", pair: message.pair, answer: message.doubt.answer, anyway: true });
  const doubt = doubtOf(message, again);
  return [head, bar(message), body, buttons(message, say), doubt, lastAnswer(message), figures(message)].filter(Boolean);
}

function answerWith(answer) {
  return (message, say) => {
    if (message.kind === "pair") say({ kind: "answer", pair: message.pair, answer });
  };
}

const KEYS = {
  s: answerWith("same"),
  d: answerWith("distinct"),
  u: answerWith("unsure"),
  z: (message, say) => message.can_undo && say({ kind: "undo" }),
};

export default { render: (context) => openPage(context, draw, KEYS) };
