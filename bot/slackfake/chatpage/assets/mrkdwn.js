// Slack's own markup: *bold*, _italic_, ~strike~, `code`, ```blocks```, > quotes, <links> and mentions.

import { h } from "./dom.js";
import { mention, channelLink, groupMention, broadcast } from "./directory.js";
import { emoji } from "./emoji.js";
import { dateText, full } from "./time.js";

const unescape = (t) => t.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

// mrkdwn turns a text into nodes.
export function mrkdwn(text) {
  const parts = text.split(/```\n?([\s\S]*?)```/);
  return parts.map((part, i) => (i % 2 ? h("pre", { class: "code-block" }, codeNodes(part)) : paragraphs(part)));
}

function paragraphs(text) {
  const out = [];
  let quote = [];
  const close = () => {
    if (quote.length) out.push(h("blockquote", null, quote.map((l, i) => [i ? h("br") : null, inline(l)])));
    quote = [];
  };
  let fresh = true;
  for (const line of text.split("\n")) {
    const quoted = line.match(/^(?:&gt;|>) ?(.*)$/);
    if (quoted) {
      quote.push(quoted[1]);
      fresh = true;
      continue;
    }
    close();
    if (!fresh) out.push(h("br"));
    out.push(inline(line));
    fresh = false;
  }
  close();
  return out;
}

const token = /<([^<>]+)>|`([^`\n]+)`|:([a-z0-9_+-]+):|(^|[\s([{"'.,;:!?~_*-])([*_~])(?=\S)(.+?)(?<=\S)\5(?![\p{L}\p{N}])/gu;
const styles = { "*": "strong", _: "em", "~": "s" };

function inline(text) {
  const out = [];
  let last = 0;
  for (const m of text.matchAll(token)) {
    if (m.index < last) continue;
    out.push(unescape(text.slice(last, m.index)));
    last = m.index + m[0].length;
    if (m[1]) out.push(entity(m[1]));
    else if (m[2]) out.push(h("code", null, codeNodes(m[2])));
    else if (m[3]) out.push(emoji(m[3]));
    else out.push(m[4], h(styles[m[5]], null, inline(m[6])));
  }
  out.push(unescape(text.slice(last)));
  return out;
}

// codeNodes is code: nothing is formatted in it, but links and mentions work.
function codeNodes(text) {
  return text.split(/<([^<>]+)>/).map((part, i) => (i % 2 ? entity(part) : unescape(part)));
}

function entity(body) {
  const bar = body.indexOf("|");
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? "" : unescape(body.slice(bar + 1));
  if (target.startsWith("@")) return mention(target.slice(1), label);
  if (target.startsWith("#")) return channelLink(target.slice(1), label);
  if (target.startsWith("!")) return special(target.slice(1), label);
  return link(unescape(target), label);
}

function special(target, label) {
  const [kind, ...rest] = target.split("^");
  if (kind === "subteam") return groupMention(rest[0], label);
  if (kind === "date") {
    const text = dateText(Number(rest[0]), unescape(rest[1] || "{date} {time}"));
    const shown = Number.isFinite(Number(rest[0])) ? text : label;
    const el = h("time", { class: "date", title: full(Number(rest[0]) * 1000) }, shown);
    return rest[2] ? link(rest[2], shown) : el;
  }
  return broadcast(kind);
}

// link makes a link of a safe address, and plain text of any other.
export function link(url, label) {
  if (!/^(https?:\/\/|mailto:)/i.test(url)) return label || url;
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow" }, label || url.replace(/^mailto:/, ""));
}
