// Running plots against biological time: the right edge is the present moment, the left one a window before it.
const RUN = { left: 46, right: 10, top: 20, bottom: 15 }; // pixels

function timeWords(ms) {
  const size = Math.abs(ms);
  if (size >= 10000) return `${(ms / 1000).toLocaleString("en-US", { maximumFractionDigits: 2 })} s`;
  return `${Number(ms.toFixed(size < 100 ? 2 : 1)).toLocaleString("en-US")} ms`;
}

class Running {
  constructor(canvas) {
    this.canvas = canvas;
  }

  // Clear, and write title and ends of the time; returns what draws need.
  begin(title, facts) {
    const { context, width, height } = sharp(this.canvas);
    const right = width - RUN.right, bottom = height - RUN.bottom;
    const x = (time) => right + ((right - RUN.left) * time) / facts.window_ms;
    context.font = "600 11.5px system-ui, sans-serif";
    context.fillStyle = INK;
    context.textAlign = "left";
    context.textBaseline = "top";
    context.fillText(title, 2, 3);
    context.font = SMALL;
    context.fillStyle = TEXT;
    context.fillText(`-${timeWords(facts.window_ms)}`, RUN.left, bottom + 3);
    context.textAlign = "right";
    context.fillText("now", right, bottom + 3);
    context.strokeStyle = GRID;
    context.lineWidth = 1;
    context.strokeRect(RUN.left + 0.5, RUN.top + 0.5, right - RUN.left - 1, bottom - RUN.top - 1);
    return { context, width, height, right, bottom, x };
  }

  clip({ context, right, bottom }) {
    context.save();
    context.beginPath();
    context.rect(RUN.left, RUN.top, right - RUN.left, bottom - RUN.top);
    context.clip();
  }
}

class RunningCurves extends Running {
  // panel: as of `Chosen.panels`
  draw(panel, arrays, facts) {
    const place = this.begin(panel.title, facts), { context, bottom, right, x } = place;
    if (this.title !== panel.title) [this.low, this.high, this.title] = [Infinity, -Infinity, panel.title];
    const curves = panel.lines.map((line) => ({ ...line, time: arrays[`time_${line.array}`], value: arrays[`trace_${line.array}`] }));
    this.widen(curves, panel.levels);
    const [low, high] = this.room(), y = (value) => bottom - ((bottom - RUN.top) * (value - low)) / (high - low);
    this.ticks(context, [low, high], y, panel.unit);
    this.clip(place);
    for (const [value, text] of panel.levels) this.level(context, y(value), right, text);
    for (const curve of curves) this.curve(context, curve, x, y);
    if (panel.marks) this.spikes(context, arrays[panel.marks], x);
    context.restore();
    this.names(context, curves, right);
  }

  widen(curves, levels) {
    const seen = (value) => {
      if (value < this.low) this.low = value;
      if (value > this.high) this.high = value;
    };
    for (const { value } of curves) value.forEach(seen);
    for (const [value] of levels) seen(value);
  }

  room() {
    if (!(this.low <= this.high)) return [0, 1];
    const room = 0.06 * (this.high - this.low) || 0.05 * Math.abs(this.high) || 1;
    return [this.low >= 0 ? Math.max(0, this.low - room) : this.low - room, this.high + room];
  }

  ticks(context, values, y, unit) {
    context.font = SMALL;
    context.fillStyle = TEXT;
    context.textAlign = "right";
    values.forEach((value, end) => {
      context.textBaseline = end ? "top" : "bottom";
      context.fillText(short(value), RUN.left - 5, y(value));
    });
    context.textBaseline = "middle";
    context.fillText(unit, RUN.left - 5, (y(values[0]) + y(values[1])) / 2);
  }

  level(context, y, right, text) {
    context.strokeStyle = context.fillStyle = "#999999";
    context.setLineDash([4, 3]);
    context.beginPath();
    context.moveTo(RUN.left, y);
    context.lineTo(right, y);
    context.stroke();
    context.setLineDash([]);
    context.textAlign = "left";
    context.textBaseline = y - RUN.top < 14 ? "top" : "bottom";
    context.fillText(text, RUN.left + 4, y + (y - RUN.top < 14 ? 2 : -1));
  }

  curve(context, { time, value, colour }, x, y) {
    context.beginPath();
    for (let i = 0; i < value.length; i++) context[i ? "lineTo" : "moveTo"](x(time[i]), y(value[i]));
    context.strokeStyle = colour;
    context.lineWidth = 1.4;
    context.lineJoin = "round";
    context.stroke();
  }

  spikes(context, times, x) {
    context.strokeStyle = FLASH;
    context.lineWidth = 1.6;
    context.beginPath();
    for (const time of times) {
      context.moveTo(x(time), RUN.top + 1);
      context.lineTo(x(time), RUN.top + 9);
    }
    context.stroke();
  }

  names(context, curves, right) {
    context.textAlign = "right";
    context.textBaseline = "top";
    for (const { name, colour } of [...curves].reverse()) {
      if (!name) continue;
      context.fillStyle = colour;
      context.fillText(name, right, 4);
      right -= context.measureText(name).width + 10;
    }
  }
}

class Raster extends Running {
  // tint: colour by neuron
  draw(arrays, facts, scene, tint) {
    const [rows, every] = scene.raster;
    const words = rows < every ? `${grouped(rows)} of ${grouped(every)} neurons` : `${grouped(rows)} neuron${rows === 1 ? "" : "s"}`;
    const place = this.begin(`Spikes, ${words}`, facts), { context, bottom, x } = place;
    const step = (bottom - RUN.top) / rows, tall = Math.max(2, Math.min(14, 0.8 * step));
    const { raster_row: row, raster_time: time, raster_node: node } = arrays, paths = {};
    for (let i = 0; i < row.length; i++) {
      const path = (paths[tint(node[row[i]])] = paths[tint(node[row[i]])] || new Path2D());
      path.rect(x(time[i]) - 0.8, RUN.top + step * (row[i] + 0.5) - tall / 2, 1.6, tall);
    }
    this.clip(place);
    for (const [colour, path] of Object.entries(paths)) {
      context.fillStyle = colour;
      context.fill(path);
    }
    context.restore();
  }
}

// Calcium of all astrocytes over time, a row each.
class RunningMap extends Running {
  draw(arrays, facts, scene, [low, high]) {
    const [rows, every] = scene.mapped, words = rows < every ? `${grouped(rows)} of ${grouped(every)}` : grouped(rows);
    const place = this.begin(`Calcium, ${words} astrocytes, one row each`, facts), { context, bottom, right, x } = place;
    const samples = arrays.map.shape[0];
    if (!samples) return;
    const image = new ImageData(samples, rows), { map, sequential } = arrays;
    for (let s = 0; s < samples; s++) {
      for (let r = 0; r < rows; r++) {
        const share = Math.max(0, Math.min(1, (map[s * rows + r] - low) / (high - low)));
        const from = 3 * Math.round(255 * share), to = 4 * (r * samples + s);
        for (let k = 0; k < 3; k++) image.data[to + k] = sequential[from + k];
        image.data[to + 3] = 255;
      }
    }
    this.sheet = this.sheet || document.createElement("canvas");
    this.sheet.width = samples;
    this.sheet.height = rows;
    this.sheet.getContext("2d").putImageData(image, 0, 0);
    this.clip(place);
    context.imageSmoothingEnabled = false;
    const left = x(-samples * facts.sample_ms);
    context.drawImage(this.sheet, left, RUN.top, right - left, bottom - RUN.top);
    context.restore();
  }
}
