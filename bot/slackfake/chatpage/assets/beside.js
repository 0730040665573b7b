// A channel beside the direct messages, so that both sides of an incident are in sight.

import { h, icon, only } from "./dom.js";
import { showMessages } from "./messages.js";
import { Tail } from "./tail.js";

const box = document.getElementById("beside");
const roomy = matchMedia("(min-width: 1200px)");
let closed = false, tail = null;

// wanted tells whether a channel is to stand beside: "yes", or "".
export const wanted = () => (roomy.matches && !closed ? "yes" : "");

// canOpen tells whether the person has closed it, and could have it back.
export const canOpen = (state) => closed && roomy.matches && Boolean(state.stage.beside) && state.open.kind === "im";

export function setClosed(now) { closed = now; }

export const onRoom = (f) => roomy.addEventListener("change", f);

// showBeside shows the channel; moved says that another person looks at it.
export function showBeside(state, { actions, moved, open, close }) {
  const c = state.thread ? null : state.beside;
  box.hidden = !c;
  document.getElementById("shell").classList.toggle("with-beside", Boolean(c));
  if (!c) {
    only(box);
    return;
  }
  let list = box.querySelector(".list");
  if (!list || moved) {
    const log = h("div", { class: "log", tabindex: "0", role: "log", "aria-label": "Messages in #" + c.name }, h("div", { class: "fill" }), list = h("div", { class: "list list-first" }));
    only(box, head(c, open, close), log);
    tail = new Tail(log);
    tail.follow(list);
  } else list.classList.remove("list-first");
  showMessages(list, c.messages, { actions, me: state.me, zone: state.zone });
  box.querySelector(".empty")?.remove();
  if (!c.messages.length) {
    tail.log.append(h("div", { class: "empty" }, h("p", { class: "empty-title" }, "It is quiet in here."), h("p", { class: "hint" }, "Each incident has a card in this channel.")));
  }
  tail.toEnd();
}

function head(c, open, close) {
  return h("div", { class: "pane-head" },
    h("div", { class: "head-line" },
      h("h2", null, h("button", { class: "head-open", type: "button", title: "Open the channel", onclick: () => open(c.id) }, icon("hash"), c.name)),
      h("button", { class: "icon-button head-close", type: "button", "aria-label": "Close the channel beside", onclick: close }, icon("close"))),
    c.topic && h("p", { class: "topic" }, c.topic));
}
