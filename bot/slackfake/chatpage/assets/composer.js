// The message box, with suggestions for commands, people and channels.

import { h, icon, only } from "./dom.js";
import { item, menuButton } from "./tools.js";
import { realPeople, channels, allGroups } from "./directory.js";

// Composer owns one form. send(text) sends; it resolves to true if the text may be cleared.
export class Composer {
  constructor(form, { id, label, send, commands, shortcuts = [], start }) {
    this.send = send;
    this.commands = commands || [];
    this.past = [];
    this.at = 0;
    this.found = [];
    this.pick = 0;
    this.input = h("input", {
      id, type: "text", class: "composer-input", maxlength: 3000, autocomplete: "off", spellcheck: "true", "aria-label": label,
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id + "-list",
      oninput: () => this.suggest(), onkeydown: (ev) => this.key(ev), onblur: () => setTimeout(() => this.close(), 150), onfocus: () => this.suggest(),
    });
    this.list = h("ul", { class: "suggestions", id: id + "-list", role: "listbox", "aria-label": "Suggestions", hidden: true });
    this.button = h("button", { class: "send", type: "submit", "aria-label": "Send" }, icon("send"));
    const menu = shortcuts.length > 0 && menuButton({
      label: "Shortcuts", name: "bolt", focus: "shortcuts", titled: true, items: (close) => shortcuts.map((s) => item(close, "bolt", s.name, s.hint, () => start(s.id))),
    });
    only(form, this.list, h("div", { class: "composer-box" }, menu, this.input, this.button));
    form.addEventListener("submit", (ev) => {
      ev.preventDefault();
      this.submit();
    });
  }

  placeholder(text, off) {
    this.input.placeholder = text;
    this.input.disabled = off;
    this.button.disabled = off;
  }

  async submit() {
    const text = this.input.value.trim();
    if (!text) return;
    this.close();
    this.past = this.past.filter((p) => p !== text).concat(text).slice(-50);
    this.at = this.past.length;
    this.input.value = "";
    this.input.setAttribute("aria-busy", "true");
    const sent = await this.send(text);
    this.input.removeAttribute("aria-busy");
    if (!sent && !this.input.value) this.input.value = text;
    this.input.focus();
  }

  key(ev) {
    const open = this.found.length > 0;
    if (ev.key === "ArrowDown" || ev.key === "ArrowUp") {
      const step = ev.key === "ArrowDown" ? 1 : -1;
      if (open && !this.recalling) this.select((this.pick + step + this.found.length) % this.found.length);
      else if (this.past.length) this.recall(step);
      else return;
      ev.preventDefault();
    } else if (ev.key === "Tab" && open && !ev.shiftKey) {
      ev.preventDefault();
      this.take(this.pick);
    } else if (ev.key === "Enter" && open && !this.complete()) {
      ev.preventDefault();
      this.take(this.pick);
    } else if (ev.key === "Escape" && open) {
      ev.stopPropagation();
      this.close();
    }
  }

  // complete tells whether Enter should send rather than take the suggestion.
  complete() {
    const s = this.found[this.pick];
    return this.recalling || s.text.trim() === this.input.value.trim();
  }

  // recall walks through what was sent before.
  recall(step) {
    const next = this.at + step;
    if (next < 0 || next > this.past.length) return;
    this.at = next;
    this.input.value = this.past[next] || "";
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
    this.close();
    this.recalling = next < this.past.length;
  }

  suggest() {
    this.recalling = false;
    const text = this.input.value.slice(0, this.input.selectionStart ?? this.input.value.length);
    this.show(text.startsWith("/") && !/\s[@#]\S*$/.test(text) ? this.commandsFor(text) : this.namesFor(text));
  }

  commandsFor(text) {
    const [, command, gap, rest] = text.match(/^(\/\S*)(\s*)(.*)$/);
    return this.commands.filter((c) => {
      if (!gap) return c.command.startsWith(command);
      if (c.command === command && !c.word) return rest === "";
      return c.command === command && (c.word + " ").startsWith(rest.split(/\s/)[0]) && (!rest.includes(" ") || c.word === rest.split(/\s/)[0]);
    }).slice(0, 100).map((c) => ({
      label: c.command + (c.word ? " " + c.word : ""), args: c.args, help: c.help,
      text: gap && rest.includes(" ") ? text : c.command + " " + (c.word ? c.word + " " : ""),
    }));
  }

  namesFor(text) {
    const m = text.match(/(^|\s)([@#])(\S*)$/);
    if (!m) return [];
    const lower = m[3].toLowerCase();
    const all = m[2] === "#" ? channels().map((c) => ({ name: c.name, help: c.topic }))
      : realPeople().map((p) => ({ name: p.name, help: p.real })).concat(allGroups().map((g) => ({ name: g.handle, help: g.name })));
    const head = text.slice(0, text.length - m[3].length);
    return all.filter((n) => n.name.startsWith(lower)).slice(0, 8).map((n) => ({ label: m[2] + n.name, help: n.help, text: head + n.name + " " }));
  }

  show(found) {
    this.found = found;
    this.list.hidden = found.length === 0;
    this.input.setAttribute("aria-expanded", String(found.length > 0));
    only(this.list, found.map((s, i) => h("li", {
      class: "suggestion", id: `${this.list.id}-${i}`, role: "option", "aria-selected": "false",
      onpointerdown: (ev) => { ev.preventDefault(); this.take(i); },
    }, h("span", { class: "suggestion-name" }, s.label, s.args && h("span", { class: "suggestion-args" }, " " + s.args)), s.help && h("span", { class: "hint" }, s.help))));
    if (found.length) this.select(0);
    else this.input.removeAttribute("aria-activedescendant");
  }

  select(i) {
    const rows = this.list.children;
    if (rows[this.pick]) rows[this.pick].setAttribute("aria-selected", "false");
    this.pick = i;
    rows[i].setAttribute("aria-selected", "true");
    rows[i].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", rows[i].id);
  }

  take(i) {
    const rest = this.input.value.slice(this.input.selectionStart ?? this.input.value.length);
    const text = this.found[i].text;
    this.input.value = text + rest;
    this.input.focus();
    this.input.setSelectionRange(text.length, text.length);
    this.suggest();
  }

  close() {
    this.show([]);
  }
}
