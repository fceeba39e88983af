// The plane: territories, synapses, neurons, astrocytes and what happens there (lengths in units).
const KIND_NAMES = ["input", "output", "modulatory", "regular", "tonic"];
const TESTED = ["perturb", "evaluate after"]; // phases in which changed weights are under test
const BINS = 24; // colours of weights; each is one path
const MARGIN = 14; // pixels
const NAMED = 40; // astrocytes that carry their names
const FADE = 0.72; // of a flash, per frame
const INK = "#222222", FAINT = "#8a8a8a", ELIGIBLE = "#009E73", FLASH = "#D55E00", CALCIUM = "#0072B2";
const CHEMICAL = ["#CC79A7", "#56B4E9"]; // below 0, above 0

class Space {
  constructor(canvas, onChoose) {
    this.canvas = canvas;
    this.zoom = 1;
    this.shift = [0, 0];
    this.flash = new Float32Array(0);
    this.largest = {};
    canvas.addEventListener("click", (event) => this.click(event, onChoose));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.drag(event));
    canvas.addEventListener("dblclick", () => this.whole());
  }

  start(scene, arrays) {
    this.scene = scene;
    const { neuron, astrocyte } = arrays;
    this.low = [Infinity, Infinity];
    this.high = [-Infinity, -Infinity];
    const widen = (points, room) => {
      for (let i = 0; i < points.length; i++) {
        this.low[i % 2] = Math.min(this.low[i % 2], points[i] - room);
        this.high[i % 2] = Math.max(this.high[i % 2], points[i] + room);
      }
    };
    widen(neuron, 0.3);
    widen(astrocyte, scene.radius);
    this.flash = new Float32Array(astrocyte.length / 2);
    this.largest = {};
    this.whole();
  }

  whole() {
    this.zoom = 1;
    this.shift = [0, 0];
    if (this.last) this.draw(...this.last);
  }

  // Width over height of the plane.
  shape() {
    return (this.high[0] - this.low[0]) / (this.high[1] - this.low[1]);
  }

  fit(width, height) {
    const span = [this.high[0] - this.low[0], this.high[1] - this.low[1]];
    const scale = this.zoom * Math.min((width - 2 * MARGIN) / span[0], (height - 2 * MARGIN) / span[1]);
    const left = width / 2 - (scale * (this.low[0] + this.high[0])) / 2 + this.shift[0];
    const top = height / 2 + (scale * (this.low[1] + this.high[1])) / 2 + this.shift[1];
    this.scale = scale;
    this.x = (value) => left + scale * value;
    this.y = (value) => top - scale * value;
  }

  // Range of a colour scale: the scenario's, else what has been seen so far.
  range(name, values) {
    if (this.scene.ranges[name]) return this.scene.ranges[name];
    let most = this.largest[name] || 0;
    for (const value of values) if (value > most) most = value;
    this.largest[name] = most;
    return [0, most || 1];
  }

  draw(arrays, facts, shown) {
    this.last = [arrays, facts, shown];
    const { context, width, height } = sharp(this.canvas);
    if (!width || !this.scene) return;
    this.context = context;
    this.fit(width, height);
    context.lineCap = "butt";
    this.territories(arrays, shown);
    this.junctions(arrays);
    if (shown.all) this.weights(arrays, null, arrays.allWeight, 0.55);
    if (shown.eligible) this.eligible(arrays, facts);
    if (arrays.chemical) this.chemical(arrays);
    if (shown.mine) this.weights(arrays, arrays.mine, arrays.mineWeight, 0.85);
    this.flashes(arrays, facts);
    this.neurons(arrays);
    this.astrocytes(arrays, facts);
    this.cursor(arrays);
  }

  territories(arrays, shown) {
    const { astrocyte, silenced } = arrays;
    const values = arrays[shown.colour] || new Float32Array(astrocyte.length / 2);
    const [low, high] = this.range(shown.colour, values);
    this.shades = { low, high };
    const context = this.context, radius = this.scale * this.scene.radius;
    for (let a = 0; a < values.length; a++) {
      const share = (values[a] - low) / (high - low || 1);
      const known = isFinite(values[a]) && !silenced[a];
      context.beginPath();
      context.arc(this.x(astrocyte[2 * a]), this.y(astrocyte[2 * a + 1]), radius, 0, 2 * Math.PI);
      context.fillStyle = known ? shade(arrays.sequential, share, 0.33) : "rgba(0,0,0,0.03)";
      context.fill();
      context.strokeStyle = known ? shade(arrays.sequential, share, 0.95) : "#bbbbbb";
      context.setLineDash(silenced[a] ? [4, 4] : []);
      context.lineWidth = 1.6;
      context.stroke();
      context.setLineDash([]);
    }
  }

  junctions(arrays) {
    const { junction, astrocyte } = arrays, context = this.context;
    context.beginPath();
    for (let k = 0; k < junction.length; k += 2) {
      const a = 2 * junction[k], b = 2 * junction[k + 1];
      context.moveTo(this.x(astrocyte[a]), this.y(astrocyte[a + 1]));
      context.lineTo(this.x(astrocyte[b]), this.y(astrocyte[b + 1]));
    }
    context.strokeStyle = "rgba(0,0,0,0.3)";
    context.lineWidth = 2;
    context.stroke();
  }

  line(path, arrays, synapse) {
    const { neuron, pre, post } = arrays;
    const a = 2 * pre[synapse], b = 2 * post[synapse];
    path.moveTo(this.x(neuron[a]), this.y(neuron[a + 1]));
    path.lineTo(this.x(neuron[b]), this.y(neuron[b + 1]));
  }

  // Lines by weight, one path a colour; `chosen` null stands for all synapses.
  weights(arrays, chosen, weight, alpha) {
    const limit = this.scene.limit, paths = Array.from({ length: BINS }, () => new Path2D());
    for (let k = 0; k < weight.length; k++) {
      const share = (weight[k] / limit + 1) / 2;
      const bin = Math.max(0, Math.min(BINS - 1, Math.floor(share * BINS)));
      this.line(paths[bin], arrays, chosen ? chosen[k] : k);
    }
    const order = [...paths.keys()].sort((a, b) => Math.abs(a - (BINS - 1) / 2) - Math.abs(b - (BINS - 1) / 2));
    for (const bin of order) {
      const strength = Math.abs((bin + 0.5) / BINS - 0.5) * 2;
      this.context.strokeStyle = strength < 0.1 ? `rgba(150,150,150,${0.35 * alpha})` : this.weightColour(arrays, bin, alpha);
      this.context.lineWidth = (chosen ? 0.7 : 0.4) + (chosen ? 1.3 : 0.6) * strength;
      this.context.stroke(paths[bin]);
    }
  }

  // The map without its pale middle, which a white page would swallow.
  weightColour(arrays, bin, alpha) {
    const share = (bin + 0.5) / BINS;
    return shade(arrays.diverging, share < 0.5 ? share * 0.72 : 1 - (1 - share) * 0.72, alpha);
  }

  // Synapses of the trial: under test, or by what came of it.
  eligible(arrays, { phase, decision }) {
    const path = new Path2D();
    for (const synapse of arrays.eligible) this.line(path, arrays, synapse);
    const crowd = Math.min(1, 700 / (arrays.eligible.length + 1));
    this.context.strokeStyle = TESTED.includes(phase) ? PENDING : decision === 0 ? FLASH : ELIGIBLE;
    this.context.globalAlpha = 0.12 + 0.28 * crowd;
    this.context.lineWidth = 0.7;
    this.context.stroke(path);
    this.context.globalAlpha = 1;
  }

  // A halo around each neuron whose synapses the chemical reaches.
  chemical({ neuron, chemical }) {
    let most = 1e-9;
    for (const value of chemical) most = Math.max(most, Math.abs(value));
    for (let n = 0; n < chemical.length; n++) {
      if (!chemical[n]) continue;
      const share = Math.abs(chemical[n]) / most;
      this.disc(this.x(neuron[2 * n]), this.y(neuron[2 * n + 1]), 4 + 8 * share, CHEMICAL[chemical[n] > 0 ? 1 : 0], 0.1 + 0.3 * share);
    }
  }

  // Activation: a disc that grows as it fades. Calcium: a disc as dense as there is calcium.
  flashes(arrays, facts) {
    const { astrocyte, activity, calcium } = arrays, context = this.context, radius = this.scale * this.scene.radius;
    const most = calcium ? this.range("calcium", calcium)[1] : 1;
    for (let a = 0; a < this.flash.length; a++) {
      const x = this.x(astrocyte[2 * a]), y = this.y(astrocyte[2 * a + 1]);
      if (calcium && calcium[a] > 0) this.disc(x, y, 0.62 * radius, CALCIUM, (0.6 * calcium[a]) / most);
      if (this.flash[a] > 0.02) this.disc(x, y, radius * (1 - 0.7 * this.flash[a]), FLASH, 0.3 * this.flash[a]);
      if (facts.active.includes(a)) {
        context.beginPath();
        context.arc(x, y, radius + 2.5, 0, 2 * Math.PI);
        context.strokeStyle = FLASH;
        context.lineWidth = 2.6;
        context.stroke();
      }
    }
  }

  disc(x, y, radius, colour, alpha) {
    this.context.globalAlpha = Math.max(0, Math.min(1, alpha));
    this.context.beginPath();
    this.context.arc(x, y, radius, 0, 2 * Math.PI);
    this.context.fillStyle = colour;
    this.context.fill();
    this.context.globalAlpha = 1;
  }

  // A new frame has come: who was active flashes, all others fade.
  flicker(arrays, facts) {
    for (let a = 0; a < this.flash.length; a++) {
      const now = facts.active.includes(a) ? 1 : arrays.activity[a];
      this.flash[a] = Math.max(this.flash[a] * FADE, now);
    }
  }

  neurons(arrays) {
    const { neuron, kind, fired } = arrays, count = kind.length;
    const size = Math.max(1.2, Math.min(5, 0.2 * this.scale, 5 * Math.sqrt(400 / Math.max(count, 400))));
    const paths = KIND_NAMES.map(() => [new Path2D(), new Path2D()]);
    for (let n = 0; n < count; n++) {
      mark(paths[kind[n]][fired[n]], kind[n], this.x(neuron[2 * n]), this.y(neuron[2 * n + 1]), size * (fired[n] ? 1.25 : 1));
    }
    KIND_NAMES.forEach((name, k) => {
      const colour = this.scene.fills[name];
      this.context.lineWidth = Math.min(1.4, 0.35 * size);
      this.context.fillStyle = "#ffffff";
      this.context.fill(paths[k][0]);
      this.context.strokeStyle = colour;
      this.context.stroke(paths[k][0]);
      this.context.fillStyle = name === "regular" ? "#555555" : colour;
      this.context.fill(paths[k][1]);
      this.context.strokeStyle = INK;
      this.context.stroke(paths[k][1]);
    });
    this.names(neuron, size);
  }

  // Names of inputs and outputs, where the network has any.
  names(neuron, size) {
    this.context.fillStyle = INK;
    this.context.font = "10px system-ui, sans-serif";
    for (const [n, name] of Object.entries(this.scene.names || {})) {
      this.context.fillText(name, this.x(neuron[2 * n]) + size + 2, this.y(neuron[2 * n + 1]) - 2);
    }
  }

  astrocytes(arrays, facts) {
    const { astrocyte } = arrays, context = this.context, count = astrocyte.length / 2;
    const size = Math.max(2.5, Math.min(8, 0.35 * this.scale));
    const stars = new Path2D();
    for (let a = 0; a < count; a++) star(stars, this.x(astrocyte[2 * a]), this.y(astrocyte[2 * a + 1]), size);
    context.fillStyle = INK;
    context.fill(stars);
    if (facts.chosen !== null && facts.chosen < count) {
      const a = facts.chosen;
      context.beginPath();
      context.arc(this.x(astrocyte[2 * a]), this.y(astrocyte[2 * a + 1]), this.scale * this.scene.radius - 2.5, 0, 2 * Math.PI);
      context.setLineDash([7, 4]);
      context.strokeStyle = INK;
      context.lineWidth = 1.8;
      context.stroke();
      context.setLineDash([]);
    }
    if (count <= NAMED) this.names(astrocyte, count, size);
  }

  names(astrocyte, count, size) {
    const context = this.context;
    context.font = "600 12px system-ui, sans-serif";
    context.textBaseline = "bottom";
    context.lineWidth = 3;
    context.strokeStyle = "rgba(255,255,255,0.9)";
    context.fillStyle = INK;
    for (let a = 0; a < count; a++) {
      const x = this.x(astrocyte[2 * a]) + size, y = this.y(astrocyte[2 * a + 1]) - size / 2;
      context.strokeText(`A${a}`, x, y);
      context.fillText(`A${a}`, x, y);
    }
  }

  cursor(arrays) {
    if (!arrays.cursor.length) return;
    const [x, y] = [this.x(arrays.cursor[0]), this.y(arrays.cursor[1])];
    this.disc(x, y, this.scale * this.scene.cursorRadius, FLASH, 0.15);
    this.context.strokeStyle = FLASH;
    this.context.lineWidth = 2;
    this.context.beginPath();
    this.context.arc(x, y, this.scale * this.scene.cursorRadius, 0, 2 * Math.PI);
    this.context.moveTo(x - 6, y);
    this.context.lineTo(x + 6, y);
    this.context.moveTo(x, y - 6);
    this.context.lineTo(x, y + 6);
    this.context.stroke();
  }

  // The neuron or astrocyte under the pointer: its kind and number; null if there is none.
  under(event) {
    if (!this.last) return null;
    const [left, top] = onCanvas(this.canvas, event), { neuron } = this.last[0];
    let best = -1, least = 7;
    for (let n = 0; n < neuron.length / 2; n++) {
      const distance = Math.hypot(this.x(neuron[2 * n]) - left, this.y(neuron[2 * n + 1]) - top);
      if (distance < least) [best, least] = [n, distance];
    }
    if (best >= 0) return ["neuron", best];
    const astrocyte = this.nearest(event);
    return astrocyte >= 0 ? ["astrocyte", astrocyte] : null;
  }

  click(event, onChoose) {
    if (!this.moved && this.last) onChoose(event);
  }

  // The astrocyte in whose territory the pointer is, the nearest of several; -1 if there is none.
  nearest(event) {
    const [left, top] = onCanvas(this.canvas, event), { astrocyte } = this.last[0];
    let best = -1, least = this.scale * this.scene.radius;
    for (let a = 0; a < astrocyte.length / 2; a++) {
      const distance = Math.hypot(this.x(astrocyte[2 * a]) - left, this.y(astrocyte[2 * a + 1]) - top);
      if (distance < least) [best, least] = [a, distance];
    }
    return best;
  }

  wheel(event) {
    event.preventDefault();
    this.zoom = Math.max(1, Math.min(40, this.zoom * Math.exp(-event.deltaY / 400)));
    if (this.zoom === 1) this.shift = [0, 0];
    if (this.last) this.draw(...this.last);
  }

  drag(event) {
    this.moved = false;
    let [x, y] = [event.clientX, event.clientY];
    const move = (next) => {
      if (Math.hypot(next.clientX - x, next.clientY - y) < 3 && !this.moved) return;
      this.moved = true;
      const scale = magnified();
      this.shift = [this.shift[0] + (next.clientX - x) / scale, this.shift[1] + (next.clientY - y) / scale];
      [x, y] = [next.clientX, next.clientY];
      if (this.last) this.draw(...this.last);
    };
    const end = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", end);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
  }
}

// Inputs are triangles, outputs squares, modulatory neurons diamonds, all others circles.
function mark(path, kind, x, y, size) {
  if (kind === 0) {
    path.moveTo(x - 0.8 * size, y - size);
    path.lineTo(x + 1.1 * size, y);
    path.lineTo(x - 0.8 * size, y + size);
    path.closePath();
  } else if (kind === 1) {
    path.rect(x - 0.9 * size, y - 0.9 * size, 1.8 * size, 1.8 * size);
  } else if (kind === 2) {
    path.moveTo(x, y - 1.15 * size);
    path.lineTo(x + 1.15 * size, y);
    path.lineTo(x, y + 1.15 * size);
    path.lineTo(x - 1.15 * size, y);
    path.closePath();
  } else if (kind === 4) {
    path.moveTo(x, y - 1.1 * size);
    path.lineTo(x + size, y + 0.8 * size);
    path.lineTo(x - size, y + 0.8 * size);
    path.closePath();
  } else {
    path.moveTo(x + 0.9 * size, y);
    path.arc(x, y, 0.9 * size, 0, 2 * Math.PI);
  }
}

function star(path, x, y, size) {
  for (let k = 0; k < 10; k++) {
    const radius = k % 2 ? 0.42 * size : size, angle = (Math.PI * k) / 5 - Math.PI / 2;
    path[k ? "lineTo" : "moveTo"](x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
  path.closePath();
}
