// The stage of a simulation of a spiking network: the plane, running traces of the chosen nodes, a running raster.
const PACE_OVER = 1000; // ms of wall time that the measured pace is over

class SpikingStage extends Base {
  constructor(model, root) {
    super(model, root, "as-spiking");
    const main = create("div", "as-main", this.root);
    const space = create("div", "as-space", main);
    this.canvas = create("canvas", "as-canvas", space);
    this.legend = create("div", "as-legend", space);
    this.side = create("div", "as-side", main);
    this.band = new Band(this.root, this.status);
    this.hand = new Hand(this, this.band.head, space);
    this.tissue = new Tissue(this.canvas, (node) => this.clicked(node));
    this.scrub = new Scrubber(this.root, (said) => this.say(said));
    this.overview = null;
    this.traces = [];
    this.passed = [];
    this.watch.observe(this.canvas);
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => (this.tip.style.display = "none"));
  }

  open() {
    this.tissue.start(this.scene, this.arrays);
    this.hand.begin(this.scene.actions);
    this.side.replaceChildren();
    this.overview = !this.scene.raster ? null : this.scene.raster[1] ? new Raster(this.plot("raster")) : this.scene.mapped[1] > 1 ? new RunningMap(this.plot("map")) : null;
    this.traces = [];
  }

  flicker() {
    this.tissue.flicker(this.arrays);
  }

  plot(name) {
    const canvas = create("canvas", `as-plot as-run as-run-${name}`, this.side);
    this.watch.observe(canvas);
    return canvas;
  }

  note_state() {
    const { facts, arrays } = this;
    const state = { frames: this.frames, trial: facts.trial, time: facts.time_ms, playing: facts.playing };
    Object.assign(state, { neuron: facts.neuron ?? "", astrocyte: facts.astrocyte ?? "", panels: facts.panels.length });
    Object.assign(state, { spikes: arrays.raster_row.length, lit: arrays.fired.reduce((a, b) => a + b, 0) });
    Object.assign(state, { mine: arrays.mine.shape[0], window: facts.window_ms, flying: arrays.share.length });
    Object.assign(this.root.dataset, state);
  }

  draw() {
    if (!this.facts) return;
    const { arrays, facts, scene } = this;
    this.tissue.draw(arrays, facts);
    if (this.overview instanceof Raster) this.overview.draw(arrays, facts, scene, (node) => this.tissue.tint(arrays.population[node]));
    else if (this.overview) this.overview.draw(arrays, facts, scene, this.tissue.ends(arrays.calcium));
    facts.panels.forEach((panel, k) => {
      if (!this.traces[k]) this.traces[k] = new RunningCurves(this.plot(`trace-${k}`));
      this.traces[k].canvas.title = panel.meaning;
      this.traces[k].draw(panel, arrays, facts);
    });
    for (const spare of this.traces.splice(facts.panels.length)) spare.canvas.remove();
    this.explain();
    this.tell();
    this.hand.show(facts.lines || "");
    this.scrub.show(facts, scene.end, "step", facts.stored && facts.stored.what);
  }

  // A click chooses a node, or does to it what is chosen beside the plane.
  clicked(node) {
    const first = this.tissue.neurons_, own = node < first ? ["neuron", node] : ["astrocyte", node - first];
    if (!this.hand.aim) this.say({ event: "select", node });
    else if (this.hand.aim === own[0]) this.hand.takes(...own);
  }

  tell() {
    const { facts, scene } = this;
    const words = [["time", `${timeWords(facts.time_ms)} of ${timeWords(scene.end * scene.step_ms)}`, "biological time, of the schedule's"]];
    if (facts.rate_hz !== null) words.push(["rate", `${short(facts.rate_hz)} Hz`, "mean rate of all neurons over the time that the raster shows"]);
    if (facts.mean_calcium !== null) words.push(["calcium", `${short(facts.mean_calcium)} uM`, "mean cytosolic calcium of all astrocytes"]);
    if (scene.raster[1]) words.push(["events", grouped(facts.events), "synaptic events delivered so far"]);
    const pace = this.pace();
    if (pace) words.push(["pace", paceWords(pace), "biological time per second of wall time, measured"]);
    this.write(words);
  }

  // Biological time per second, over the last frames; 0 while it stands.
  pace() {
    if (!this.facts.playing) this.passed = [];
    else this.passed.push([performance.now(), this.facts.time_ms]);
    while (this.passed.length > 2 && this.passed[1][0] < performance.now() - PACE_OVER) this.passed.shift();
    const [first, last] = [this.passed[0], this.passed[this.passed.length - 1]];
    return first && last[0] > first[0] ? (1000 * (last[1] - first[1])) / (last[0] - first[0]) : 0;
  }

  explain() {
    const { arrays, facts, scene, tissue } = this, [low, high] = tissue.ends(arrays.calcium);
    const key = JSON.stringify([short(high), facts.neuron, facts.astrocyte, arrays.mine.length, facts.window_ms]);
    if (key === this.explained) return;
    this.explained = key;
    this.legend.replaceChildren();
    const steps = Array.from({ length: 9 }, (_, i) => i / 8);
    if (arrays.population.length) {
      scene.populations.forEach((name, k) => this.key(spot(tissue.tint(k), tissue.tint(k), 0.35), name || "neuron", "a population of neurons, shaded by their membrane"));
      this.bar("membrane: rest", "threshold", steps.map((s) => `rgba(90,90,90,${0.06 + 0.6 * s})`), "V_m between E_L and V_th (mV)");
      this.key(spot(FLASH, FLASH, 1), "spike", "a neuron fires: it flashes, and fades");
      if (facts.window_ms <= scene.slow_ms) this.key(spot(FLASH, FLASH, 0.9).replace('r="5"', 'r="2.6"'), "spike under way", "on its way along a connection that is drawn");
    }
    if (arrays.calcium.length) {
      const what = scene.territory ? "territory, calcium: 0" : "astrocyte, calcium: 0";
      this.bar(what, `${short(high)} uM`, steps.map((s) => shade(arrays.sequential, s)), "Ca_astro, cytosolic calcium, up to the largest seen, at least 0.2 uM");
    }
    if (arrays.junction.length) this.key(rule("#8c8c8c", 2), "gap junction", "IP3 flows between these astrocytes");
    if (scene.connections) this.ways();
    this.key(ring(INK, "3 2"), "chosen (click)", "its traces run on the right");
    if (!scene.placed) this.key("", "no places in the scenario: arranged by population", "distances mean nothing here");
  }

  ways() {
    const { arrays, scene, facts } = this, shown = arrays.mine, first = this.tissue.neurons_;
    const found = new Set();
    for (let k = 0; k < shown.length; k += 2) found.add(this.tissue.way(shown[k], shown[k + 1], facts.neuron));
    if (found.has(WAYS.sends)) this.key(rule(WAYS.sends, 2), "chosen neuron sends to", "connections that leave the chosen neuron");
    if (found.has(WAYS.hears)) this.key(rule(WAYS.hears, 2), "chosen neuron hears from", "connections that reach the chosen neuron");
    if (found.has(WAYS.raises)) this.key(rule(WAYS.raises, 2), "spikes raise IP3", "from neurons to astrocytes (uM per spike)");
    if (found.has(WAYS.current)) this.key(rule(WAYS.current, 2), "slow inward current", "from astrocytes to neurons (pA)");
    const text = arrays.pre.length ? `all ${grouped(scene.connections)} connections, pale` : `of ${grouped(scene.connections)} connections those of the chosen`;
    if (first || found.size) this.key("", text, "of many connections only those of the chosen nodes are drawn");
  }

  // What is known of the node under the pointer.
  point(event) {
    const node = this.facts ? this.tissue.under(event) : -1;
    this.canvas.style.cursor = node >= 0 ? "pointer" : "default";
    this.hint(event, node >= 0 ? this.words(node) : []);
  }

  words(node) {
    const { arrays, scene } = this, first = this.tissue.neurons_, head = `${scene.labels[node]}: ${scene.models[node]}`;
    if (node >= first) return [`astrocyte ${head}`, `calcium ${short(arrays.calcium[node - first])} uM`];
    const name = scene.populations[arrays.population[node]];
    const words = [`neuron ${head}${name ? `, ${name}` : ""}`];
    if (isFinite(arrays.membrane[node]))
      words.push(`V_m ${arrays.membrane[node].toFixed(2)} mV (rest ${short(arrays.low[node])}, threshold ${short(arrays.high[node])})`);
    return words;
  }
}

const paceWords = (pace) => (pace < 1000 ? `${short(pace)} ms/s` : `${short(pace / 1000)} s/s`);
const spot = (fill, line, alpha) =>
  `<svg width="13" height="13"><circle cx="6.5" cy="6.5" r="5" fill="${fill}" fill-opacity="${alpha}" stroke="${line}" stroke-width="1.3"/></svg>`;
