// A trial as a strip: its phases side by side, windows of patterns within them, up to the present moment.

class FilmStrip {
  constructor(canvas) {
    this.canvas = canvas;
  }

  // Clear, and draw the phases; returns what draws need.
  begin(title, facts) {
    const { context, width, height } = sharp(this.canvas);
    const left = RUN.left, right = width - RUN.right, bottom = height - RUN.bottom;
    const length = facts.strip.reduce((sum, [, , steps]) => sum + steps, 0) || 1;
    const x = (at) => left + ((right - left) * at) / length;
    heading(context, title);
    let at = 0, last = "";
    context.font = SMALL;
    context.textBaseline = "top";
    for (const [phase, number, steps] of facts.strip) {
      context.fillStyle = PHASE_TINTS[phase];
      context.fillRect(x(at), RUN.top, x(at + steps) - x(at), bottom - RUN.top);
      if (number > 0) {
        context.fillStyle = "#ffffff";
        context.fillRect(x(at) - 0.5, RUN.top, 1, bottom - RUN.top);
      }
      if (phase !== last && ["present", "show"].includes(phase)) {
        context.fillStyle = TEXT;
        context.textAlign = "left";
        context.fillText(phase === "present" ? "before" : "after", x(at) + 2, bottom + 3);
      }
      [at, last] = [at + steps, phase];
    }
    return { context, left, right, bottom, x };
  }

  now({ context, x, bottom }, facts) {
    context.strokeStyle = INK;
    context.lineWidth = 1.2;
    context.beginPath();
    context.moveTo(x(facts.at), RUN.top);
    context.lineTo(x(facts.at), bottom);
    context.stroke();
  }
}

class FilmRaster extends FilmStrip {
  draw(arrays, facts, tint) {
    const neurons = arrays.population.length;
    const place = this.begin(`Spikes of all ${grouped(neurons)} neurons, window by window`, facts), { context, bottom, x } = place;
    const { film_at: at, film_neuron: neuron, population } = arrays, paths = {}, step = (bottom - RUN.top) / neurons;
    const tall = Math.max(1.6, Math.min(8, step));
    for (let i = 0; i < at.length; i++) {
      if (at[i] > facts.at) continue;
      const key = tint(population[neuron[i]]);
      (paths[key] = paths[key] || new Path2D()).rect(x(at[i]) - 0.7, RUN.top + step * (neuron[i] + 0.5) - tall / 2, 1.4, tall);
    }
    for (const [colour, path] of Object.entries(paths)) {
      context.fillStyle = colour;
      context.fill(path);
    }
    this.now(place, facts);
  }
}

class FilmMembrane extends FilmStrip {
  draw(arrays, facts, label) {
    const place = this.begin(`Membrane potential, neuron ${label}`, facts), { context, bottom, x, right } = place;
    const value = arrays.film_membrane, threshold = arrays.high[facts.neuron];
    let low = arrays.low[facts.neuron] - 5, high = threshold + 3;
    for (const one of value) if (one < low) low = one;
    const y = (one) => bottom - ((bottom - RUN.top) * (one - low)) / (high - low);
    RunningCurves.prototype.ticks.call(null, context, [low, high], y, "mV");
    RunningCurves.prototype.level.call(null, context, y(threshold), right, "threshold");
    context.beginPath();
    let drawing = false;
    for (let i = 0; i <= Math.min(facts.at, value.length - 1); i++) {
      if (isFinite(value[i])) context[drawing ? "lineTo" : "moveTo"](x(i), y(Math.min(value[i], high)));
      drawing = isFinite(value[i]);
    }
    context.strokeStyle = "#0072B2";
    context.lineWidth = 1.3;
    context.stroke();
    const own = [];
    for (let i = 0; i < arrays.film_at.length; i++)
      if (arrays.film_neuron[i] === facts.neuron && arrays.film_at[i] <= facts.at) own.push(arrays.film_at[i]);
    RunningCurves.prototype.spikes.call(null, context, own, x);
    this.now(place, facts);
  }
}

// The two rewards that are compared, pattern by pattern; those after only once they are known.
class RewardBars {
  constructor(canvas) {
    this.canvas = canvas;
  }

  draw(arrays, facts) {
    const { context, width, height } = sharp(this.canvas), { rewards } = arrays, count = rewards.shape[1];
    const means = facts.compared ? `: mean ${facts.compared[0].toFixed(3)} -> ${facts.compared[1].toFixed(3)}` : "";
    heading(context, `Rewards before and after${means}`);
    if (!count) return;
    const shown = facts.strip.filter(([phase]) => phase === "show").length;
    const known = facts.phase === "show" ? facts.window[0] : ["decide", "live", ""].includes(facts.phase) ? shown : 0;
    const ready = new Set(facts.order.slice(0, known));
    const values = Array.from(rewards).filter(isFinite);
    const low = Math.min(0, ...values), high = Math.max(0, ...values);
    const top = RUN.top, bottom = height - RUN.bottom, step = (width - RUN.left - RUN.right) / count;
    const y = (value) => bottom - ((bottom - top) * (value - low)) / (high - low || 1);
    const bar = (k, side, value, colour) => {
      context.fillStyle = colour;
      context.fillRect(RUN.left + step * (k + 0.12 + 0.4 * side), Math.min(y(0), y(value)), 0.36 * step, Math.max(1, Math.abs(y(value) - y(0))));
    };
    context.font = SMALL;
    context.textBaseline = "top";
    for (let k = 0; k < count; k++) {
      bar(k, 0, rewards[k], "#b8b8b8");
      const after = rewards[count + k];
      if (isFinite(after) && ready.has(facts.patterns[k])) bar(k, 1, after, facts.decision === null ? PENDING : VERDICT[facts.decision]);
      context.fillStyle = facts.patterns[k] === facts.pattern ? INK : TEXT;
      context.textAlign = "center";
      context.fillText(String(facts.patterns[k] + 1), RUN.left + step * (k + 0.5), bottom + 3);
    }
    RunningCurves.prototype.ticks.call(null, context, [low, high], y, "");
  }
}
