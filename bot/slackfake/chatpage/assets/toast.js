// Short notes in the corner.

import { h, icon } from "./dom.js";

// toast shows a note; kind is "", "good" or "bad"; action is {label, run}.
export function toast(text, { kind = "", action = null, key = "" } = {}) {
  const box = document.getElementById("toasts");
  if (key) box.querySelectorAll(`[data-key="${CSS.escape(key)}"]`).forEach((t) => t.remove());
  const gone = () => note.remove();
  const note = h("div", { class: "toast " + (kind && "toast-" + kind), data: { key } },
    h("span", { class: "toast-text" }, text),
    action && h("button", { class: "btn btn-small", type: "button", onclick: () => { gone(); action.run(); } }, action.label),
    h("button", { class: "icon-button", type: "button", "aria-label": "Dismiss", onclick: gone }, icon("close")));
  box.append(note);
  while (box.children.length > 2) box.firstChild.remove();
  let timer = setTimeout(gone, action ? 10000 : 6000);
  note.addEventListener("pointerenter", () => clearTimeout(timer));
  note.addEventListener("pointerleave", () => { timer = setTimeout(gone, 3000); });
}

// forgetToasts takes all notes away: who acts as somebody else reads what they tell of.
export function forgetToasts() {
  document.getElementById("toasts").replaceChildren();
}
