// Standard Markdown, as far as bots use it: headings, lists, tasks, tables, quotes, code, rules, emphasis and links.

import { h } from "./dom.js";
import { link } from "./mrkdwn.js";
import { withEmoji } from "./emoji.js";

export function markdown(text) {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const out = [];
  for (let i = 0; i < lines.length;) {
    const took = fence(lines, i, out) || table(lines, i, out) || listOf(lines, i, out) || quote(lines, i, out) || single(lines, i, out) || paragraph(lines, i, out);
    i += took;
  }
  return h("div", { class: "markdown" }, out);
}

function fence(lines, i, out) {
  const open = lines[i].match(/^\s*(`{3,}|~{3,})/);
  if (!open) return 0;
  let end = i + 1;
  while (end < lines.length && !lines[end].trim().startsWith(open[1])) end++;
  out.push(h("pre", { class: "code-block" }, lines.slice(i + 1, end).join("\n")));
  return end - i + 1;
}

const cells = (line) => line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((c) => c.trim().replaceAll("\\|", "|"));

function table(lines, i, out) {
  if (!lines[i].includes("|") || !/^\s*\|?[\s:|-]*-[\s:|-]*$/.test(lines[i + 1] || "")) return 0;
  let end = i + 2;
  while (end < lines.length && lines[end].includes("|")) end++;
  const row = (line, tag) => h("tr", null, cells(line).map((c) => h(tag, tag === "th" ? { scope: "col" } : null, inline(c))));
  out.push(h("div", { class: "table-wrap", tabindex: "0", role: "group", "aria-label": "Table" }, h("table", null,
    h("thead", null, row(lines[i], "th")),
    h("tbody", null, lines.slice(i + 2, end).map((l) => row(l, "td"))))));
  return end - i;
}

const bullet = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;

function listOf(lines, i, out) {
  if (!bullet.test(lines[i])) return 0;
  let end = i;
  while (end < lines.length && (bullet.test(lines[end]) || /^\s{2,}\S/.test(lines[end]))) end++;
  out.push(nest(lines.slice(i, end)));
  return end - i;
}

function nest(lines) {
  const first = lines[0].match(bullet);
  const list = h(/\d/.test(first[2]) ? "ol" : "ul", /\d/.test(first[2]) ? { start: parseInt(first[2], 10) } : null);
  for (let i = 0; i < lines.length;) {
    const m = lines[i].match(bullet);
    let end = i + 1;
    while (end < lines.length && indent(lines[end]) > first[1].length) end++;
    const rest = lines.slice(i + 1, end);
    const at = rest.findIndex((l) => bullet.test(l));
    const more = at < 0 ? rest : rest.slice(0, at);
    const item = h("li", null, task([m ? m[3] : lines[i].trim(), ...more.map((l) => l.trim())].join(" ")));
    if (at >= 0) item.append(nest(rest.slice(at)));
    list.append(item);
    i = end;
  }
  return list;
}

const indent = (line) => line.match(/^\s*/)[0].length;

function task(text) {
  const m = text.match(/^\[([ xX])\]\s+(.*)$/);
  if (!m) return inline(text);
  return [h("span", { class: "task" + (m[1] === " " ? "" : " task-done"), role: "img", "aria-label": m[1] === " " ? "open" : "done" }), inline(m[2])];
}

function quote(lines, i, out) {
  let end = i;
  while (end < lines.length && /^\s*>/.test(lines[end])) end++;
  if (end === i) return 0;
  out.push(h("blockquote", null, markdown(lines.slice(i, end).map((l) => l.replace(/^\s*> ?/, "")).join("\n"))));
  return end - i;
}

function single(lines, i, out) {
  const line = lines[i];
  if (!line.trim()) return 1;
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
    out.push(h("hr"));
    return 1;
  }
  const head = line.match(/^(#{1,6})\s+(.*?)\s*#*$/);
  if (!head) return 0;
  const level = Math.min(head[1].length + 1, 6); // below the page's own heading
  out.push(h("h" + level, { class: "md-h" + head[1].length }, inline(head[2])));
  return 1;
}

function paragraph(lines, i, out) {
  let end = i + 1;
  while (end < lines.length && lines[end].trim() && !/^\s*(#{1,6}\s|>|```|~~~)/.test(lines[end]) && !bullet.test(lines[end])) end++;
  const body = lines.slice(i, end).map((l, n) => [n && /(\s{2}|\\)$/.test(lines[i + n - 1]) ? h("br") : n ? " " : null, inline(l.replace(/(\s{2,}|\\)$/, ""))]);
  out.push(h("p", null, body));
  return end - i;
}

const token = /\\([\\`*_{}[\]()#+\-.!|>~<])|`+([^`]+)`+|\[([^\]]+)\]\((?:<([^>]+)>|([^)\s]+))(?:\s+"[^"]*")?\)|<(https?:[^>\s]+)>|(https?:\/\/[^\s<>)]+[^\s<>).,;:!?])|(\*\*|__)(?=\S)(.+?)(?<=\S)\8|(~~)(.+?)~~|(?<![\p{L}\p{N}*_])([*_])(?=\S)(.+?)(?<=\S)\12(?![\p{L}\p{N}*_])|<!--[\s\S]*?-->/gu;

function inline(text) {
  const out = [];
  let last = 0;
  for (const m of text.matchAll(token)) {
    out.push(plain(text.slice(last, m.index)));
    last = m.index + m[0].length;
    if (m[1]) out.push(m[1]);
    else if (m[2]) out.push(h("code", null, m[2]));
    else if (m[3]) out.push(linked(m[4] || m[5], m[3]));
    else if (m[6] || m[7]) out.push(link(m[6] || m[7]));
    else if (m[9]) out.push(h("strong", null, inline(m[9])));
    else if (m[11]) out.push(h("s", null, inline(m[11])));
    else if (m[13]) out.push(h("em", null, inline(m[13])));
  }
  out.push(plain(text.slice(last)));
  return out;
}

function linked(url, label) {
  const a = link(url, " ");
  return a instanceof Node ? (a.replaceChildren(), inline(label).flat(Infinity).forEach((n) => a.append(n)), a) : inline(label);
}

const plain = (t) => withEmoji(t.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&"));
