// Lecture mode, pictures and clips: the controls at the head of every page.
class Tools {
  // stage: returns the present stage
  constructor(root, stage) {
    this.stage = stage;
    this.box = create("div", "as-tools", root);
    this.lecture = this.button("lecture", "Lecture", "large type, for a projector (key L; ?lecture in the address)", () => this.enlarge(!enlarged()));
    this.button("picture", "Picture", "save the present frame as a PNG file", () => this.picture());
    this.record = this.button("clip", "Record", "save what is shown from now on as a film, until Stop", () => this.film());
    this.clip = null;
  }

  // The address may ask for lecture mode.
  begin() {
    if (new URLSearchParams(window.location.search).has("lecture")) this.enlarge(true);
  }

  button(name, text, meaning, action) {
    const button = create("button", `as-tool as-tool-${name}`, this.box, text);
    button.type = "button";
    button.title = meaning;
    button.addEventListener("click", action);
    return button;
  }

  enlarge(wanted) {
    document.documentElement.classList.toggle("as-lecture", wanted);
    this.lecture.classList.toggle("as-on", wanted);
    this.lecture.setAttribute("aria-pressed", wanted);
    this.stage().draw();
  }


  name(ending) {
    const { facts } = this.stage(), title = document.title.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "").toLowerCase();
    return `${title}-${facts ? facts.trial : 0}.${ending}`;
  }

  async picture() {
    download(await new Portrait(this.stage().root).picture(), this.name("png"));
  }

  async film() {
    if (!this.clip) {
      this.clip = new Clip(this.stage().root);
      this.record.textContent = "Stop";
      this.record.classList.add("as-on");
      return;
    }
    const clip = this.clip;
    this.clip = null;
    this.record.textContent = "Record";
    this.record.classList.remove("as-on");
    const film = await clip.end();
    download(film, this.name(film.type.includes("mp4") ? "mp4" : "webm"));
  }

  // The stage has drawn a frame.
  drawn() {
    if (this.clip) this.clip.add();
  }
}
