// The stage: space, curves and the table of patterns, fed with frames; it says `ready`, `drawn`, `seek` and `choose`.
const PLOTS = [
  ["reward", "Reward and accuracy", [0, 1]],
  ["accept", "Accept rate", [0, 1]],
  ["threshold", "Thresholds", null],
];
const WIDE = 1.5; // width over height; wider planes have the curves below, others beside them
const COLOURS = { threshold: "threshold", exploration: "exploration rate (1/trial)", score: "score", calcium: "calcium" };
const DECISIONS = { 1: "kept", 0: "reverted", "-1": "idle" };

class Stage extends Base {
  constructor(model, root) {
    super(model, root, "as-network");
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
    this.table = create("table", "as-patterns", create("div", "as-scroll", side));
    this.band = new Band(this.root, this.status);
    this.hand = new Hand(this, this.band.head, space);
    this.space = new Space(this.canvas, (event) => this.clicked(event));
    this.scrub = new Scrubber(this.root, (said) => this.say(said));
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => this.hint(null, []));
    for (const box of [this.canvas, ...this.plots.map((plot) => plot.canvas)]) this.watch.observe(box);
  }

  open() {
    this.space.start(this.scene, this.arrays);
    this.band.begin(this.scene.phases);
    this.hand.begin(this.scene.actions);
    this.drawn = "";
    this.root.classList.toggle("as-wide", this.space.shape() > WIDE);
  }

  flicker() {
    this.space.flicker(this.arrays, this.facts);
  }

  // What tests and style sheets can see of the present state.
  note_state() {
    const { facts, arrays } = this;
    const state = { frames: this.frames, trial: facts.trial, chosen: facts.chosen ?? "", playing: facts.playing };
    Object.assign(state, { eligible: arrays.eligible.length, colour: this.model.get("colour") });
    Object.assign(state, { synapses: arrays.pre.length, mine: arrays.mine.length, all: arrays.allWeight.length });
    Object.assign(state, { phase: facts.phase, sentence: facts.sentence, compared: facts.compared.length });
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
    this.band.draw(facts, arrays.rewards);
    this.hand.show(facts.lines || "");
  }

  tell() {
    const { facts, arrays, scene } = this, silent = facts.decision === null;
    const words = [
      ["trial", grouped(facts.trial), `trials that are over, of ${grouped(scene.end)} of the schedule`],
      ["episode", grouped(Math.floor(facts.trial / scene.episode)), `from 0; of ${grouped(scene.episode)} trials each`],
      ["pattern", facts.pattern >= 0 && facts.pattern < 65535 ? facts.pattern + 1 : "-", "the pattern that was shown last, by its number in the table"],
      ["decision", silent ? "-" : DECISIONS[facts.decision], "kept: the changed weights stay; reverted: every weight is restored; idle: nothing was tried"],
      ["active", facts.active.length ? facts.active.map((a) => `A${a}`).join(" ") : "-", "astrocytes that act in this trial, highest score first"],
      ["eligible", `${grouped(arrays.eligible.length)} of ${grouped(arrays.pre.length)} synapses`, "synapses that this trial could change"],
      ["accuracy", isFinite(facts.accuracy) ? facts.accuracy.toFixed(3) : "-", "share of right bits of all patterns, weights frozen; 0 to 1"],
    ];
    if (facts.playing) words.push(["speed", `${grouped(facts.rate)} trials/s`, "measured"]);
    this.write(words);
    this.scrub.show(facts, scene.end, "trial", "episodes");
  }

  explain(shown) {
    const { arrays, scene } = this, { low, high } = this.space.shades;
    const key = JSON.stringify([shown, arrays.silenced.includes(1), low, high, scene.limit, arrays.cursor.length, arrays.junction.length, this.facts.chosen]);
    if (key === this.explained) return;
    this.explained = key;
    this.legend.replaceChildren();
    const told = scene.meanings, steps = Array.from({ length: 9 }, (_, i) => i / 8);
    if (arrays.astrocyte.length) this.bar(short(low), short(high), steps.map((s) => shade(arrays.sequential, s)), told[shown.colour], COLOURS[shown.colour]);
    if ((shown.mine && arrays.mine.length) || shown.all) {
      const bins = Array.from({ length: BINS }, (_, i) => this.space.weightColour(arrays, i, 1));
      this.bar(short(-scene.limit), short(scene.limit), bins, told.weight, "weight");
    }
    KIND_NAMES.forEach((name, kind) => {
      if (arrays.kind.includes(kind)) this.key(glyph(kind, scene.fills[name]), name, told[name]);
    });
    this.key(`<svg width="22" height="12">${shape(3, 6, "#B0B0B0", false)}${shape(3, 16, "#B0B0B0", true)}</svg>`, "silent, fired", told.fired);
    const tries = arrays.astrocyte.length || !arrays.chemical;
    if (shown.eligible) {
      if (scene.phases.length && tries) this.key(rule(PENDING, 1.5), "under test", "synapses that took a random step; the reward after it is compared with that before");
      this.key(rule(ELIGIBLE, 1.5), tries ? "kept" : "changed", "synapses that this trial changed");
      if (tries) this.key(rule(FLASH, 1.5), "reverted", "synapses whose step was taken back");
    }
    if (arrays.astrocyte.length) {
      this.key(star_glyph(), "astrocyte", `in the middle of its territory, radius ${scene.radius} units`);
      this.key(ring(FLASH, ""), "active", "it acts in this trial: its territory is perturbed; the disc that grows marks activity");
    }
    if (arrays.silenced.some((one) => one)) this.key(ring("#999999", "4 3"), "silenced", "an intervention keeps it from acting");
    if (arrays.calcium) this.key(dot(CALCIUM), "calcium", told.calcium);
    if (arrays.chemical) this.key(dot(CHEMICAL[1]) + dot(CHEMICAL[0]), "chemical + -", told.chemical);
    if (arrays.junction.length) this.key(rule("#777777", 2), "gap junction", "calcium waves pass between these astrocytes");
    if (arrays.cursor.length) this.key(ring(FLASH, ""), "cursor", "the wandering point, and the neurons within its reach");
    if (this.facts.chosen !== null) this.key(ring(INK, "3 2"), "chosen (click)", "its synapses are drawn by weight");
  }

  // A click chooses an astrocyte, or does to an agent what is chosen beside the plane.
  clicked(event) {
    const { aim } = this.hand, found = aim === "neuron" ? this.space.under(event) : null, astrocyte = this.space.nearest(event);
    if (found && found[0] === "neuron") this.hand.takes(...found);
    else if (aim === "astrocyte" && astrocyte >= 0) this.hand.takes("astrocyte", astrocyte);
    else if (!aim && astrocyte >= 0) this.say({ event: "choose", astrocyte });
  }

  // What is known of the neuron or astrocyte under the pointer.
  point(event) {
    const found = this.facts ? this.space.under(event) : null;
    this.canvas.style.cursor = found ? "pointer" : "default";
    this.hint(event, found ? this.words(...found) : []);
  }

  words(kind, number) {
    const { arrays, scene } = this, told = scene.meanings;
    if (kind === "neuron") {
      const name = KIND_NAMES[arrays.kind[number]], words = [`neuron ${number}${(scene.names || {})[number] ? ` (${scene.names[number]})` : ""}, ${name}: ${arrays.fired[number] ? "fired" : "silent"}`];
      if (arrays.chemical) words.push(`chemical ${short(arrays.chemical[number])}: ${told.chemical}`);
      return [...words, told[name]];
    }
    const words = [`astrocyte A${number}${arrays.silenced[number] ? ", silenced" : ""}`];
    for (const name of ["threshold", "score", "exploration", "calcium"])
      if (arrays[name]) words.push(`${COLOURS[name]} ${short(arrays[name][number])}: ${told[name]}`);
    return words;
  }

  curves() {
    const { arrays, facts, scene } = this;
    const trials = arrays.curve_trial, palette = scene.palette;
    const last = facts.stored ? scene.end : Math.max(facts.trial, scene.episode);
    const marks = facts.events.map(([trial, text]) => ({ trial, text, colour: "#CC79A7", dashed: true }));
    if (facts.stored) marks.push({ trial: facts.trial, colour: INK });
    else if (facts.trial > scene.end) marks.push({ trial: scene.end, text: "end of schedule", colour: "#999999", dashed: true });
    const reward = { values: arrays.curve_reward, colour: palette[0], name: "reward" };
    const accuracy = { values: arrays.curve_accuracy, colour: palette[5], width: 1.8, name: "accuracy" };
    this.plots[0].draw(trials, [reward, accuracy], last, marks);
    const plain = marks.map((m) => ({ ...m, text: "" }));
    this.plots[1].draw(trials, [{ values: arrays.curve_accept, colour: palette[2], name: "kept / decided" }], last, plain);
    this.plots[2].draw(trials, this.thresholds(), last, plain);
  }

  thresholds() {
    const { arrays, facts, scene } = this, values = arrays.curve_thresholds, count = values.shape[0];
    const points = values.shape[1], few = arrays.astrocyte.length / 2 <= count;
    const names = !arrays.astrocyte.length ? ["mean of neurons"] : few ? Array.from({ length: count }, (_, a) => `A${a}`) : ["least", "median", "largest"];
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
const star_glyph = () => {
  const points = Array.from({ length: 10 }, (_, k) => [k % 2 ? 2.4 : 5.8, (Math.PI * k) / 5 - Math.PI / 2]);
  return `<svg width="13" height="12"><path d="M${points.map(([r, t]) => `${(6.5 + r * Math.cos(t)).toFixed(1)} ${(6 + r * Math.sin(t)).toFixed(1)}`).join(" L")} Z" fill="${INK}"/></svg>`;
};
const glyph = (kind, colour) => `<svg width="12" height="12">${shape(kind, 6, colour, kind !== 3)}</svg>`;
const rule = (colour, width) => `<svg width="16" height="12"><path d="M0 6 H16" stroke="${colour}" stroke-width="${width}"/></svg>`;
const dot = (colour) => `<svg width="14" height="14"><circle cx="7" cy="7" r="6" fill="${colour}" fill-opacity="0.5"/></svg>`;
const ring = (colour, dash) =>
  `<svg width="14" height="14"><circle cx="7" cy="7" r="5.5" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/></svg>`;

const KINDS_OF_STAGES = { network: Stage, pair: PairStage, policy: PolicyStage, rows: RowsStage, waves: WavesStage, spiking: SpikingStage, spiking_learning: LearningStage };

export default {
  render({ model, el }) {
    const tools = new Tools(el, () => stage), place = create("div", "as-place", el);
    let stage = new Stage(model, place), kind = null;
    const become = (Kind) => {
      stage.watch.disconnect();
      place.replaceChildren();
      stage = new Kind(model, place);
    };
    tools.begin();
    const hear = (content, buffers) => {
      const frame = unpack(buffers[0]), { scene } = frame.facts;
      if (scene && (scene.kind || "network") !== (kind || "network")) become(KINDS_OF_STAGES[scene.kind || "network"]);
      if (scene) kind = scene.kind || "network";
      if (!stage.take(frame)) return;
      requestAnimationFrame(() => {
        stage.show();
        tools.drawn();
        stage.say({ event: "drawn" });
      });
    };
    const redraw = () => {
      stage.draw();
      if (stage.facts) stage.note_state();
    };
    model.on("msg:custom", hear);
    for (const name of ["colour", "mine", "eligible", "all"]) model.on(`change:${name}`, redraw);
    const deafen = listenToKeys((said) => stage.say(said), () => tools.enlarge(!enlarged()));
    stage.say({ event: "ready" });
    return () => {
      deafen();
      stage.watch.disconnect();
      model.off("msg:custom", hear);
    };
  },
};
