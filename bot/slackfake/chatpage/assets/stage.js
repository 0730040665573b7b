// What stands around the chat: the stage's buttons, the banner, the guided tour.

import { h, icon, only, sync } from "./dom.js";
import { post } from "./api.js";
import { toast } from "./toast.js";

export function showStage(box, controls) {
  box.hidden = controls.length === 0;
  sync(box, controls, {
    key: (c) => c.id,
    sig: (c) => JSON.stringify(c),
    build: (c) => h("button", { class: "btn btn-stage" + (c.kind ? " btn-" + c.kind : ""), type: "button", title: c.hint || null, "aria-pressed": c.on === undefined ? null : String(c.on), data: { focus: c.id }, onclick: (ev) => run(ev.currentTarget, c) }, c.label),
  });
}

async function run(button, control) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const out = await post("control", { id: control.id });
  button.removeAttribute("aria-busy");
  if (out.error) toast(out.error, { kind: "bad", key: "stage" });
  else if (out.message) toast(out.message, { kind: "good", key: "stage" });
}

let until = 0, ticking = 0;

// showDown shows the banner while Slack is down, counting down if the end is known.
export function showDown(banner, down, again) {
  clearInterval(ticking);
  if (!down.on) {
    banner.hidden = true;
    return;
  }
  until = down.left ? performance.now() + down.left : 0;
  const count = h("strong", { class: "count", "aria-hidden": "true" });
  only(banner, h("span", { class: "banner-dot", "aria-hidden": "true" }), h("span", null, h("strong", null, "Slack is down."), " Nothing gets in or out of this chat."), count);
  const tick = () => {
    const left = Math.ceil((until - performance.now()) / 1000);
    count.textContent = until ? `Back in ${Math.max(left, 0)} s` : "";
    if (until && left <= 0) {
      clearInterval(ticking);
      again();
    }
  };
  tick();
  banner.hidden = false;
  if (until) ticking = setInterval(tick, 250);
}

// showTour shows the steps; the first open one explains itself.
export function showTour(box, { steps, links, farewell }) {
  box.hidden = steps.length === 0;
  if (!steps.length) return;
  const done = steps.filter((s) => s.done).length;
  const next = steps.find((s) => !s.done);
  const sig = JSON.stringify([steps, links]);
  if (box.dataset.sig === sig) return;
  box.dataset.sig = sig;
  const open = box.dataset.open !== "false";
  const list = h("ol", { class: "steps", id: "steps", hidden: !open }, steps.map((s) => h("li", { class: "step" + (s.done ? " step-done" : s === next ? " step-next" : ""), "aria-current": s === next ? "step" : null },
    h("span", { class: "step-mark" }, s.done ? icon("check", "done") : null),
    h("span", null, h("span", { class: "step-title" }, s.title), s === next && s.hint && h("span", { class: "hint" }, s.hint)))));
  const toggle = h("button", { class: "tour-head", type: "button", "aria-expanded": String(open), "aria-controls": "steps", onclick: () => {
    const now = list.hidden;
    list.hidden = !now;
    box.dataset.open = String(now);
    toggle.setAttribute("aria-expanded", String(now));
  } }, h("span", { class: "tour-title" }, next ? "First steps" : "All done"), h("span", { class: "tour-count" }, `${done} of ${steps.length}`), icon("down"));
  only(box, toggle,
    h("div", { class: "progress", role: "progressbar", "aria-label": "Steps done", "aria-valuemin": 0, "aria-valuemax": steps.length, "aria-valuenow": done }, steps.map((s) => h("span", { class: s.done ? "on" : "" }))),
    list,
    !next && farewell && h("p", { class: "hint farewell" }, farewell),
    links.length > 0 && h("p", { class: "tour-links" }, links.map((l) => h("a", { href: l.url, target: "_blank", rel: "noopener" }, l.label))));
}
