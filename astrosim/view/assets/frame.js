// Frames as `astrosim.view.frame` packs them: facts, and typed arrays by name.
const KINDS = { f4: Float32Array, i4: Int32Array, u1: Uint8Array };

function unpack(view) {
  const length = view.getUint32(0, true);
  const bytes = new Uint8Array(view.buffer, view.byteOffset + 4, length);
  const head = JSON.parse(new TextDecoder().decode(bytes));
  const arrays = {};
  for (const [name, kind, shape, offset] of head.arrays) {
    const size = shape.reduce((a, b) => a * b, 1);
    const start = view.byteOffset + 4 + length + offset;
    const copy = view.buffer.slice(start, start + size * KINDS[kind].BYTES_PER_ELEMENT);
    arrays[name] = new KINDS[kind](copy);
    arrays[name].shape = shape;
  }
  return { facts: head.facts, arrays };
}

const LECTURE = 1.5; // times the usual size of all that is drawn, in lecture mode
const enlarged = () => document.documentElement.classList.contains("as-lecture");
const magnified = () => (enlarged() ? LECTURE : 1);

// A canvas that is as sharp as the screen; returns its context and its size: CSS pixels, larger ones in lecture mode.
function sharp(canvas) {
  const ratio = window.devicePixelRatio || 1, scale = magnified();
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio * scale, 0, 0, ratio * scale, 0, 0);
  context.clearRect(0, 0, width / scale, height / scale);
  return { context, width: width / scale, height: height / scale };
}

// Where a pointer is on a canvas, as `sharp` measures it.
function onCanvas(canvas, event) {
  const box = canvas.getBoundingClientRect(), scale = magnified();
  return [(event.clientX - box.left) / scale, (event.clientY - box.top) / scale];
}

// A colour of a map (256 x 3 bytes) for a share from 0 to 1.
function shade(map, share, alpha = 1) {
  const i = 3 * Math.max(0, Math.min(255, Math.round(share * 255) || 0));
  return `rgba(${map[i]},${map[i + 1]},${map[i + 2]},${alpha})`;
}

function short(value) {
  if (!isFinite(value)) return "-";
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e5 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}

const grouped = (number) => Math.round(number).toLocaleString("en-US");

function create(tag, classes, parent, text = "") {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  if (text) element.textContent = text;
  parent.appendChild(element);
  return element;
}
