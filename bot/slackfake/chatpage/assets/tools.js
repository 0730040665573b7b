// What can be done with a message: react, answer in a thread, pin it, start a shortcut of the app on it.

import { h, icon } from "./dom.js";
import { emoji, quick } from "./emoji.js";
import { place } from "./elements.js";

let menus = 0;

// menuButton is a button that opens a menu; items are made when it opens.
export function menuButton({ label, name, focus, kind, items, titled }) {
  const id = "tools-" + ++menus;
  const menu = h("div", { class: "menu" + (kind ? " " + kind : ""), id, popover: "auto", role: "menu", "aria-label": label });
  const opener = h("button", { class: "icon-button", type: "button", popovertarget: id, "aria-label": label, title: titled ? label : null, "aria-haspopup": "menu", data: { focus } }, icon(name));
  menu.addEventListener("beforetoggle", (ev) => {
    if (ev.newState === "open") menu.replaceChildren(...items(() => menu.hidePopover()));
  });
  menu.addEventListener("toggle", (ev) => {
    if (ev.newState !== "open") return;
    place(menu, opener);
    menu.querySelector("button").focus();
  });
  menu.addEventListener("keydown", (ev) => {
    const rows = [...menu.querySelectorAll("button")];
    const step = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 }[ev.key];
    if (!step) return;
    ev.preventDefault();
    rows[(rows.indexOf(document.activeElement) + step + rows.length) % rows.length].focus();
  });
  return [opener, menu];
}

// item is a line of a menu.
export function item(close, sign, text, hint, act) {
  return h("button", { class: "menu-item", type: "button", role: "menuitem", onclick: () => { close(); act(); } },
    sign && icon(sign), h("span", { class: "menu-text" }, text, hint && h("span", { class: "hint" }, hint)));
}

const faces = (m, actions, close) => quick.map((name) => h("button", {
  class: "menu-item face", type: "button", role: "menuitem", "aria-label": "React with " + name.replaceAll("_", " "),
  onclick: () => { close(); actions.react(m, name); },
}, emoji(name)));

// tools appear beside a message. Where there is no mouse to hover with, one button has all of them.
export function tools(m, inThread, actions) {
  const more = (close) => [
    h("div", { class: "faces", role: "group", "aria-label": "React" }, faces(m, actions, close)),
    !inThread && item(close, "reply", "Reply in thread", "", () => actions.thread(m)),
    item(close, "pin", m.pinned ? "Unpin" : "Pin to channel", "", () => actions.pin(m)),
    ...actions.shortcuts.filter((s) => s.message).map((s) => item(close, "bolt", s.name, s.hint, () => actions.shortcut(m, s.id))),
  ].filter(Boolean);
  return h("div", { class: "tools" },
    h("span", { class: "tools-hover" }, menuButton({ label: "React", name: "smile", focus: "react", kind: "picker", items: (close) => faces(m, actions, close) }),
      !inThread && h("button", { class: "icon-button", type: "button", "aria-label": "Reply in a thread", data: { focus: "thread" }, onclick: () => actions.thread(m) }, icon("reply"))),
    menuButton({ label: "More actions with this message", name: "dots", focus: "more", items: more }));
}
