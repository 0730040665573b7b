// A list of messages whose newest stays in sight.

// Tail keeps one log at its end, unless the person has scrolled away from it. A message that is longer than the log
// is shown from its beginning until the person scrolls.
export class Tail {
  constructor(log) {
    this.log = log;
    this.stick = true;
    this.home = 0; // where toEnd has put the log
    this.size = "";
    this.reached = () => {}; // called when the person has come back to the end
    this.begun = ""; // the long message that the person has scrolled in
    this.sized = new ResizeObserver(() => this.toEnd());
    log.addEventListener("scroll", () => this.scrolled());
  }

  // follow takes up a new list in the log.
  follow(list) {
    this.stick = true;
    this.begun = "";
    this.sized.disconnect();
    [this.log, list].forEach((el) => this.sized.observe(el));
  }

  sizeNow() { return this.log.scrollHeight + "/" + this.log.clientHeight; }

  last() { return this.log.querySelector(".list > .msg:last-child"); }

  toEnd() {
    const log = this.log, last = this.last();
    this.size = this.sizeNow();
    if (!this.stick) return;
    log.scrollTop = log.scrollHeight;
    if (last && last.offsetHeight >= log.clientHeight && last.dataset.key !== this.begun) {
      log.scrollTop += last.getBoundingClientRect().top - log.getBoundingClientRect().top - 12;
    }
    this.home = log.scrollTop;
  }

  // scrolled notes whether the person has left the end; a change of the layout also scrolls, but means nothing.
  scrolled() {
    const log = this.log;
    if (this.sizeNow() !== this.size || this.stick && Math.abs(log.scrollTop - this.home) < 2) return;
    const away = !this.stick;
    this.stick = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    this.begun = this.last()?.dataset.key || "";
    if (away && this.stick) this.reached();
  }
}
