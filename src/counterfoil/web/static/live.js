// Keeps what is in motion on a page up to date: asks again for its parts, and appends new lines of a log.
// Focus, selection, scrolling and opened details stay. Without this the page shows what was true when it was loaded.
(() => {
  const EVERY = 1000, LONGEST = 15000;

  // Of a list whose order changed, the elements move with what they stand for: focus stays with its line.
  const inOrder = (old, fresh) => {
    for (const list of [old, fresh]) for (const node of [...list.childNodes]) if (node.nodeType === Node.TEXT_NODE) node.remove();
    const known = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
    for (const [i, child] of [...fresh.children].entries()) {
      const same = child.id && known.get(child.id);
      if (same && old.children[i] !== same) old.insertBefore(same, old.children[i] ?? null);
    }
  };

  const morph = (old, fresh) => {
    if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) { old.replaceWith(fresh); return; }
    if (old.nodeType === Node.TEXT_NODE) { if (old.data !== fresh.data) old.data = fresh.data; return; }
    if (old.nodeType !== Node.ELEMENT_NODE) return;
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && !(name === "open" && old.nodeName === "DETAILS")) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    if (fresh.nodeName === "TBODY") inOrder(old, fresh);
    const there = [...old.childNodes], wanted = [...fresh.childNodes];
    wanted.forEach((node, i) => { if (i < there.length) morph(there[i], node); else old.append(node); });
    for (const node of there.slice(wanted.length)) node.remove();
  };

  class Live {
    constructor(root) {
      this.root = root;
      this.lines = document.getElementById(root.dataset.lines ?? "");
      this.filter = root.querySelector("[data-log-filter]");
      this.after = Number(root.dataset.after ?? 0);
      this.wait = Number(root.dataset.every ?? EVERY);
      this.reached = new Date();
      this.turn = 0;
      if (this.lines) this.readers();
      if (this.filter) this.filters();
      if (!("over" in root.dataset)) this.later(this.wait);
    }

    address() {
      const address = new URL(this.root.dataset.live, location.href);
      if ("search" in this.root.dataset) address.search = location.search;
      if (this.lines) address.searchParams.set("after", this.after);
      if (this.filter) for (const [name, value] of new FormData(this.filter)) address.searchParams.set(name, value);
      return address;
    }

    later(milliseconds) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), milliseconds);
    }

    // Nobody looks, or somebody marks a text or types in what would be changed: then it can wait.
    rests() {
      const marked = getSelection();
      const used = [document.activeElement?.closest("input, textarea, select"), marked?.isCollapsed ? null : marked?.anchorNode];
      return document.hidden || used.some((node) => (node?.closest ? node : node?.parentElement)?.closest("[data-part]"));
    }

    async ask() {
      if (this.rests()) { this.later(EVERY); return; }
      const turn = ++this.turn, search = location.search;
      let fresh;
      try {
        const answer = await fetch(this.address(), { cache: "no-store", signal: AbortSignal.timeout(20000) });
        if (answer.redirected || [401, 403, 404].includes(answer.status)) { location.reload(); return; }
        if (!answer.ok) throw new Error(answer.status);
        fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
      } catch {
        if (turn !== this.turn) return;
        this.unreached(true);
        this.missed = Math.min((this.missed ?? this.wait) * 2, LONGEST);
        this.later(this.missed);
        return;
      }
      if (turn !== this.turn) return; // another filter was chosen meanwhile
      if ("search" in this.root.dataset && search !== location.search) { this.later(0); return; }
      this.missed = undefined;
      this.reached = new Date();
      this.unreached(false);
      this.show(fresh);
      if (!("over" in fresh.dataset)) this.later(Number(fresh.dataset.every ?? this.wait));
    }

    show(fresh) {
      if (fresh.dataset.title) document.title = fresh.dataset.title;
      for (const part of fresh.querySelectorAll("[data-part]")) {
        const old = document.getElementById(part.id);
        if (old) morph(old, document.importNode(part, true));
      }
      if (this.lines) this.append(fresh.querySelector("[data-new-lines]")?.children ?? []);
      this.after = Number(fresh.dataset.after ?? this.after);
      this.root.dispatchEvent(new CustomEvent("live:shown", { bubbles: true }));
    }

    // The end of the log stays in view, unless the reader scrolled up.
    append(lines) {
      const atEnd = this.atEnd();
      const count = lines.length;
      this.lines.append(...[...lines].map((line) => document.importNode(line, true)));
      const nothing = this.root.querySelector("[data-no-lines]");
      if (nothing) nothing.hidden = this.lines.childElementCount > 0;
      if (!count) return;
      if (atEnd) this.toEnd();
      else { this.unread = (this.unread ?? 0) + count; this.tell(); }
    }

    atEnd() { return this.lines.scrollTop + this.lines.clientHeight >= this.lines.scrollHeight - 24; }
    toEnd() { this.lines.scrollTop = this.lines.scrollHeight; }

    tell() {
      const follow = this.root.querySelector("[data-follow]");
      follow.hidden = !this.unread;
      follow.querySelector("button span").textContent = this.unread === 1 ? "1 new line" : `${this.unread} new lines`;
    }

    readers() {
      this.toEnd();
      this.root.querySelector("[data-follow] button")?.addEventListener("click", () => this.toEnd());
      this.lines.addEventListener("scroll", () => {
        if (this.unread && this.atEnd()) { this.unread = 0; this.tell(); }
      });
    }

    // Another filter: the lines are asked for anew, and the address says which.
    filters() {
      const anew = () => {
        const chosen = new URLSearchParams([...new FormData(this.filter)].filter(([, value]) => value));
        history.replaceState(null, "", `${location.pathname}${chosen.size ? `?${chosen}` : ""}${location.hash}`);
        this.after = 0;
        this.unread = 0;
        this.lines.replaceChildren();
        this.tell();
        this.ask();
      };
      this.filter.addEventListener("submit", (event) => { event.preventDefault(); anew(); });
      this.filter.addEventListener("input", (event) => {
        clearTimeout(this.typing);
        this.typing = setTimeout(anew, event.target.type === "search" ? 250 : 0);
      });
    }

    unreached(is) {
      const note = this.root.querySelector("[data-unreached]");
      if (!note || note.hidden === !is) return;
      note.querySelector("[data-since]").textContent = this.reached.toLocaleTimeString();
      note.hidden = !is;
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const root of document.querySelectorAll("[data-live]")) new Live(root);
  });
})();
