// The few things that pages do by themselves; without them every page still works.
(() => {
  const root = document.documentElement;
  const kept = (() => { try { return localStorage.getItem("theme"); } catch { return null; } })();
  if (kept) root.dataset.theme = kept;

  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const clicks = {
    theme() {
      root.dataset.theme = isDark() ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch { /* a private window forgets */ }
    },
    copy(button) {
      const text = document.getElementById(button.dataset.copies)?.textContent ?? "";
      navigator.clipboard?.writeText(text).then(() => {
        const before = button.textContent;
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = before; }, 1600);
      });
    },
    all(box) {
      for (const leaf of box.closest("details").querySelectorAll('input[name="stream"]:not(:disabled)')) leaf.checked = box.checked;
    },
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-click]");
    if (button) clicks[button.dataset.click]?.(button);
  });

  // A list that shrinks while one types.
  document.addEventListener("input", (event) => {
    const box = event.target.closest("[data-filters]");
    if (!box) return;
    const wanted = box.value.trim().toLowerCase();
    for (const row of document.querySelectorAll(`${box.dataset.filters} [data-words]`)) {
      row.hidden = !row.dataset.words.toLowerCase().includes(wanted);
    }
    if (wanted) for (const group of document.querySelectorAll(`${box.dataset.filters} details`)) group.open = true;
  });

  // Times in the reader's own zone, on hover and in tables that ask for it.
  const local = (scope) => {
    for (const time of scope.querySelectorAll("time[data-local]")) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.valueOf())) time.textContent = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
    }
  };
  document.addEventListener("DOMContentLoaded", () => local(document));
  document.addEventListener("htmx:after:swap", () => local(document));
})();
