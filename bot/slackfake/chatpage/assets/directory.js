// Who and what there is, to name people, channels and groups in texts.

import { h } from "./dom.js";

let people = new Map(), convs = new Map(), groups = new Map(), me = "", bot = "";

export function setDirectory(state) {
  people = new Map(state.people.map((p) => [p.id, p]));
  convs = new Map(state.convs.map((c) => [c.id, c]));
  groups = new Map(state.groups.map((g) => [g.id, g]));
  me = state.me;
  bot = state.bot;
}

export const person = (id) => people.get(id) || { id, name: id === "USLACKBOT" ? "slackbot" : id, real: id === "USLACKBOT" ? "Slackbot" : id, bot: id === "USLACKBOT" };
export const isBot = (id) => id === bot;
export const realPeople = () => [...people.values()].filter((p) => !p.bot && !p.gone);
export const channels = () => [...convs.values()].filter((c) => c.kind !== "im");
export const allGroups = () => [...groups.values()];

export function mention(id, fallback) {
  const name = people.has(id) ? person(id).name : fallback || id;
  return h("span", { class: "mention" + (id === me ? " mention-me" : ""), title: people.has(id) ? person(id).real : null }, "@" + name);
}

export function channelLink(id, fallback) {
  const c = convs.get(id);
  const label = "#" + ((c && c.name) || fallback || id);
  if (!c) return h("span", { class: "mention" }, label);
  return h("a", { class: "mention", href: "#" + id, data: { open: id } }, label);
}

export function groupMention(id, fallback) {
  const g = groups.get(id);
  return h("span", { class: "mention" }, "@" + (g ? g.handle : (fallback || id).replace(/^@/, "")));
}

export const broadcast = (range) => h("span", { class: "mention mention-me" }, "@" + range);

// avatar is a round tile with initials; the same person always has the same colour.
export function avatar(id, size) {
  const p = person(id);
  if (isBot(id)) return h("span", { class: `avatar avatar-bot ${size || ""}`, "aria-hidden": "true" }, waves());
  const initials = p.real.split(/\s+/).map((w) => w[0] || "").join("").slice(0, 2).toUpperCase();
  const hue = [...p.id].reduce((n, c) => n + c.codePointAt(0), 0) % 6;
  return h("span", { class: `avatar hue-${hue} ${size || ""}`, "aria-hidden": "true" }, initials);
}

// waves is the mark of the product.
export function waves() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 32 32");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", "M5 19c2.2 0 2.2-2.2 4.4-2.2S11.6 19 13.8 19s2.2-2.2 4.4-2.2 2.2 2.2 4.4 2.2 2.2-2.2 4.4-2.2");
  const lamp = document.createElementNS(svg.namespaceURI, "circle");
  lamp.setAttribute("cx", "16");
  lamp.setAttribute("cy", "10");
  lamp.setAttribute("r", "3");
  svg.append(path, lamp);
  return svg;
}
