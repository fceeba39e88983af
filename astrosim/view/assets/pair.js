// Two replicates beside each other, in step: two stages fed by one frame.
class PairStage extends Base {
  constructor(model, root) {
    super(model, root, "as-pair");
    this.halves = create("div", "as-halves", this.root);
    this.stages = [];
  }

  open() {
    for (const stage of this.stages) stage.watch.disconnect();
    this.halves.replaceChildren();
    this.stages = this.scene.scenes.map((scene, side) => {
      const half = create("div", "as-half", this.halves);
      create("div", "as-condition-name", half, this.scene.names[side]);
      const speaker = { get: (name) => this.model.get(name), send: (content) => this.model.send({ ...content, side }) };
      const stage = new KINDS_OF_STAGES[scene.kind || "network"](speaker, half);
      stage.take({ facts: { scene }, arrays: this.part(this.arrays, side) });
      return stage;
    });
  }

  // Arrays of one side, and those that both share.
  part(arrays, side) {
    const own = {};
    for (const [name, array] of Object.entries(arrays)) {
      if (name.startsWith(`${side}/`)) own[name.slice(2)] = array;
      else if (!/^[01]\//.test(name)) own[name] = array;
    }
    return own;
  }

  take(frame) {
    if (!super.take(frame)) return false;
    const { looks, ...common } = frame.facts;
    this.stages.forEach((stage, side) => {
      const chosen = common.chosen !== null && common.chosen < looks[side].astrocytes ? common.chosen : null;
      stage.take({ facts: { ...looks[side], ...common, trial: looks[side].trial, chosen }, arrays: this.part(frame.arrays, side) });
    });
    return true;
  }

  draw() {
    for (const stage of this.stages) stage.draw();
  }

  show() {
    for (const stage of this.stages) stage.show();
    super.show();
  }

  note_state() {
    const { facts, stages } = this, own = (side, name) => stages[side].root.dataset[name];
    Object.assign(this.root.dataset, { frames: this.frames, trial: facts.trial, playing: facts.playing, phase: own(0, "phase") || "" });
    Object.assign(this.root.dataset, { left: own(0, "trial"), right: own(1, "trial"), names: this.scene.names.join(" | ") });
  }
}
