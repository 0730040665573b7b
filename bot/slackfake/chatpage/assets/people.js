// Who acts: the menu in the corner, and the colours.

import { h, icon, only } from "./dom.js";
import { avatar, person, realPeople } from "./directory.js";
import { place } from "./elements.js";
import { badge } from "./sidebar.js";

let menu = null, latest = null;

export function showActor(button, state, switchTo) {
  const me = person(state.me);
  const sig = JSON.stringify([state.me, state.people]);
  if (button.dataset.sig === sig) return;
  button.dataset.sig = sig;
  only(button, avatar(state.me, "small"), h("span", { class: "sr" }, "You act as "), h("span", { class: "actor-name" }, me.real), icon("down"));
  const waiting = realPeople().filter((p) => p.id !== state.me && p.unread > 0).slice(0, 3);
  only(document.getElementById("others"), waiting.map((p) => h("button", { class: "other", type: "button", title: `Act as ${p.real}`, onclick: () => switchTo(p.id) },
    avatar(p.id), h("span", { class: "sr" }, `Act as ${p.real}: `), badge(p.unread))));
  latest = state;
  if (!menu) build(button, switchTo);
}

// rows are made when the menu opens, and stay while it is open: what is about to be
// pressed must not be replaced.
function rows(state, switchTo) {
  return realPeople().map((p) => h("button", {
    class: "menu-item", type: "button", role: "menuitemradio", "aria-checked": String(p.id === state.me),
    onclick: () => { menu.hidePopover(); switchTo(p.id); },
  }, avatar(p.id), h("span", { class: "menu-text" }, h("b", null, p.real), h("span", { class: "hint" }, [p.title, p.zone].filter(Boolean).join(" · "))),
  p.unread > 0 && badge(p.unread),
  p.id === state.me && icon("check")));
}

function build(button, switchTo) {
  menu = h("div", { class: "menu actor-menu", id: "actor-menu", popover: "auto", role: "menu", "aria-label": "Act as" });
  button.after(menu);
  button.setAttribute("popovertarget", "actor-menu");
  menu.addEventListener("beforetoggle", (ev) => {
    if (ev.newState === "open") only(menu, h("p", { class: "menu-title", role: "presentation" }, "Act as"), rows(latest, switchTo));
  });
  menu.addEventListener("toggle", (ev) => {
    button.setAttribute("aria-expanded", String(ev.newState === "open"));
    if (ev.newState !== "open") return;
    place(menu, button);
    (menu.querySelector("[aria-checked=true]") || menu.querySelector("button")).focus();
  });
  menu.addEventListener("keydown", (ev) => {
    const rows = [...menu.querySelectorAll("button")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
    if (!step) return;
    ev.preventDefault();
    rows[(rows.indexOf(document.activeElement) + step + rows.length) % rows.length].focus();
  });
}

const orders = { "": "light", light: "dark", dark: "" };
const names = { "": "as the system", light: "light", dark: "dark" };

// themeButton goes round: the system's colours, light, dark.
export function themeButton(button) {
  const root = document.documentElement;
  const show = () => {
    const now = root.dataset.theme || "";
    only(button, icon({ "": "auto", light: "sun", dark: "moon" }[now]));
    button.setAttribute("aria-label", `Colours: ${names[now]}. Change to ${names[orders[now]]}`);
    button.title = `Colours: ${names[now]}`;
  };
  button.addEventListener("click", () => {
    const next = orders[root.dataset.theme || ""];
    if (next) root.dataset.theme = next;
    else delete root.dataset.theme;
    try {
      if (next) localStorage.setItem("theme", next);
      else localStorage.removeItem("theme");
    } catch { /* no storage: for this page only */ }
    show();
  });
  show();
}
