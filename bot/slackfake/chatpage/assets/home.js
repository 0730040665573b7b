// The home tab of the app, beside the conversation with it.

import { h, only } from "./dom.js";
import { blocks } from "./blocks.js";

const box = document.getElementById("home");
const rest = ["log", "news-place", "composer"].map((id) => document.getElementById(id));

// tabs are the parts of the app: its home tab and the messages.
export function tabs(home, choose) {
  const tab = (label, on, act) => h("button", { class: "tab", type: "button", "aria-pressed": String(on), data: { focus: "tab-" + label }, onclick: act }, label);
  return h("div", { class: "tabs", role: "group", "aria-label": "Parts of the app" },
    tab("Home", home, () => choose(true)), tab("Messages", !home, () => choose(false)));
}

// showHome shows the tab in the place of the conversation, or the conversation.
export function showHome(on, home, botName, press) {
  box.hidden = !on;
  for (const el of rest) el.hidden = on;
  if (!on) {
    box.dataset.hash = "";
    return;
  }
  const hash = home ? home.hash : "none";
  if (box.dataset.hash === hash) return;
  box.dataset.hash = hash;
  const focused = box.contains(document.activeElement);
  if (!home) only(box, h("p", { class: "hint" }, `${botName} has not drawn this tab yet.`));
  else only(box, h("div", { class: "blocks home-blocks" }, blocks(home.blocks, { press })));
  if (focused) box.focus();
}
