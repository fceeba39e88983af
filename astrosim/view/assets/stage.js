// The stage: space, curves and the table of patterns, fed with frames; it says `ready`, `drawn`, `seek` and `choose`.
const PLOTS = [
  ["reward", "Reward", [0, 1]],
  ["accept", "Accept rate", [0, 1]],
  ["threshold", "Thresholds", null],
];
const WIDE = 1.5; // width over height; wider planes have the curves below, others beside them
const COLOURS = { threshold: "threshold", exploration: "exploration rate (1/trial)", score: "score", calcium: "calcium" };
const DECISIONS = { 1: "kept", 0: "reverted", "-1": "idle" };

class Stage {
  constructor(model, root) {
    this.model = model;
    this.arrays = {};
    this.frames = 0;
    this.root = create("div", "as-stage", root);
    this.status = create("div", "as-status", this.root);
    const main = create("div", "as-main", this.root);
    const space = create("div", "as-space", main);
    this.canvas = create("canvas", "as-canvas", space);
    this.legend = create("div", "as-legend", space);
    const side = create("div", "as-side", main);
    this.plots = PLOTS.map(([name, title, range]) => {
      return new Plot(create("canvas", `as-plot as-plot-${name}`, side), title, range);
    });
    this.alarm = create("div", "as-alarm", side);
    this.alarm.setAttribute("role", "alert");
    create("span", "as-waiting", this.status, "Preparing the replicate; the first time ever takes half a minute.");
    this.table = create("table", "as-patterns", create("div", "as-scroll", side));
    this.space = new Space(this.canvas, (a) => this.say({ event: "choose", astrocyte: a }));
    this.scrub = new Scrubber(this.root, (said) => this.say(said));
    this.watch = new ResizeObserver(() => this.draw());
    for (const box of [this.root, this.canvas, ...this.plots.map((plot) => plot.canvas)]) this.watch.observe(box);
  }

  say(content) {
    this.model.send(content);
  }

  hear(view) {
    const { facts, arrays } = unpack(view);
    if (facts.scene) {
      this.arrays = arrays;
      this.scene = facts.scene;
      this.facts = null;
      this.space.start(this.scene, arrays);
      this.root.classList.toggle("as-wide", this.space.shape() > WIDE);
      return;
    }
    Object.assign(this.arrays, arrays);
    this.facts = facts;
    this.space.flicker(this.arrays, facts);
    requestAnimationFrame(() => {
      this.draw();
      this.frames += 1;
      this.note_state();
      this.say({ event: "drawn" });
    });
  }

  // What tests and style sheets can see of the present state.
  note_state() {
    const { facts, arrays } = this;
    const state = { frames: this.frames, trial: facts.trial, chosen: facts.chosen ?? "", playing: facts.playing };
    Object.assign(state, { eligible: arrays.eligible.length, colour: this.model.get("colour") });
    Object.assign(state, { synapses: arrays.pre.length, mine: arrays.mine.length, all: arrays.allWeight.length });
    state.events = facts.events.map((event) => event.join(" ")).join("; ");
    Object.assign(this.root.dataset, state);
  }

  draw() {
    if (!this.facts) return;
    const { arrays, facts, model } = this;
    const shown = { colour: model.get("colour"), mine: model.get("mine"), eligible: model.get("eligible"), all: model.get("all") };
    this.space.draw(arrays, facts, shown);
    this.explain(shown);
    this.curves();
    this.patterns();
    this.tell();
  }

  tell() {
    const { facts, arrays, scene } = this, silent = facts.decision === null;
    const words = [
      ["trial", grouped(facts.trial)],
      ["episode", grouped(Math.floor(facts.trial / scene.episode))],
      ["pattern", facts.pattern >= 0 && facts.pattern < 65535 ? facts.pattern + 1 : "-"],
      ["decision", silent ? "-" : DECISIONS[facts.decision]],
      ["active", facts.active.length ? facts.active.map((a) => `A${a}`).join(" ") : "-"],
      ["eligible", `${grouped(arrays.eligible.length)} of ${grouped(arrays.pre.length)} synapses`],
      ["accuracy", isFinite(facts.accuracy) ? facts.accuracy.toFixed(3) : "-"],
    ];
    if (facts.playing) words.push(["speed", `${grouped(facts.rate)} trials/s`]);
    this.status.replaceChildren();
    for (const [name, value] of words) {
      const item = create("span", `as-fact as-fact-${name}`, this.status);
      create("span", "as-name", item, name);
      create("span", "as-value", item, String(value));
    }
    this.scrub.show(facts, scene.end, "trial", "episodes");
  }

  explain(shown) {
    const { arrays, scene } = this, { low, high } = this.space.shades;
    const key = JSON.stringify([shown, low, high, scene.limit, arrays.cursor.length, arrays.junction.length, this.facts.chosen]);
    if (key === this.explained) return;
    this.explained = key;
    this.legend.replaceChildren();
    const bar = (name, from, to, stops) => {
      const item = create("span", "as-bar", this.legend);
      create("span", "as-name", item, name);
      create("span", "", item, short(from));
      create("span", "as-ramp", item).style.background = `linear-gradient(90deg, ${stops.join(",")})`;
      create("span", "", item, short(to));
    };
    const steps = Array.from({ length: 9 }, (_, i) => i / 8);
    if (arrays.astrocyte.length) bar(COLOURS[shown.colour], low, high, steps.map((s) => shade(arrays.sequential, s)));
    if ((shown.mine && arrays.mine.length) || shown.all) {
      const bins = Array.from({ length: BINS }, (_, i) => this.space.weightColour(arrays, i, 1));
      bar("weight", -scene.limit, scene.limit, bins);
    }
    KIND_NAMES.forEach((name, kind) => {
      if (!arrays.kind.includes(kind)) return;
      const item = create("span", "as-key", this.legend);
      item.innerHTML = glyph(kind, scene.fills[name]);
      item.append(name);
    });
    this.key(`<svg width="22" height="12">${shape(3, 6, "#B0B0B0", false)}${shape(3, 16, "#B0B0B0", true)}</svg>`, "silent, fired");
    if (shown.eligible) this.key(rule(ELIGIBLE, 1.5), "eligible now");
    if (arrays.astrocyte.length) this.key(ring(FLASH, ""), "active");
    if (arrays.calcium) this.key(dot(CALCIUM), "calcium");
    if (arrays.junction.length) this.key(rule("#777777", 2), "gap junction");
    if (arrays.cursor.length) this.key(ring(FLASH, ""), "cursor");
    if (this.facts.chosen !== null) this.key(ring(INK, "3 2"), "chosen");
  }

  key(svg, text) {
    const item = create("span", "as-key", this.legend);
    item.innerHTML = svg;
    item.append(text);
  }

  curves() {
    const { arrays, facts, scene } = this;
    const trials = arrays.curve_trial, palette = scene.palette;
    const last = facts.stored ? scene.end : Math.max(facts.trial, scene.episode);
    const marks = facts.events.map(([trial, text]) => ({ trial, text, colour: "#CC79A7", dashed: true }));
    if (facts.stored) marks.push({ trial: facts.trial, colour: INK });
    else if (facts.trial > scene.end) marks.push({ trial: scene.end, text: "end of schedule", colour: "#999999", dashed: true });
    const reward = { values: arrays.curve_reward, colour: palette[0], name: "mean reward" };
    const accuracy = { values: arrays.curve_accuracy, colour: palette[5], width: 1.8, name: "accuracy of all patterns" };
    this.plots[0].draw(trials, [reward, accuracy], last, marks);
    const plain = marks.map((m) => ({ ...m, text: "" }));
    this.plots[1].draw(trials, [{ values: arrays.curve_accept, colour: palette[2], name: "kept / decided" }], last, plain);
    this.plots[2].draw(trials, this.thresholds(), last, plain);
  }

  thresholds() {
    const { arrays, facts, scene } = this, values = arrays.curve_thresholds, count = values.shape[0];
    const points = values.shape[1], few = arrays.astrocyte.length / 2 <= count;
    const names = few ? Array.from({ length: count }, (_, a) => `A${a}`) : ["least", "median", "largest"];
    return names.map((name, k) => ({
      values: values.subarray(k * points, (k + 1) * points),
      colour: few ? scene.palette[k % scene.palette.length] : ["#999999", scene.palette[0], "#999999"][k],
      width: few && k === facts.chosen ? 2.6 : 1.3,
      name,
    }));
  }

  patterns() {
    const { arrays, facts } = this, { patterns, targets, outputs } = arrays;
    const key = [patterns, targets, outputs].map((a) => a.join("")).join("|") + facts.pattern;
    if (key === this.drawn) return;
    this.drawn = key;
    const rows = patterns.shape[0], given = patterns.shape[1], wanted = targets.shape[1];
    const bits = (array, width, row) => Array.from(array.subarray(row * width, (row + 1) * width));
    this.table.replaceChildren();
    const head = create("tr", "", create("thead", "", this.table));
    for (const name of ["", "input", "target", "output", "right"]) create("th", "", head, name);
    const body = create("tbody", "", this.table);
    for (let row = 0; row < rows; row++) {
      const line = create("tr", row === facts.pattern ? "as-present" : "", body);
      const target = bits(targets, wanted, row), output = bits(outputs, wanted, row);
      create("td", "as-number", line, String(row + 1));
      create("td", "", line, bits(patterns, given, row).join(""));
      create("td", "", line, target.join(""));
      const cell = create("td", "as-output", line);
      output.forEach((bit, k) => create("span", bit === target[k] ? "as-right" : "as-wrong", cell, String(bit)));
      const right = output.filter((bit, k) => bit === target[k]).length;
      create("td", right === wanted ? "as-all" : "", line, `${right}/${wanted}`);
    }
    if (!this.alarm) return;
    this.alarm.style.display = facts.constant ? "block" : "none";
    this.alarm.textContent = `CONSTANT OUTPUT: every pattern gives ${bits(outputs, wanted, 0).join("")}.`;
  }
}

const shape = (kind, x, colour, fired) => {
  const fill = fired ? (kind === 3 ? "#555555" : colour) : "#ffffff", line = `fill="${fill}" stroke="${fired ? INK : colour}" stroke-width="1.4"`;
  return [
    `<path d="M${x - 4} 2 L${x + 5} 6 L${x - 4} 10 Z" ${line}/>`,
    `<rect x="${x - 4}" y="2" width="8" height="8" ${line}/>`,
    `<path d="M${x} 1 L${x + 5} 6 L${x} 11 L${x - 5} 6 Z" ${line}/>`,
    `<circle cx="${x}" cy="6" r="4" ${line}/>`,
    `<path d="M${x} 1 L${x + 5} 10 L${x - 5} 10 Z" ${line}/>`,
  ][kind];
};
const glyph = (kind, colour) => `<svg width="12" height="12">${shape(kind, 6, colour, kind !== 3)}</svg>`;
const rule = (colour, width) => `<svg width="16" height="12"><path d="M0 6 H16" stroke="${colour}" stroke-width="${width}"/></svg>`;
const dot = (colour) => `<svg width="14" height="14"><circle cx="7" cy="7" r="6" fill="${colour}" fill-opacity="0.5"/></svg>`;
const ring = (colour, dash) =>
  `<svg width="14" height="14"><circle cx="7" cy="7" r="5.5" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/></svg>`;

const OTHERS = { policy: PolicyStage, spiking: SpikingStage, spiking_learning: LearningStage };

export default {
  render({ model, el }) {
    let stage = new Stage(model, el), known = false;
    const hear = (content, buffers) => {
      if (!known) {
        const { scene } = unpack(buffers[0]).facts;
        known = Boolean(scene);
        const Other = scene && OTHERS[scene.kind];
        if (Other) {
          stage.watch.disconnect();
          el.replaceChildren();
          stage = new Other(model, el);
        }
      }
      stage.hear(buffers[0]);
    };
    const redraw = () => {
      stage.draw();
      if (stage.facts) stage.note_state();
    };
    model.on("msg:custom", hear);
    for (const name of ["colour", "mine", "eligible", "all"]) model.on(`change:${name}`, redraw);
    const deafen = listenToKeys((said) => stage.say(said));
    stage.say({ event: "ready" });
    return () => {
      deafen();
      stage.watch.disconnect();
      model.off("msg:custom", hear);
    };
  },
};
