// The slider of a stored run, and what its replay has compared.
class Scrubber {
  constructor(root, say) {
    this.box = create("div", "as-scrub", root);
    this.slider = create("input", "as-scrub-slider", this.box);
    this.slider.type = "range";
    this.note = create("span", "as-scrub-note", this.box);
    this.slider.addEventListener("input", () => say({ event: "seek", trial: Number(this.slider.value) }));
  }

  // what: of what a record is compared
  show(facts, end, unit, what) {
    this.box.style.display = facts.stored ? "flex" : "none";
    if (!facts.stored) return;
    this.slider.setAttribute("aria-label", unit);
    this.slider.max = end;
    if (document.activeElement !== this.slider || facts.playing) this.slider.value = facts.trial;
    const { compared, records, mismatches } = facts.stored;
    this.note.classList.toggle("as-mismatch", mismatches.length > 0);
    this.note.textContent = mismatches.length
      ? `NOT AS STORED: ${mismatches[0]}`
      : `replayed; ${grouped(compared)} of ${grouped(records)} recorded ${what} compared, all as stored`;
  }
}
