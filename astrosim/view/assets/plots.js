// Live curves against trials: reward and accuracy of the frozen probe, accept rate, thresholds.
const AXIS = { left: 42, right: 8, top: 34, bottom: 16 }; // pixels
const GRID = "#ececec", TEXT = "#666666", SMALL = "10.5px system-ui, sans-serif";

class Plot {
  constructor(canvas, title, range) {
    this.canvas = canvas;
    this.title = title;
    this.range = range;
  }

  // lines: [{values, colour, width, name}]; last: the largest trial; marks: [{trial, colour, text, dashed}]
  draw(trials, lines, last, marks) {
    const { context, width, height } = sharp(this.canvas);
    if (!width) return;
    const [low, high] = this.range || spread(lines);
    const right = width - AXIS.right, bottom = height - AXIS.bottom;
    const x = (trial) => AXIS.left + ((right - AXIS.left) * trial) / Math.max(last, 1);
    const y = (value) => bottom - ((bottom - AXIS.top) * (value - low)) / (high - low || 1);
    this.frame(context, width, x, y, [low, (low + high) / 2, high], last);
    let free = -Infinity; // where the last mark's text ends
    for (const m of marks) free = this.mark(context, x(m.trial), bottom, free, m);
    context.save();
    context.beginPath();
    context.rect(AXIS.left, AXIS.top - 2, right - AXIS.left + 2, bottom - AXIS.top + 4);
    context.clip();
    for (const line of lines) curve(context, trials, line, x, y);
    context.restore();
    this.legend(context, width, lines);
  }

  frame(context, width, x, y, ticks, last) {
    context.font = SMALL;
    context.fillStyle = TEXT;
    context.strokeStyle = GRID;
    context.lineWidth = 1;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const tick of ticks) {
      context.fillText(short(tick), AXIS.left - 5, y(tick));
      context.beginPath();
      context.moveTo(AXIS.left, Math.round(y(tick)) + 0.5);
      context.lineTo(width - AXIS.right, Math.round(y(tick)) + 0.5);
      context.stroke();
    }
    context.textBaseline = "top";
    context.textAlign = "left";
    context.fillText("0", AXIS.left, y(ticks[0]) + 4);
    context.textAlign = "right";
    context.fillText(`${this.unit || "trial"} ${grouped(last)}`, width - AXIS.right, y(ticks[0]) + 4);
    context.textAlign = "left";
    context.font = "600 11.5px system-ui, sans-serif";
    context.fillStyle = INK;
    context.fillText(this.title, 2, 3);
  }

  legend(context, width, lines) {
    context.font = SMALL;
    context.textBaseline = "top";
    context.textAlign = "right";
    const named = lines.filter((line) => line.name), room = width - AXIS.right;
    const length = named.reduce((sum, line) => sum + context.measureText(line.name).width, 0);
    const gap = Math.max(3, Math.min(12, (room - length) / Math.max(named.length - 1, 1)));
    let right = room;
    for (const line of [...named].reverse()) {
      context.fillStyle = line.colour;
      context.fillText(line.name, right, 18);
      right -= context.measureText(line.name).width + gap;
    }
  }

  // Returns where the text of the marks so far ends; a text that would cover another is left out.
  mark(context, x, bottom, free, { colour, text, dashed }) {
    context.strokeStyle = colour;
    context.lineWidth = dashed ? 1 : 1.5;
    context.setLineDash(dashed ? [3, 3] : []);
    context.beginPath();
    context.moveTo(x, AXIS.top);
    context.lineTo(x, bottom);
    context.stroke();
    context.setLineDash([]);
    context.font = SMALL;
    const length = context.measureText(text || "").width;
    const left = x + 3 + length > this.canvas.clientWidth / magnified() - AXIS.right ? x - 3 - length : x + 3;
    if (!text || left < free) return free;
    context.fillStyle = colour;
    context.textAlign = "left";
    context.textBaseline = "bottom";
    context.fillText(text, left, bottom - 2);
    return left + length + 4;
  }
}

function spread(lines) {
  let low = Infinity, high = -Infinity;
  for (const { values } of lines) {
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (!isFinite(low)) return [0, 1];
  const room = Math.max(0.05 * (high - low), 0.01);
  return [low < 0 ? low - room : Math.max(0, low - room), high + room];
}

function curve(context, trials, { values, colour, width }, x, y) {
  context.beginPath();
  let drawing = false;
  for (let i = 0; i < trials.length; i++) {
    if (!isFinite(values[i])) {
      drawing = false;
      continue;
    }
    context[drawing ? "lineTo" : "moveTo"](x(trials[i]), y(values[i]));
    if (trials.length === 1) context.arc(x(trials[i]), y(values[i]), 2, 0, 2 * Math.PI);
    drawing = true;
  }
  context.strokeStyle = colour;
  context.lineWidth = width || 1.4;
  context.lineJoin = "round";
  context.stroke();
}
