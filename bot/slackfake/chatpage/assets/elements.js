// Interactive elements that act at once: buttons, menus, selects in messages.

import { h, icon } from "./dom.js";
import { textObject } from "./blocks.js";
import { choices, nativeInput } from "./inputs.js";
import { confirmDialog } from "./dialog.js";

const nameOf = (e) => (e.text && e.text.text) || (e.placeholder && e.placeholder.text) || e.action_id || e.type;

// act asks first if the element wants that, then presses.
async function act(e, ctx, value, el) {
  if (e.confirm && !(await confirmDialog(e.confirm))) return;
  el.setAttribute("aria-busy", "true");
  try {
    await ctx.press(e.action_id, value || "", e);
  } finally {
    el.removeAttribute("aria-busy");
  }
}

export function element(e, block, ctx) {
  switch (e.type) {
    case "button": return button(e, ctx);
    case "icon_button": return button(e, ctx);
    case "overflow": return overflow(e, ctx);
    case "radio_buttons":
    case "checkboxes": return group(e, ctx);
    case "feedback_buttons": return h("span", { class: "b-actions" }, button({ ...e, ...e.positive_button, type: "button" }, ctx), button({ ...e, ...e.negative_button, type: "button" }, ctx));
  }
  return select(e, ctx);
}

function button(e, ctx) {
  const style = e.style ? " btn-" + e.style : "";
  const label = e.accessibility_label || null;
  const focus = { focus: e.action_id || nameOf(e) };
  if (e.url) {
    return h("a", {
      class: "btn" + style, href: e.url, target: "_blank", rel: "noopener noreferrer nofollow", "aria-label": label, data: focus,
      onclick: () => { if (e.action_id) ctx.press(e.action_id, "", e); },
    }, textObject(e.text), icon("away"));
  }
  return h("button", {
    class: "btn" + style, type: "button", "aria-label": label, data: focus,
    onclick: (ev) => { if (ev.currentTarget.getAttribute("aria-busy") !== "true") act(e, ctx, "", ev.currentTarget); },
  }, textObject(e.text));
}

let menus = 0;

function overflow(e, ctx) {
  const id = "menu-" + ++menus;
  const menu = h("div", { class: "menu", id, popover: "auto", role: "menu" }, e.options.map((o) => h("button", {
    class: "menu-item", type: "button", role: "menuitem",
    onclick: (ev) => {
      menu.hidePopover();
      if (o.url) window.open(o.url, "_blank", "noopener,noreferrer");
      act(e, ctx, o.value, ev.currentTarget);
    },
  }, textObject(o.text), o.description && h("span", { class: "hint" }, textObject(o.description)))));
  const opener = h("button", { class: "btn btn-icon", type: "button", popovertarget: id, "aria-label": "More actions", "aria-haspopup": "menu", data: { focus: e.action_id } }, icon("dots"));
  menu.addEventListener("toggle", (ev) => {
    if (ev.newState !== "open") return;
    place(menu, opener);
    menu.querySelector("button").focus();
  });
  return h("span", { class: "menu-holder" }, opener, menu);
}

// place puts an open popover beside its opener.
export function place(menu, opener) {
  const at = opener.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const top = at.bottom + 4 + size.height > innerHeight ? at.top - size.height - 4 : at.bottom + 4;
  menu.style.top = Math.max(8, top) + "px";
  menu.style.left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8)) + "px";
}

function group(e, ctx) {
  const field = nativeInput(e, { label: nameOf(e) });
  field.el.addEventListener("change", () => act(e, ctx, field.value(), field.el));
  return field.el;
}

function select(e, ctx) {
  if (e.type.startsWith("multi_")) return group(e, ctx);
  const field = nativeInput(e, { label: nameOf(e), options: choices(e) });
  field.el.dataset.focus = e.action_id;
  field.el.addEventListener("change", () => { if (field.value()) act(e, ctx, field.value(), field.el); });
  return field.el;
}
