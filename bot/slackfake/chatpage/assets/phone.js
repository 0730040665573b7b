// The phone of whoever acts: what comes to it past Slack. It shows itself when something arrives, until it is put away.

import { h, icon, only } from "./dom.js";
import { clock } from "./time.js";

const kinds = { sms: "SMS", push: "Push message", call: "Call", email: "E-mail" };
const away = new Map(); // how much had arrived when each person's phone was put away

export function showPhone(box, { me, phone }, name) {
  const hidden = phone.count <= (away.get(me) ?? 0);
  const sig = JSON.stringify([me, phone, hidden]);
  if (box.dataset.sig === sig) return;
  const rings = box.dataset.me === me && Number(box.dataset.count) < phone.count;
  Object.assign(box.dataset, { sig, me, count: phone.count });
  box.hidden = hidden;
  box.classList.toggle("phone-rings", rings);
  const close = () => { away.set(me, phone.count); box.hidden = true; };
  only(box,
    h("div", { class: "phone-head" }, icon("phone"), h("h2", null, `${name}’s phone`),
      h("button", { class: "icon-button", type: "button", "aria-label": "Put the phone away", onclick: close }, icon("close"))),
    h("div", { class: "arrivals", role: "log", "aria-label": "What came to the phone", tabindex: "0" }, phone.arrivals.map(arrival)));
}

function arrival(a) {
  return h("div", { class: "arrival arrival-" + a.kind },
    h("p", { class: "arrival-head" }, h("b", null, kinds[a.kind] ?? a.kind), h("span", { class: "hint" }, clock(a.at))),
    a.title && h("p", { class: "arrival-title" }, a.title),
    h("p", { class: "arrival-text" }, linked(a.text)),
    a.link && h("p", null, out(a.link, "Open")));
}

// linked makes the addresses in a text ones that can be opened, as phones do.
function linked(text) {
  return text.split(/(https?:\/\/[^\s]+)/).map((part, n) => (n % 2 ? out(part, part.replace(/^https?:\/\//, "")) : part));
}

const out = (url, words) => h("a", { href: url, target: "_blank", rel: "noopener" }, words);
