// Keys of every kind of view: space plays and pauses, the arrow to the right takes a step, down the next phase, left and
// up the phase before; L is lecture mode. Where one writes, or moves a slider or a list, keys stay with that.
const TYPED = "input:not([type=checkbox]):not([type=range]), textarea, select, [role=slider], [role=listbox], [role=combobox]";

const SAID = {
  " ": { event: "toggle" },
  ArrowRight: { event: "step" },
  ArrowDown: { event: "stride" },
  ArrowLeft: { event: "back" },
  ArrowUp: { event: "back" },
};

function listenToKeys(say, lecture) {
  const press = (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest(TYPED)) return;
    if (event.key.toLowerCase() === "l" && !event.repeat) lecture();
    const said = SAID[event.key];
    if (!said) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat || event.key.startsWith("Arrow")) say(said);
  };
  const release = (event) => {
    if (event.key === " " && !event.target.closest(TYPED)) event.preventDefault(); // a button with the focus stays as it is
  };
  window.addEventListener("keydown", press, true);
  window.addEventListener("keyup", release, true);
  return () => {
    window.removeEventListener("keydown", press, true);
    window.removeEventListener("keyup", release, true);
  };
}
