// The plane of a spiking network: astrocytes coloured by calcium, membranes shaded, spikes as flashes (lengths in um, or
// distances of an arrangement). Nodes are numbered, neurons first.
const TINTS = [0, 3, 4, 7, 6]; // of the palette, by population: what neither flashes nor currents have
const SHADES = 8, GLOWS = 5; // steps of a membrane's shade and of a flash's light; each is one path
const LEAST_CALCIUM = 0.2; // uM; Nadkarni and Jung 2003
const LABELLED = 60; // nodes of which each carries its label
const ALL_STARS = 400; // astrocytes that have a star each
const WAYS = { sends: "#0072B2", hears: "#CC79A7", raises: "#009E73", current: "#D55E00" };
const REACH = 9; // pixels from a node within which it is meant

class Tissue extends Space {
  start(scene, arrays) {
    this.scene = scene;
    this.neurons_ = arrays.neuron.length / 2;
    this.nodes = this.neurons_ + arrays.astrocyte.length / 2;
    this.place = new Float32Array(2 * this.nodes);
    this.place.set(arrays.neuron);
    this.place.set(arrays.astrocyte, arrays.neuron.length);
    const room = scene.placed ? scene.radius : Math.max(scene.radius, 1.3);
    this.low = [Infinity, Infinity];
    this.high = [-Infinity, -Infinity];
    this.place.forEach((value, i) => {
      this.low[i % 2] = Math.min(this.low[i % 2], value - room);
      this.high[i % 2] = Math.max(this.high[i % 2], value + room);
    });
    const area = (this.high[0] - this.low[0]) * (this.high[1] - this.low[1]);
    this.pitch = scene.placed ? Math.sqrt(area / this.nodes) : 1;
    this.flash = new Float32Array(this.neurons_);
    this.largest = {};
    this.whole();
  }

  at(node) {
    return [this.x(this.place[2 * node]), this.y(this.place[2 * node + 1])];
  }

  get size() {
    return Math.max(1.1, Math.min(11, 0.3 * this.pitch * this.scale));
  }

  tint(population) {
    return this.scene.palette[TINTS[population % TINTS.length]];
  }

  // A new frame has come: who fired since the last one flashes, all others fade.
  flicker(arrays) {
    for (let n = 0; n < this.flash.length; n++) this.flash[n] = arrays.fired[n] ? 1 : this.flash[n] * FADE;
  }

  draw(arrays, facts) {
    this.last = [arrays, facts];
    const { context, width, height } = sharp(this.canvas);
    if (!width || !this.scene) return;
    this.context = context;
    this.fit(width, height);
    this.glia(arrays, facts);
    this.gaps(arrays);
    this.lines(arrays.pre.length, (k) => [arrays.pre[k], arrays.post[k]], null, 0.16);
    this.mine(arrays, facts);
    this.bodies(arrays);
    this.flying(arrays, facts);
    this.marks(facts);
    this.words(context);
  }

  glia(arrays) {
    const { calcium } = arrays, context = this.context, radius = this.scale * this.scene.radius;
    const [low, high] = this.ends(calcium);
    const stars = new Path2D();
    for (let a = 0; a < calcium.length; a++) {
      const [x, y] = this.at(this.neurons_ + a), share = (calcium[a] - low) / (high - low);
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fillStyle = shade(arrays.sequential, share, this.scene.territory ? 0.45 : 0.9);
      context.fill();
      if (radius > 5) {
        context.strokeStyle = "rgba(0,0,0,0.35)";
        context.lineWidth = 0.8;
        context.stroke();
      }
      if (this.scene.territory && calcium.length <= ALL_STARS) star(stars, x, y, Math.max(2.5, Math.min(8, 0.2 * radius)));
    }
    context.fillStyle = INK;
    context.fill(stars);
  }

  // Ends of the scale of calcium: from 0 to the largest seen, at least where slow inward currents begin.
  ends(calcium) {
    for (const value of calcium) if (value > (this.largest.calcium || 0)) this.largest.calcium = value;
    return [0, Math.max(this.largest.calcium || 0, LEAST_CALCIUM)];
  }

  gaps({ junction }) {
    this.lines(junction.length / 2, (k) => [junction[2 * k], junction[2 * k + 1]], "rgba(0,0,0,0.45)", 1, 1.6);
  }

  // Lines between nodes; without a colour each has that of its way.
  lines(count, ends, colour, alpha, width = 0.9) {
    const paths = {};
    for (let k = 0; k < count; k++) {
      const [pre, post] = ends(k), key = colour || this.way(pre, post, null);
      const path = (paths[key] = paths[key] || new Path2D());
      this.between(path, pre, post);
    }
    for (const [key, path] of Object.entries(paths)) {
      this.context.globalAlpha = alpha;
      this.context.strokeStyle = key;
      this.context.lineWidth = width;
      this.context.stroke(path);
    }
    this.context.globalAlpha = 1;
  }

  // Two ways between two nodes are two bows, so that both are seen.
  between(path, pre, post) {
    const [x0, y0] = this.at(pre), [x1, y1] = this.at(post);
    path.moveTo(x0, y0);
    path.quadraticCurveTo((x0 + x1) / 2 + 0.08 * (y1 - y0), (y0 + y1) / 2 - 0.08 * (x1 - x0), x1, y1);
  }

  // Spikes on their way, as dots on the bows of `between`.
  flying({ flight, share }, facts) {
    for (let k = 0; k < share.length; k++) {
      const [x0, y0] = this.at(flight[2 * k]), [x1, y1] = this.at(flight[2 * k + 1]), t = share[k], u = 1 - t;
      const x = (x0 + x1) / 2 + 0.08 * (y1 - y0), y = (y0 + y1) / 2 - 0.08 * (x1 - x0);
      this.disc(u * u * x0 + 2 * u * t * x + t * t * x1, u * u * y0 + 2 * u * t * y + t * t * y1, 2.6, FLASH, 0.9);
    }
  }

  way(pre, post, neuron) {
    if (pre >= this.neurons_) return WAYS.current;
    if (post >= this.neurons_) return WAYS.raises;
    if (neuron === null) return "#777777";
    return pre === neuron ? WAYS.sends : WAYS.hears;
  }

  mine({ mine }, facts) {
    const paths = {}, crowd = Math.min(1, 250 / (mine.length / 2 + 1));
    for (let k = 0; k < mine.length; k += 2) {
      const key = this.way(mine[k], mine[k + 1], facts.neuron);
      this.between((paths[key] = paths[key] || new Path2D()), mine[k], mine[k + 1]);
    }
    this.context.globalAlpha = 0.3 + 0.5 * crowd;
    this.context.lineWidth = 0.7 + 0.9 * crowd;
    for (const [key, path] of Object.entries(paths)) {
      this.context.strokeStyle = key;
      this.context.stroke(path);
    }
    this.context.globalAlpha = 1;
  }

  // Neurons by population and shade, each group one path; then what flashes, by its light.
  bodies(arrays) {
    const { population, membrane, low, high } = arrays, size = this.size, context = this.context;
    const groups = {}, glows = Array.from({ length: GLOWS + 1 }, () => new Path2D());
    for (let n = 0; n < this.neurons_; n++) {
      const [x, y] = this.at(n), share = (membrane[n] - low[n]) / (high[n] - low[n]);
      const step = isFinite(share) ? Math.round(Math.max(0, Math.min(1, share)) * SHADES) : 0;
      const key = population[n] * (SHADES + 1) + step;
      dotted((groups[key] = groups[key] || new Path2D()), x, y, size);
      const glow = Math.round(this.flash[n] * GLOWS);
      if (glow) dotted(glows[glow], x, y, size * (1.35 + 0.75 * (1 - this.flash[n])));
    }
    for (const [key, path] of Object.entries(groups)) {
      const tint = this.tint(Math.floor(key / (SHADES + 1))), share = (key % (SHADES + 1)) / SHADES;
      context.fillStyle = "#ffffff";
      context.fill(path);
      context.globalAlpha = 0.06 + 0.6 * share;
      context.fillStyle = tint;
      context.fill(path);
      context.globalAlpha = 1;
      if (size < 1.8) continue;
      context.strokeStyle = tint;
      context.lineWidth = Math.min(1.6, 0.3 * size);
      context.stroke(path);
    }
    glows.forEach((path, glow) => {
      context.globalAlpha = glow / GLOWS;
      context.fillStyle = FLASH;
      context.fill(path);
    });
    context.globalAlpha = 1;
  }

  // The chosen nodes.
  marks({ neuron, astrocyte }) {
    const context = this.context;
    context.strokeStyle = INK;
    context.lineWidth = 1.8;
    context.setLineDash([5, 3]);
    for (const [node, radius] of [[neuron, this.size + 4], [astrocyte, this.scale * this.scene.radius + 3]]) {
      if (node === null) continue;
      context.beginPath();
      context.arc(...this.at(node), radius, 0, 2 * Math.PI);
      context.stroke();
    }
    context.setLineDash([]);
  }

  words(context) {
    context.textAlign = "center";
    context.textBaseline = "bottom";
    context.font = "600 12px system-ui, sans-serif";
    context.fillStyle = INK;
    for (const [name, x, y] of this.scene.names) context.fillText(name, this.x(x), this.y(y) - 2);
    if (this.nodes > LABELLED) return;
    context.font = "10.5px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.lineWidth = 3;
    context.strokeStyle = "rgba(255,255,255,0.85)";
    for (let node = 0; node < this.nodes; node++) {
      const [x, y] = this.at(node), label = this.scene.labels[node];
      const down = node < this.neurons_ ? this.size + 10 : 0;
      context.strokeText(label, x, y + down);
      context.fillText(label, x, y + down);
    }
  }

  // The node under a place of the canvas, a neuron before an astrocyte; -1: none.
  find(left, top) {
    let best = -1, least = Math.max(REACH, this.size);
    for (let node = 0; node < this.nodes; node++) {
      if (node === this.neurons_) {
        if (best >= 0) return best;
        least = Math.max(REACH, this.scale * this.scene.radius);
      }
      const [x, y] = this.at(node), distance = Math.hypot(x - left, y - top);
      if (distance < least) [best, least] = [node, distance];
    }
    return best;
  }

  under(event) {
    if (!this.last) return -1;
    return this.find(...onCanvas(this.canvas, event));
  }

  click(event, onChoose) {
    const node = this.moved ? -1 : this.under(event);
    if (node >= 0) onChoose(node);
  }
}

function dotted(path, x, y, size) {
  if (size < 1.8) {
    path.rect(x - size, y - size, 2 * size, 2 * size);
    return;
  }
  path.moveTo(x + size, y);
  path.arc(x, y, size, 0, 2 * Math.PI);
}
