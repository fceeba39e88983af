// The stage of a spiking network that learns: phases named and lit, the trial in a sentence, the strip of its windows.
const MOST_SIZE = 6.5; // pixels; radius of a neuron

class LearningTissue extends Tissue {
  tint(population) {
    return this.scene.fills[KIND_NAMES[population]];
  }

  // Smaller than elsewhere: what is moved, and who acts, is seen between neurons.
  get size() {
    return Math.min(MOST_SIZE, super.size);
  }

  draw(arrays, facts) {
    this.last = [arrays, facts];
    const { context, width, height } = sharp(this.canvas);
    if (!width || !this.scene) return;
    this.context = context;
    this.fit(width, height);
    this.glia(arrays);
    this.gaps(arrays);
    this.mine(arrays, facts);
    this.steps(arrays, facts);
    this.bodies(arrays);
    this.flying(arrays, facts);
    this.acting(arrays);
    this.marks(facts);
    this.words(context);
  }

  glia(arrays) {
    const still = this.scene.senses ? arrays.calcium : new Float32Array(arrays.calcium.length);
    super.glia(this.scene.senses ? arrays : { ...arrays, calcium: still, sequential: PALE });
  }

  // Synapses that are moved.
  steps({ changed }, facts) {
    const colour = facts.decision === null ? PENDING : VERDICT[facts.decision];
    this.lines(changed.length / 2, (k) => [changed[2 * k], changed[2 * k + 1]], colour, 0.85, 1.4);
  }

  // Who is active: a ring; dashed where it only explores.
  acting({ active }) {
    this.context.strokeStyle = FLASH;
    this.context.lineWidth = 3;
    for (let a = 0; a < active.length; a++) {
      if (!active[a]) continue;
      this.context.setLineDash(active[a] === 2 ? [9, 5] : []);
      this.context.beginPath();
      this.context.arc(...this.at(this.neurons_ + a), this.scale * this.scene.radius, 0, 2 * Math.PI);
      this.context.stroke();
    }
    this.context.setLineDash([]);
  }

  words() {
    const count = this.nodes - this.neurons_;
    if (count <= NAMED) Space.prototype.names.call(this, this.place.subarray(2 * this.neurons_), count, 8);
  }
}

const PALE = new Uint8Array(768).fill(226); // a map of one grey

class LearningStage extends SpikingStage {
  constructor(model, root) {
    super(model, root);
    this.root.classList.add("as-learning");
    this.tissue = new LearningTissue(this.canvas, (node) => this.clicked(node));
  }

  open() {
    super.open();
    this.strip = new FilmRaster(this.plot("film"));
    this.membrane = new FilmMembrane(this.plot("membrane"));
    this.bars = new RewardBars(this.plot("rewards"));
    this.calcium = this.scene.senses ? new Plot(this.plot("calcium"), "", null) : null;
    this.course = new Plot(this.plot("course"), "Right bits of all patterns", [0, 1]);
    this.table = create("table", "as-patterns", create("div", "as-scroll", this.side));
    this.band.begin(this.scene.phases);
    this.drawn = "";
  }

  note_state() {
    const { facts, arrays } = this;
    const state = { frames: this.frames, trial: facts.trial, playing: facts.playing, phase: facts.phase, at: facts.at };
    Object.assign(state, { neuron: facts.neuron, astrocyte: facts.astrocyte, sentence: facts.sentence, right: facts.right });
    Object.assign(state, { lit: arrays.fired.reduce((a, b) => a + b, 0), moved: arrays.changed.length / 2 });
    Object.assign(state, { active: arrays.active.filter((one) => one).length, pattern: facts.pattern, film: facts.shown_trial });
    Object.assign(this.root.dataset, state);
  }

  draw() {
    if (!this.facts || !this.strip) return;
    const { arrays, facts, scene, tissue } = this;
    tissue.draw(arrays, facts);
    this.strip.draw(arrays, facts, (kind) => tissue.tint(kind));
    this.membrane.draw(arrays, facts, scene.labels[facts.neuron]);
    this.bars.draw(arrays, facts);
    this.curves();
    this.explain();
    this.tell();
    this.light();
    this.patterns();
    this.hand.show(facts.lines || "");
    this.scrub.show(facts, scene.end, "trial", facts.stored && facts.stored.what);
  }

  tell() {
    const { facts, scene } = this, words = [["trial", `${grouped(facts.trial)}`, `of ${grouped(scene.end)} at most`]];
    if (facts.window) {
      const [number, count] = facts.window;
      words.push(["window", `${number + 1} of ${count}`, "of the patterns that this phase shows"]);
      words.push(["pattern", facts.pattern + 1, "which of the table"]);
      words.push(["at", `${timeWords(facts.step * scene.step_ms)} of ${timeWords(scene.window_steps * scene.step_ms)}`, "biological time of the window"]);
    }
    words.push(["right bits", `${Math.round(facts.right * scene.bits)} of ${scene.bits}`, "read as their targets, with the weights after the trial"]);
    words.push(["lived", `${facts.time_s.toLocaleString("en-US", { maximumFractionDigits: 1 })} s`, "biological time of all trials so far"]);
    if (facts.playing && facts.rate > 1.5) words.push(["speed", `${grouped(facts.rate)} trials/s`, "measured"]);
    this.write(words);
  }

  // The phase that is shown is lit, the trial told once its end is known.
  light() {
    const { facts } = this;
    const now = facts.shown_trial >= 0 ? this.scene.phases.find(([name]) => name === facts.phase) : null;
    const solved = facts.solved !== null && facts.trial >= facts.solved ? `. All bits are right since trial ${grouped(facts.solved)}` : "";
    const sentence = facts.sentence ? facts.sentence + solved : now ? now[1] : "";
    this.band.draw({ ...facts, sentence, verdict: facts.decision }, facts.compared ? this.arrays.rewards : null);
  }

  curves() {
    const { arrays, facts, scene } = this, trials = arrays.curve_trial, last = Math.max(facts.trial, 10);
    const marks = facts.stored ? [{ trial: facts.trial, colour: INK }] : [];
    this.course.draw(trials, [{ values: arrays.curve_bits, colour: scene.palette[0], name: "" }], last, marks);
    if (!this.calcium) return;
    this.calcium.title = `Calcium of ${scene.labels[facts.astrocyte]} (uM)`;
    const lines = [
      { values: arrays.curve_threshold, colour: "#999999", name: "threshold" },
      { values: arrays.curve_calcium, colour: scene.palette[2], name: "calcium" },
    ];
    this.calcium.draw(trials, lines, last, marks);
  }

  explain() {
    const { arrays, facts, scene } = this, high = this.tissue.ends(arrays.calcium)[1];
    const key = JSON.stringify([short(high), facts.decision]);
    if (key === this.explained) return;
    this.explained = key;
    this.legend.replaceChildren();
    KIND_NAMES.forEach((name, kind) => {
      if (arrays.population.includes(kind)) this.key(spot(this.tissue.tint(kind), this.tissue.tint(kind), 0.35), name, `${name} neurons, shaded by their membrane`);
    });
    const steps = Array.from({ length: 9 }, (_, i) => i / 8);
    this.bar("membrane: rest", "threshold", steps.map((s) => `rgba(90,90,90,${0.06 + 0.6 * s})`), "V_m between E_L and V_th (mV)");
    this.key(spot(FLASH, FLASH, 1), "spike", "a neuron fires: it flashes, and fades");
    this.key(spot(FLASH, FLASH, 0.9).replace('r="5"', 'r="2.6"'), "under way", "a spike on its way along a synapse that is drawn");
    if (scene.senses) this.bar("territory, calcium: 0", `${short(high)} uM`, steps.map((s) => shade(arrays.sequential, s)), "Ca_astro, up to the largest seen, at least 0.2 uM");
    else this.key(spot("#e2e2e2", "#999999", 1), "territory", "calcium decides nothing in this condition, and is not followed");
    this.key(ring(FLASH, ""), "active", "it acts in this trial: synapses of its territory are moved");
    if (scene.senses) this.key(ring(FLASH, "4 3"), "exploring", "active though its calcium is below its threshold");
    this.key(rule(PENDING, 2), "moved, under test", "synapses that took a random step");
    this.key(rule(VERDICT[1], 2), "kept", "the mean reward rose: the step stays");
    this.key(rule(VERDICT[0], 2), "reverted", "the mean reward did not rise: the step is taken back");
    this.key(rule(WAYS.sends, 2), "chosen neuron sends to", "synapses that leave the chosen neuron");
    this.key(rule(WAYS.hears, 2), "hears from", "synapses that reach the chosen neuron");
    if (arrays.junction.length) this.key(rule("#8c8c8c", 2), "gap junction", "IP3 flows between these astrocytes");
    this.key(ring(INK, "3 2"), "chosen (click)", "its traces are on the right");
    this.key("", `of ${grouped(scene.connections)} synapses those moved and those of the chosen`, "all others are not drawn");
  }

  patterns() {
    Stage.prototype.patterns.call(this);
  }

  words(node) {
    const { arrays, scene } = this, first = this.tissue.neurons_;
    if (node < first) return super.words(node);
    const words = [`astrocyte ${scene.labels[node]}: ${scene.models[node]}`];
    if (scene.senses) words.push(`calcium ${short(arrays.calcium[node - first])} uM, threshold ${short(arrays.threshold[node - first])} uM`);
    return words;
  }
}
