// The phases of a trial, the present one lit; the trial in a sentence, and the rewards that are compared.
const PHASE_TINTS = {
  present: "#eef4fa", sense: "#eaf3ea", activate: "#f7f0dc", perturb: "#fbe6d2", show: "#e7f4ee", decide: "#f3e3ee", live: "#f2f2f2",
  "evaluate before": "#e4eef7", "evaluate after": "#e7f4ee", adapt: "#eeeaf6", record: "#f2f2f2", batch: "#eef4fa", choose: "#f7f0dc",
  evaluate: "#e7f4ee", propagate: "#e4eef7", count: "#e4eef7", feel: "#eaf3ea", trace: "#f7f0dc", flag: "#fbf3d0", judge: "#f3e3ee",
  release: "#e9e3f5", change: "#fbe6d2",
};
const PENDING = "#E69F00", VERDICT = { 1: "#009E73", 0: "#D55E00", "-1": "#999999" };
const MOST_BARS = 24; // patterns whose rewards have bars of their own

class Band {
  // after: the element below which the band stands
  constructor(root, after) {
    this.box = create("div", "as-band", root);
    after.after(this.box);
    this.head = create("div", "as-band-head", this.box);
    this.chips = create("div", "as-phases", this.head);
    const row = create("div", "as-told", this.box);
    this.sentence = create("div", "as-sentence", row);
    this.sentence.setAttribute("aria-live", "polite");
    this.bars = create("canvas", "as-compared", row);
    this.row = row;
    row.style.display = "none";
  }

  // phases: [name, what happens, with which rule]
  begin(phases, measure) {
    this.phases = phases || [];
    this.measure = measure || "reward";
    this.row.style.display = phases ? "" : "none";
    this.chips.replaceChildren();
    for (const [name, sentence, rule] of this.phases) {
      const chip = create("span", `as-phase as-phase-${name.replace(" ", "-")}`, this.chips, name);
      chip.title = `${sentence}\n${rule}`;
      chip.style.background = PHASE_TINTS[name] || "#f2f2f2";
      chip.dataset.name = name;
    }
  }

  draw(facts, rewards) {
    if (!this.phases) return;
    for (const chip of this.chips.children) chip.classList.toggle("as-lit", chip.dataset.name === facts.phase);
    const verdict = facts.verdict ?? null, head = `Trial ${grouped(facts.shown_trial + 1)}: `;
    const tale = facts.sentence ? `${facts.sentence}.`.replace("..", ".") : "";
    this.sentence.textContent = tale ? head + tale : "Play, or step. Next phase goes through a trial slowly (arrow down).";
    this.sentence.style.borderLeftColor = verdict === null ? "#cccccc" : VERDICT[verdict];
    this.compare(facts, rewards, verdict);
  }

  // Grey: before; in the colour of the verdict: after. Pattern by pattern where they are known, else the two means.
  compare({ compared }, rewards, verdict) {
    const { context, width, height } = sharp(this.bars), means = compared || [];
    this.bars.title = `${this.measure}: grey before, coloured after (orange: under test; green: kept; red: reverted)`;
    if (!width || !means.length) return;
    const count = rewards ? rewards.shape[1] : 0, many = count > 1 && count <= MOST_BARS && means.length > 1;
    const pairs = many ? Array.from({ length: count }, (_, k) => [rewards[k], rewards[count + k]]) : [means];
    const values = pairs.flat().filter((one) => one !== null && isFinite(one));
    const low = Math.min(0, ...values), high = Math.max(0, ...values);
    const y = (value) => height - 3 - ((height - 6) * (value - low)) / (high - low || 1);
    const step = Math.min(34, (width - 4) / pairs.length);
    const bar = (place, value, colour) => {
      if (value === null || value === undefined || !isFinite(value)) return;
      context.fillStyle = colour;
      context.fillRect(place, Math.min(y(0), y(value)), 0.36 * step, Math.max(1.5, Math.abs(y(value) - y(0))));
    };
    pairs.forEach(([before, after], k) => {
      bar(2 + step * k + 0.1 * step, before, "#b0b0b0");
      bar(2 + step * k + 0.5 * step, after, verdict === null ? PENDING : VERDICT[verdict]);
    });
  }
}
