// Interventions by hand: what a click on an agent does, and the scenario lines that say the same.
class Hand {
  // head: where the choice stands; below: where the lines stand
  constructor(stage, head, below) {
    this.stage = stage;
    this.row = create("label", "as-hand-row", head, "A click on an agent");
    this.choice = create("select", "as-hand-choice", this.row);
    this.box = create("div", "as-hand", below);
    this.choice.title = "what a click on an astrocyte or a neuron does from now on";
    this.lines = create("pre", "as-lines", this.box);
    this.lines.title = "the interventions made by hand, as lines of the scenario file: with them it runs as it did here";
    this.copy = create("button", "as-tool as-copy", this.box, "Copy lines");
    this.copy.type = "button";
    this.copy.addEventListener("click", () => this.copied());
    this.begin([]);
  }

  // actions: [name, words, what it is done to]
  begin(actions) {
    this.actions = actions || [];
    this.row.style.display = this.actions.length ? "" : "none";
    this.choice.replaceChildren();
    create("option", "", this.choice, "chooses it").value = "";
    for (const [name, words] of this.actions) create("option", "", this.choice, words).value = name;
    this.show("");
  }

  show(text) {
    if (this.text === text) return;
    this.text = text;
    this.lines.textContent = text;
    this.box.style.display = text ? "" : "none";
  }

  // Whether a click on an agent was taken as an intervention.
  takes(kind, number) {
    const found = this.actions.find(([name, , what]) => name === this.choice.value && what === kind);
    if (found) this.stage.say({ event: "intervene", action: found[0], number });
    return Boolean(this.choice.value);
  }

  // What a click is done to, where it does more than choose: "astrocyte" or "neuron".
  get aim() {
    const found = this.actions.find(([name]) => name === this.choice.value);
    return found ? found[2] : "";
  }

  async copied() {
    const range = document.createRange();
    range.selectNodeContents(this.lines);
    window.getSelection().removeAllRanges();
    window.getSelection().addRange(range);
    if (navigator.clipboard) await navigator.clipboard.writeText(this.text).catch(() => null);
    this.copy.textContent = "Copied";
    setTimeout(() => (this.copy.textContent = "Copy lines"), 1500);
  }
}
