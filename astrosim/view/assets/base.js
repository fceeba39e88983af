// What all stages share: frames come in, facts and legends are written, a tip follows the pointer.
class Base {
  constructor(model, root, classes) {
    this.model = model;
    this.arrays = {};
    this.frames = 0;
    this.facts = null;
    this.root = create("div", `as-stage ${classes}`, root);
    this.status = create("div", "as-status", this.root);
    create("span", "as-waiting", this.status, "Preparing the replicate; the first time ever takes half a minute.");
    this.tip = create("div", "as-tip", this.root);
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.root);
  }

  say(content) {
    this.model.send(content);
  }

  // A frame, unpacked: a scene, or the look of a moment. Returns whether there is something to draw.
  take({ facts, arrays }) {
    if (facts.scene) {
      this.arrays = arrays;
      this.scene = facts.scene;
      this.facts = null;
      this.explained = "";
      this.open();
      return false;
    }
    Object.assign(this.arrays, arrays);
    this.facts = facts;
    this.flicker();
    return true;
  }

  // A new scene has come.
  open() {}

  // A new look has come.
  flicker() {}

  // Draw, and note what tests and style sheets can see of the present state.
  show() {
    this.draw();
    this.frames += 1;
    this.note_state();
  }

  // words: [name, value, meaning]
  write(words) {
    this.status.replaceChildren();
    for (const [name, value, meaning] of words) {
      const item = create("span", `as-fact as-fact-${name.replace(" ", "-")}`, this.status);
      item.title = meaning || "";
      create("span", "as-name", item, name);
      create("span", "as-value", item, String(value));
    }
  }

  key(svg, text, meaning = "") {
    const item = create("span", "as-key", this.legend);
    item.innerHTML = svg;
    item.append(text);
    item.title = meaning;
  }

  bar(from, to, stops, meaning, name = "") {
    const item = create("span", "as-bar", this.legend);
    if (name) create("span", "as-name", item, name);
    create("span", "", item, from);
    create("span", "as-ramp", item).style.background = `linear-gradient(90deg, ${stops.join(",")})`;
    create("span", "", item, to);
    item.title = meaning;
  }

  // Show lines of text beside the pointer; none hides the tip.
  hint(event, lines) {
    this.tip.style.display = lines.length ? "block" : "none";
    if (!lines.length) return;
    this.tip.textContent = lines.join("\n");
    const box = this.root.getBoundingClientRect();
    this.tip.style.left = `${Math.min(event.clientX - box.left + 14, box.width - this.tip.offsetWidth - 4)}px`;
    this.tip.style.top = `${Math.min(event.clientY - box.top + 14, box.height - this.tip.offsetHeight - 4)}px`;
  }
}
