// The page as a picture: canvases, text and legends painted onto one sheet; and a clip of such pictures.
const CLIP_FRAMES = 30; // per second, at most
const CLIP_KINDS = ["video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm", "video/mp4"];
const UNSEEN = ".as-tools, .as-hand-row, .as-copy, .as-tip"; // what a picture leaves out
const glyphs = new Map(); // pictures of small drawings, by their text

class Portrait {
  // root: the element that is painted
  constructor(root) {
    this.root = root;
    this.sheet = document.createElement("canvas");
    this.waiting = [];
  }

  paint() {
    const ratio = window.devicePixelRatio || 1, box = this.root.getBoundingClientRect(), { sheet } = this;
    const width = 2 * Math.ceil((box.width * ratio) / 2), height = 2 * Math.ceil((box.height * ratio) / 2);
    if (sheet.width !== width || sheet.height !== height) [sheet.width, sheet.height] = [width, height];
    this.context = sheet.getContext("2d");
    this.context.setTransform(ratio, 0, 0, ratio, -box.left * ratio, -box.top * ratio);
    this.context.fillStyle = "#ffffff";
    this.context.fillRect(box.left, box.top, box.width, box.height);
    this.waiting = [];
    this.element(this.root);
    return sheet;
  }

  element(one) {
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    if (style.display === "none" || style.visibility === "hidden" || one.matches(UNSEEN)) return;
    this.ground(style, box);
    if (one.tagName === "CANVAS") {
      if (one.width && one.height) this.context.drawImage(one, box.left, box.top, box.width, box.height);
      return;
    }
    if (one.tagName.toLowerCase() === "svg") return this.glyph(one, box);
    for (const child of one.childNodes) {
      if (child.nodeType === Node.ELEMENT_NODE) this.element(child);
      else if (child.nodeType === Node.TEXT_NODE && child.data.trim()) this.text(child, style);
    }
  }

  ground(style, box) {
    const { context } = this, stops = style.backgroundImage.match(/rgba?\([^)]*\)/g);
    if (stops && stops.length > 1) {
      const ramp = context.createLinearGradient(box.left, 0, box.right, 0);
      stops.forEach((stop, k) => ramp.addColorStop(k / (stops.length - 1), stop));
      context.fillStyle = ramp;
      context.fillRect(box.left, box.top, box.width, box.height);
    } else if (!/, 0\)$|transparent/.test(style.backgroundColor)) {
      context.fillStyle = style.backgroundColor;
      context.fillRect(box.left, box.top, box.width, box.height);
    }
    const sides = { Left: [0, 0, 0, 1], Right: [1, 0, 1, 1], Top: [0, 0, 1, 0], Bottom: [0, 1, 1, 1] };
    for (const [side, [x0, y0, x1, y1]] of Object.entries(sides)) {
      const width = parseFloat(style[`border${side}Width`]);
      if (!width || style[`border${side}Style`] === "none") continue;
      context.strokeStyle = style[`border${side}Color`];
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(box.left + x0 * box.width, box.top + y0 * box.height);
      context.lineTo(box.left + x1 * box.width, box.top + y1 * box.height);
      context.stroke();
    }
  }

  glyph(one, box) {
    const text = one.outerHTML.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"');
    if (!glyphs.has(text)) {
      const image = new Image();
      image.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
      glyphs.set(text, image);
    }
    const image = glyphs.get(text);
    if (image.complete) this.context.drawImage(image, box.left, box.top, box.width, box.height);
    else this.waiting.push(image.decode().catch(() => null));
  }

  // Word by word, where the page has put them.
  text(node, style) {
    const { context } = this, range = document.createRange();
    context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    context.fillStyle = style.color;
    context.textAlign = "left";
    context.textBaseline = "middle";
    for (const word of node.data.matchAll(/\S+/g)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const box = range.getBoundingClientRect();
      if (box.width) context.fillText(word[0], box.left, box.top + box.height / 2);
    }
  }

  async picture() {
    this.paint();
    await Promise.all(this.waiting);
    return new Promise((done) => this.paint().toBlob(done, "image/png"));
  }
}

class Clip {
  constructor(root) {
    this.portrait = new Portrait(root);
    const sheet = this.portrait.paint();
    this.parts = [];
    this.frames = 0;
    const mimeType = CLIP_KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    this.recorder = new MediaRecorder(sheet.captureStream(CLIP_FRAMES), { mimeType, videoBitsPerSecond: 8e6 });
    this.recorder.ondataavailable = (event) => this.parts.push(event.data);
    this.recorder.start(500);
  }

  add() {
    this.portrait.paint();
    this.frames += 1;
  }

  end() {
    return new Promise((done) => {
      this.recorder.onstop = () => done(new Blob(this.parts, { type: this.recorder.mimeType }));
      this.recorder.stop();
    });
  }
}

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.appendChild(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
