// The stage of a network on images or rows of a table: a row, the network with the proposal under test, what came of it.
const MOST_DRAWN = 64; // units and inputs of which a network is drawn line by line

class RowsStage extends PolicyStage {
  constructor(model, root) {
    super(model, root);
    this.root.classList.add("as-rows");
  }

  open() {
    this.band.begin(this.scene.phases, "mean reward");
    this.largest = new Float32Array(this.scene.inputs);
  }

  note_state() {
    const { facts, scene } = this;
    const state = { frames: this.frames, trial: facts.trial, playing: facts.playing, task: scene.task, phase: facts.phase };
    Object.assign(state, { sentence: facts.sentence, batch: facts.batch, row: facts.row });
    state.decision = facts.decision === null ? "" : VERDICTS[facts.decision][0];
    Object.assign(this.root.dataset, state);
  }

  tell() {
    const { facts, scene } = this, rows = scene.image.length ? "images" : "rows";
    const words = [
      ["trial", `${grouped(facts.trial)} of ${grouped(scene.end)}`, "proposals that have been tried, of the schedule's"],
      ["batch", grouped(facts.batch + 1), `${grouped(facts.rows)} ${rows} that the present trials are judged on`],
      ["reward", short(facts.reward), "mean reward of the present network on the batch (1)"],
    ];
    if (facts.right !== null) words.push(["accuracy", facts.right.toFixed(3), "share of the batch that is answered right, 0 to 1"]);
    words.push(["accept rate", facts.accept === null ? "-" : facts.accept.toFixed(2), "kept of the last 200 proposals, 0 to 1"]);
    if (facts.playing) words.push(["speed", `${grouped(facts.rate)} trials/s`, "measured"]);
    this.write(words);
  }

  // The row that is shown, and the answer to it.
  environment() {
    const { context, width, height } = sharp(this.world);
    if (!width) return;
    const { facts, scene, arrays } = this, { outputs } = arrays;
    const what = scene.image.length ? "Image" : "Row", wanted = scene.regression ? "" : `, class ${facts.wanted}`;
    heading(context, `${what} ${facts.row + 1} of the batch${wanted}, and the answer`);
    const split = height - Math.min(0.4 * height, 40 + 16 * outputs.length);
    if (scene.image.length) this.image(context, width, split);
    else this.columns(context, width, split);
    this.answers(context, width, split + 8, height - 8);
  }

  image(context, width, bottom) {
    const [rows, columns] = this.scene.image, { row } = this.arrays;
    const most = row.reduce((a, b) => Math.max(a, b), 1e-9), size = Math.min((width - 20) / columns, (bottom - 34) / rows);
    const left = (width - size * columns) / 2;
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) {
        const level = Math.round(255 * (1 - row[r * columns + c] / most));
        context.fillStyle = `rgb(${level},${level},${level})`;
        context.fillRect(left + size * c, 26 + size * r, size + 0.5, size + 0.5);
      }
    context.strokeStyle = "#cccccc";
    context.strokeRect(left, 26, size * columns, size * rows);
  }

  columns(context, width, bottom) {
    const { row } = this.arrays, count = Math.min(row.length, 40), step = (bottom - 34) / count;
    context.font = SMALL;
    context.textBaseline = "middle";
    for (let i = 0; i < count; i++) {
      this.largest[i] = Math.max(this.largest[i], Math.abs(row[i]), 1e-9);
      const y = 28 + step * i, length = ((width / 2 - 66) * row[i]) / this.largest[i];
      context.fillStyle = BODY;
      context.fillRect(width / 2 + 54 + Math.min(0, length), y, Math.abs(length), 0.7 * step);
      context.fillStyle = TEXT;
      context.textAlign = "left";
      if (step > 9) context.fillText(`input ${i + 1}: ${short(row[i])}`, 6, y + 0.35 * step);
    }
  }

  // Outputs as bars; of classes, shares that add up to 1.
  answers(context, width, top, bottom) {
    const { facts, scene, arrays } = this, count = arrays.outputs.length, step = (bottom - top) / count;
    const high = Math.max(...arrays.outputs), powers = Array.from(arrays.outputs, (one) => Math.exp(one - high));
    const total = powers.reduce((a, b) => a + b, 0);
    context.font = SMALL;
    context.textBaseline = "middle";
    for (let k = 0; k < count; k++) {
      const y = top + step * k, wanted = scene.regression ? facts.wanted[k] : k === facts.wanted;
      const share = scene.regression ? null : powers[k] / total;
      context.fillStyle = TEXT;
      context.textAlign = "left";
      const words = scene.regression ? `number ${k + 1}: ${short(arrays.outputs[k])}, wanted ${short(wanted)}` : `class ${k}`;
      context.fillText(words, 8, y + step / 2);
      if (share === null) continue;
      context.fillStyle = wanted ? "#009E73" : "#b0b0b0";
      context.fillRect(64, y + 0.15 * step, Math.max(1, (width - 120) * share), 0.7 * step);
      context.fillStyle = TEXT;
      context.fillText(share.toFixed(2), 70 + (width - 120) * share, y + step / 2);
    }
  }

  network() {
    const { arrays, scene } = this;
    if (!scene.image.length && arrays.owner.length <= MOST_DRAWN && scene.inputs <= MOST_DRAWN) return super.network();
    const { context, width, height } = sharp(this.net);
    if (!width) return;
    heading(context, scene.image.length ? "Units at the middle of what they see" : `All ${grouped(arrays.owner.length)} units`);
    this.plane(context, width, height);
  }

  // Units as dots, on the image or in rows; those of the proposal are lit, with the field that they see.
  plane(context, width, height) {
    const { arrays, facts, scene } = this, { owner, changed, place } = arrays, units = owner.length;
    const [rows, columns] = scene.image.length ? scene.image : [Math.ceil(Math.sqrt(units)), Math.ceil(Math.sqrt(units))];
    const size = Math.min((width - 24) / columns, (height - 48) / rows), left = (width - size * columns) / 2, top = 34;
    const same = new Map();
    const at = (u) => {
      if (!place.length) return [left + size * ((u % columns) + 0.5), top + size * (Math.floor(u / columns) + 0.5)];
      const key = `${place[2 * u]},${place[2 * u + 1]}`, turn = same.get(key) || 0; // several units may see the same
      same.set(key, turn + 1);
      const angle = 2.4 * turn, reach = Math.min(0.45 * size, 1.5 * Math.sqrt(turn));
      return [left + size * (place[2 * u] + 0.5) + reach * Math.cos(angle), top + size * (place[2 * u + 1] + 0.5) + reach * Math.sin(angle)];
    };
    context.strokeStyle = "#dddddd";
    context.lineWidth = 1;
    context.strokeRect(left, top, size * columns, size * rows);
    const colour = facts.decision === null ? PENDING : VERDICTS[facts.decision][1];
    for (let u = 0; u < units; u++) {
      const [x, y] = at(u), tone = owner[u] < 0 ? "#777777" : scene.palette[owner[u] % scene.palette.length];
      disc(context, x, y, Math.max(1.6, Math.min(5, 0.3 * size)), tone);
      if (!changed[u]) continue;
      context.strokeStyle = colour;
      context.lineWidth = 2.2;
      context.beginPath();
      context.arc(x, y, 8, 0, 2 * Math.PI);
      context.stroke();
      if (!scene.field || !(changed[u] & 1)) continue;
      const [column, row] = [place[2 * u] + 0.5 - scene.field / 2, place[2 * u + 1] + 0.5 - scene.field / 2];
      context.strokeRect(left + size * column, top + size * row, size * scene.field, size * scene.field);
    }
  }

  explain() {
    const { scene, arrays } = this, owners = arrays.owner.reduce((a, b) => Math.max(a, b), -1) + 1, key = `${owners}`;
    if (key === this.explained) return;
    this.explained = key;
    this.legend.replaceChildren();
    for (let a = 0; a < Math.min(owners, 4); a++) {
      const tone = scene.palette[a % scene.palette.length];
      this.key(spot(tone, tone, 1), a === 3 && owners > 4 ? "A3 ..." : `A${a}`, `units of astrocyte A${a}; ${owners} astrocytes, colours recur`);
    }
    if (!owners) this.key(spot("#777777", "#777777", 1), "unit", "a hidden unit; nobody owns it");
    this.key(ring(PENDING, ""), "under test", "units whose synapses the proposal changes; a square: the part of the image that they see");
    [1, 0, -1].forEach((code) => this.key(ring(VERDICTS[code][1], ""), VERDICTS[code][0], "what came of the proposal; given up: no gain after part of the rows"));
    if (!scene.regression) this.key(spot("#009E73", "#009E73", 1), "right class", "the share that the network gives to it");
  }

  curves() {
    const { arrays, facts, scene } = this, trials = arrays.curve_trial, last = Math.max(facts.trial, 1);
    const lines = [{ values: arrays.curve_reward, colour: scene.palette[0], width: 1.6, name: "" }];
    this.returns.title = "Reward on the batch";
    this.returns.range = around(lines);
    this.returns.draw(trials, lines, last, []);
    this.accept.draw(trials, [{ values: arrays.curve_accept, colour: scene.palette[2], name: "kept, last 200" }], last, []);
  }

  batch() {
    const { arrays, facts, scene } = this;
    this.right = this.right || new Plot(this.bars, "Accuracy on the batch", [0, 1]);
    if (!scene.regression) this.right.draw(arrays.curve_trial, [{ values: arrays.curve_accuracy, colour: scene.palette[5], name: "" }], Math.max(facts.trial, 1), []);
    else this.bars.style.display = "none";
  }
}
