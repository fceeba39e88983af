// The stage of a calcium-wave network: the wave of one image on its way through the layers, losses, the answer.
class WavesStage extends Base {
  constructor(model, root) {
    super(model, root, "as-waves");
    this.band = new Band(this.root, this.status);
    const main = create("div", "as-main", this.root);
    const space = create("div", "as-space", main);
    this.canvas = create("canvas", "as-canvas", space);
    this.legend = create("div", "as-legend", space);
    const side = create("div", "as-side", main);
    this.loss = new Plot(create("canvas", "as-plot as-plot-loss", side), "Loss on the batch, mean of recent ones", null);
    this.answer = create("canvas", "as-plot as-plot-answer", side);
    for (const box of [this.canvas, this.loss.canvas, this.answer]) this.watch.observe(box);
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => this.hint(null, []));
  }

  open() {
    this.band.begin(this.scene.phases, "loss");
    this.most = 1e-6;
    const { place } = this.arrays, room = 0.8;
    this.low = [Infinity, Infinity];
    this.high = [-Infinity, -Infinity];
    place.forEach((value, i) => {
      this.low[i % 2] = Math.min(this.low[i % 2], value - room);
      this.high[i % 2] = Math.max(this.high[i % 2], value + room);
    });
  }

  note_state() {
    const { facts, arrays } = this;
    const state = { frames: this.frames, trial: facts.trial, playing: facts.playing, phase: facts.phase, step: facts.step };
    Object.assign(state, { sentence: facts.sentence, active: arrays.active.length, cells: arrays.activity.length });
    Object.assign(this.root.dataset, state);
  }

  draw() {
    if (!this.facts) return;
    this.tell();
    this.wave();
    this.explain();
    const { arrays, facts, scene } = this;
    this.loss.unit = "update";
    this.loss.draw(arrays.curve_trial, [{ values: arrays.curve_loss, colour: scene.palette[0], name: "" }], Math.max(facts.trial, 1), []);
    this.outputs();
    this.band.draw(facts, null);
  }

  tell() {
    const { facts, scene } = this;
    const words = [
      ["update", `${grouped(facts.trial)} of ${grouped(scene.end)}`, `updates that are over, of ${grouped(scene.images)} images each`],
      ["epoch", grouped(facts.epoch + 1), "pass, or passes, over the training images"],
      ["rule", scene.rule === "gradient" ? "gradient" : "keep or revert", "training.rule of the scenario"],
      ["accuracy", facts.accuracy === null ? "-" : facts.accuracy.toFixed(3), "share of test images that were answered right at the last epoch's end, 0 to 1"],
    ];
    if (facts.playing) words.push(["speed", `${grouped(facts.rate)} updates/s`, "measured"]);
    this.write(words);
  }

  at(cell) {
    const { place } = this.arrays;
    return [this.left + this.unit[0] * (place[2 * cell] - this.low[0]), this.bottom - this.unit[1] * (place[2 * cell + 1] - this.low[1])];
  }

  // Cells that the wave has reached, by their activity; all others blank.
  wave() {
    const { context, width, height } = sharp(this.canvas), { arrays, facts, scene } = this;
    if (!width) return;
    const span = [this.high[0] - this.low[0], this.high[1] - this.low[1]];
    const fit = [(width - 24) / span[0], (height - 24) / span[1]], both = Math.min(...fit);
    this.unit = scene.grid ? [both, both] : fit;
    this.left = (width - this.unit[0] * span[0]) / 2;
    this.bottom = height - (height - this.unit[1] * span[1]) / 2;
    const first = scene.widths[0], last = arrays.layer.length - scene.widths[scene.widths.length - 1];
    for (let c = first; c < Math.min(last, arrays.activity.length); c++) this.most = Math.max(this.most, Math.abs(arrays.activity[c]));
    const tall = Math.max(1.5, 0.92 * this.unit[1]), wide = scene.grid ? Math.max(1.5, 0.4 * this.unit[0]) : Math.min(26, Math.max(2, 0.4 * this.unit[0]));
    for (let c = 0; c < arrays.layer.length; c++) {
      const [x, y] = this.at(c), reached = c < arrays.activity.length && arrays.layer[c] <= facts.step;
      context.fillStyle = reached ? shade(arrays.diverging, 0.5 + arrays.activity[c] / (2 * this.most)) : "#ebebeb";
      context.fillRect(x - wide / 2, y - tall / 2, wide, tall);
    }
    context.strokeStyle = facts.decision === null ? PENDING : VERDICT[facts.decision];
    context.lineWidth = 2.4;
    for (const c of arrays.active) {
      const [x, y] = this.at(c);
      context.strokeRect(x - wide / 2 - 2, y - tall / 2 - 2, wide + 4, tall + 4);
    }
  }

  // The outputs of the image that is drawn, as bars.
  outputs() {
    const { context, width, height } = sharp(this.answer), { arrays, facts, scene } = this;
    if (!width) return;
    heading(context, "Outputs for the image that is drawn");
    const count = scene.widths[scene.widths.length - 1], from = arrays.layer.length - count;
    if (!arrays.activity.length || facts.step < scene.widths.length - 1) return;
    const values = Array.from(arrays.activity.subarray(from)), most = Math.max(1e-6, ...values.map(Math.abs));
    const step = (height - 26) / count, middle = width / 2;
    context.font = SMALL;
    context.textBaseline = "middle";
    context.textAlign = "left";
    values.forEach((value, k) => {
      context.fillStyle = value === Math.max(...values) ? "#0072B2" : "#b0b0b0";
      const length = ((middle - 40) * value) / most;
      context.fillRect(middle + Math.min(0, length), 24 + step * k, Math.abs(length), 0.7 * step);
      context.fillStyle = TEXT;
      context.fillText(`${k}: ${short(value)}`, 4, 24 + step * (k + 0.35));
    });
  }

  explain() {
    const { arrays, scene } = this, key = short(this.most);
    if (key === this.explained) return;
    this.explained = key;
    this.legend.replaceChildren();
    const stops = Array.from({ length: 9 }, (_, i) => shade(arrays.diverging, i / 8));
    this.bar(`-${key}`, key, stops, "activity of a cell: calcium (1), up to the largest seen behind the inputs and before the outputs", "calcium");
    this.key(spot("#ebebeb", "#cccccc", 1), "not reached", "the wave has not come to this layer yet");
    this.key("", `${scene.widths.length} layers: ${scene.widths.join(", ")} cells`, "from the inputs on the left to the outputs on the right");
    if (scene.rule === "gradient") return;
    this.key(ring(PENDING, ""), "active", "an astrocyte whose territory takes a random step");
    this.key(ring(VERDICT[1], ""), "kept", "the loss fell: the step stays");
    this.key(ring(VERDICT[0], ""), "reverted", "the loss did not fall: every weight is restored");
  }

  point(event) {
    if (!this.facts || !this.unit) return;
    const [left, top] = onCanvas(this.canvas, event), { arrays, scene } = this;
    let best = -1, least = 9;
    for (let c = 0; c < arrays.layer.length; c++) {
      const [x, y] = this.at(c), distance = Math.hypot(x - left, y - top);
      if (distance < least) [best, least] = [c, distance];
    }
    const known = best >= 0 && best < arrays.activity.length && arrays.layer[best] <= this.facts.step;
    const first = scene.widths[0], name = best >= first ? `astrocyte A${best - first}` : `input ${best}`;
    this.hint(event, best < 0 ? [] : [`${name}, layer ${arrays.layer[best]}`, known ? `calcium ${short(arrays.activity[best])} (1)` : "not reached yet"]);
  }
}
