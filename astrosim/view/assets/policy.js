// The stage of a policy: the environment, the network with the proposal under test, and what came of it.
const VERDICTS = { 1: ["kept", "#009E73"], 0: ["reverted", "#D55E00"], "-1": ["given up", "#999999"] };
const GROUND = "#444444", BODY = "#0072B2", POLE = "#B07030";

class PolicyStage extends Base {
  constructor(model, root) {
    super(model, root, "as-policy");
    this.band = new Band(this.root, this.status);
    const main = create("div", "as-policy-main", this.root);
    this.world = create("canvas", "as-world", main);
    this.net = create("canvas", "as-net", main);
    const side = create("div", "as-policy-side", main);
    this.returns = new Plot(create("canvas", "as-plot as-plot-return", side), "Return on fresh episodes", null);
    this.accept = new Plot(create("canvas", "as-plot as-plot-accept", side), "Accept rate", [0, 1]);
    this.bars = create("canvas", "as-plot as-plot-batch", side);
    this.legend = create("div", "as-legend", this.root);
    for (const box of [this.world, this.net, this.bars]) this.watch.observe(box);
  }

  open() {
    this.band.begin(this.scene.phases, "mean return");
  }

  note_state() {
    const { facts } = this;
    const state = { frames: this.frames, trial: facts.trial, steps: facts.steps, playing: facts.playing };
    state.decision = facts.decision === null ? "" : VERDICTS[facts.decision][0];
    Object.assign(state, { task: this.scene.task, shown: facts.episode.step, phase: facts.phase, sentence: facts.sentence });
    Object.assign(this.root.dataset, state);
  }

  draw() {
    if (!this.facts) return;
    this.tell();
    this.explain();
    this.environment();
    this.network();
    this.curves();
    this.batch();
    this.band.draw(this.facts, null);
  }

  tell() {
    const { facts, scene } = this;
    const verdict = facts.decision === null ? "-" : VERDICTS[facts.decision][0];
    const words = [
      ["trial", grouped(facts.trial), "proposals that have been tried"],
      ["steps", `${grouped(facts.steps)} of ${grouped(scene.budget)}`, "steps of the environment, of the scenario's budget"],
      ["proposal", verdict, "what came of the last proposal"],
      ["fresh return", facts.fresh === null ? "-" : short(facts.fresh), "mean return of the current network on the last fresh episodes"],
      ["accept rate", facts.accept === null ? "-" : facts.accept.toFixed(2), "kept of the last 200 proposals, 0 to 1"],
    ];
    if (facts.playing) words.push(["speed", `${grouped(facts.rate)} trials/s`, "measured"]);
    this.write(words);
  }

  explain() {
    const { scene, arrays } = this, owners = Math.max(...arrays.owner) + 1, key = `${owners}`;
    if (key === this.explained) return;
    this.explained = key;
    this.legend.replaceChildren();
    this.key(spot(INK, INK, 1), "input, output", `${scene.inputs} inputs (what is observed), ${scene.outputs} outputs (actions)`);
    for (let a = 0; a < Math.min(owners, 4); a++) {
      const tone = scene.palette[a % scene.palette.length];
      this.key(spot(tone, tone, 1), a === 3 && owners > 4 ? "A3 ..." : `A${a}`, `units and synapses of astrocyte A${a}; ${owners} astrocytes, colours recur`);
    }
    this.key(rule("#999999", 3), "synapse", "the wider, the larger its weight, in spreads of its input");
    this.key(rule(PENDING, 3), "under test", "synapses that the proposal changes");
    [1, 0, -1].forEach((code) => this.key(rule(VERDICTS[code][1], 3), VERDICTS[code][0], "what came of the proposal; given up: behind after part of the episodes"));
    this.key(spot("#c4c4c4", "#c4c4c4", 1), "current network", "grey bars: its return on each episode of the batch");
    this.key(rule(FLASH, 3), "action", "what the current network does in this step");
  }

  environment() {
    const { context, width, height } = sharp(this.world);
    if (!width) return;
    const { episode } = this.facts, seen = this.arrays.observation;
    const name = this.scene.task.split("-v")[0];
    const drawer = DRAWERS[name] || numbers;
    context.save();
    context.beginPath();
    context.rect(0, 40, width, height - 40);
    context.clip();
    context.translate(width / 2, 40 + (height - 40) / 2);
    drawer(context, seen, episode.action, Math.min(width, height - 40) / 2, this.scene);
    context.restore();
    heading(context, this.scene.task);
    context.font = SMALL;
    context.fillStyle = TEXT;
    context.fillText(`current network, step ${episode.step} of ${episode.length}, return ${short(episode.return)}`, 4, 22);
  }

  network() {
    const { context, width, height } = sharp(this.net);
    if (!width) return;
    const { arrays, facts, scene } = this, { taps, owner, incoming, outgoing, changed } = arrays;
    const units = owner.length, synapses = taps.shape[1], outputs = scene.outputs;
    heading(context, "Network: inputs, units, outputs");
    const top = 40, span = height - top - 16;
    const row = (count) => (k) => top + (span * (k + 0.5)) / count;
    const y = [row(scene.inputs), row(units), row(outputs)], x = [18, width / 2, width - 18];
    const tone = (u) => scene.palette[owner[u] % scene.palette.length];
    const verdict = facts.decision === null ? null : VERDICTS[facts.decision][1];
    const trying = verdict || PENDING;
    const strongest = (values) => values.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-9);
    const most = [strongest(incoming), strongest(outgoing)];
    const line = (x0, y0, x1, y1, share, colour, lit) => {
      if (share < 0.04 && !lit) return;
      context.strokeStyle = lit ? trying : colour;
      context.globalAlpha = lit ? 0.9 : 0.35;
      context.lineWidth = Math.max(0.4, 3.5 * share) + (lit ? 0.8 : 0);
      context.beginPath();
      context.moveTo(x0, y0);
      context.lineTo(x1, y1);
      context.stroke();
    };
    for (const lit of [false, true]) {
      for (let u = 0; u < units; u++) {
        if (Boolean(changed[u] & 1) === lit)
          for (let s = 0; s < synapses; s++)
            line(x[0], y[0](taps[u * synapses + s]), x[1], y[1](u), Math.abs(incoming[u * synapses + s]) / most[0], tone(u), lit);
        if (Boolean(changed[u] & 2) === lit)
          for (let k = 0; k < outputs; k++)
            line(x[1], y[1](u), x[2], y[2](k), Math.abs(outgoing[u * outputs + k]) / most[1], tone(u), lit);
      }
    }
    context.globalAlpha = 1;
    const node = (px, py, colour, radius) => {
      context.fillStyle = colour;
      context.beginPath();
      context.arc(px, py, radius, 0, 2 * Math.PI);
      context.fill();
    };
    for (let i = 0; i < scene.inputs; i++) node(x[0], y[0](i), INK, 4);
    for (let k = 0; k < outputs; k++) node(x[2], y[2](k), INK, 4);
    for (let u = 0; u < units; u++) {
      node(x[1], y[1](u), tone(u), 5.5);
      if (!changed[u]) continue;
      context.strokeStyle = trying;
      context.lineWidth = 2;
      context.beginPath();
      context.arc(x[1], y[1](u), 8.5, 0, 2 * Math.PI);
      context.stroke();
    }
  }

  curves() {
    const { arrays, facts, scene } = this, steps = arrays.curve_steps;
    const last = Math.max(facts.steps, 1);
    const lines = [{ values: arrays.curve_return, colour: scene.palette[0], width: 1.6, name: "" }];
    if (scene.threshold !== null)
      lines.push({ values: steps.map(() => scene.threshold), colour: INK, width: 0.8, name: "threshold" });
    this.returns.range = around(lines);
    this.returns.unit = this.accept.unit = "steps";
    this.returns.draw(steps, lines, last, []);
    this.accept.draw(steps, [{ values: arrays.curve_accept, colour: scene.palette[2], name: "kept, last 200" }], last, []);
  }

  // Pair by pair, the current network (grey) against the proposal (its verdict's colour).
  batch() {
    const { context, width, height } = sharp(this.bars);
    if (!width) return;
    const { standing, candidate, decision } = this.facts;
    heading(context, "Current against proposal");
    if (!standing.length) return;
    const low = Math.min(0, ...standing, ...candidate), high = Math.max(0, ...standing, ...candidate);
    const top = 24, bottom = height - 8, left = AXIS.left, step = (width - left - 8) / standing.length;
    const y = (value) => bottom - ((bottom - top) * (value - low)) / (high - low || 1);
    const bar = (place, value, colour) => {
      context.fillStyle = colour;
      context.fillRect(place, Math.min(y(0), y(value)), step * 0.36, Math.max(Math.abs(y(value) - y(0)), 1));
    };
    standing.forEach((value, k) => {
      bar(left + step * k + step * 0.1, value, "#c4c4c4");
      if (k < candidate.length) bar(left + step * k + step * 0.5, candidate[k], decision === null ? PENDING : VERDICTS[decision][1]);
    });
    context.font = SMALL;
    context.fillStyle = TEXT;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const tick of [low, high]) context.fillText(short(tick), left - 5, y(tick));
  }
}

function around(lines) {
  const every = lines.flatMap(({ values }) => Array.from(values)).filter(isFinite);
  if (!every.length) return [0, 1];
  const low = Math.min(...every), high = Math.max(...every), room = 0.06 * (high - low) || 1;
  return [low - room, high + room];
}

function heading(context, text) {
  context.font = "600 11.5px system-ui, sans-serif";
  context.fillStyle = INK;
  context.textAlign = "left";
  context.textBaseline = "top";
  context.fillText(text, 4, 3);
}

// Drawings of the classic tasks from what is observed; the middle is (0, 0), the half size r.
function rod(context, x0, y0, x1, y1, width, colour) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineCap = "round";
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

function disc(context, x, y, radius, colour) {
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function cartPole(context, [x, , angle], action, r) {
  const cart = (x / 2.4) * 0.8 * r, ground = 0.4 * r;
  rod(context, -r, ground, r, ground, 1.5, GROUND);
  context.fillStyle = BODY;
  context.fillRect(cart - 0.16 * r, ground - 0.16 * r, 0.32 * r, 0.16 * r);
  rod(context, cart, ground - 0.14 * r, cart + 0.85 * r * Math.sin(angle), ground - 0.14 * r - 0.85 * r * Math.cos(angle), 6, POLE);
  const way = action[0] === 1 ? 1 : -1;
  rod(context, cart + way * 0.2 * r, ground - 0.08 * r, cart + way * 0.32 * r, ground - 0.08 * r, 3, FLASH);
}

function acrobot(context, [c1, s1, c2, s2], action, r) {
  const first = Math.atan2(s1, c1), second = first + Math.atan2(s2, c2), length = 0.42 * r;
  const x = length * Math.sin(first), y = length * Math.cos(first);
  rod(context, -0.9 * r, -length, 0.9 * r, -length, 1, "#999999");
  rod(context, 0, 0, x, y, 7, BODY);
  rod(context, x, y, x + length * Math.sin(second), y + length * Math.cos(second), 7, POLE);
  disc(context, 0, 0, 4, GROUND);
  disc(context, x, y, 4, action[0] === 1 ? GROUND : FLASH);
}

function mountainCar(context, [position], action, r, scene) {
  const place = (p) => ((p + 0.3) / 0.9) * 0.9 * r, height = (p) => -(0.45 * Math.sin(3 * p) + 0.55) * 0.8 * r + 0.5 * r;
  context.strokeStyle = GROUND;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let p = -1.2; p <= 0.6; p += 0.02) context[p === -1.2 ? "moveTo" : "lineTo"](place(p), height(p));
  context.stroke();
  const goal = scene.task.includes("Continuous") ? 0.45 : 0.5;
  rod(context, place(goal), height(goal), place(goal), height(goal) - 0.2 * r, 2, "#009E73");
  disc(context, place(position), height(position) - 8, 8, BODY);
  const force = scene.task.includes("Continuous") ? action[0] : action[0] - 1;
  if (force) rod(context, place(position), height(position) - 24, place(position) + 0.15 * r * force, height(position) - 24, 3, FLASH);
}

function pendulum(context, [cos, sin], action, r) {
  rod(context, 0, 0, -0.7 * r * sin, -0.7 * r * cos, 9, BODY);
  disc(context, 0, 0, 5, GROUND);
  const torque = action[0] / 2;
  context.strokeStyle = FLASH;
  context.lineWidth = 3;
  context.beginPath();
  context.arc(0, 0, 0.16 * r, -Math.PI / 2, -Math.PI / 2 - torque * Math.PI * 0.8, torque > 0);
  context.stroke();
}

// Any other task: what it observes, as bars of the largest seen.
function numbers(context, seen, action, r, scene) {
  const count = Math.min(seen.length, 24), step = (1.7 * r) / count;
  scene.largest = scene.largest || new Float32Array(seen.length);
  context.font = SMALL;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (let i = 0; i < count; i++) {
    scene.largest[i] = Math.max(scene.largest[i], Math.abs(seen[i]), 1e-9);
    const y = -0.85 * r + step * i;
    context.fillStyle = BODY;
    const length = (0.75 * r * seen[i]) / scene.largest[i];
    context.fillRect(Math.min(0, length), y, Math.abs(length), step * 0.7);
    context.fillStyle = TEXT;
    context.fillText(short(seen[i]), -0.78 * r, y + step * 0.35);
  }
}

const DRAWERS = {
  CartPole: cartPole,
  Acrobot: acrobot,
  MountainCar: mountainCar,
  MountainCarContinuous: mountainCar,
  Pendulum: pendulum,
};
