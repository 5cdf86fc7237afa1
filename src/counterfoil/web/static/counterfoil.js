// The few things that pages do by themselves; without them every page still works.
(() => {
  const root = document.documentElement;
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const clicks = {
    theme() {
      root.dataset.theme = isDark() ? "light" : "dark";
      document.cookie = `counterfoil_theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
    },
    copy(button) {
      const text = document.getElementById(button.dataset.copies)?.textContent ?? "";
      navigator.clipboard?.writeText(text).then(() => {
        const before = button.textContent;
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = before; }, 1600);
      });
    },
    dismiss(button) { button.parentElement.remove(); },
    all(box) {
      for (const leaf of box.closest("[data-group]").querySelectorAll('.leaf:not([hidden]) input:not(:disabled)')) leaf.checked = box.checked;
    },
    tick(button, event) {
      event.preventDefault();
      const wanted = button.dataset.ticks.split(" ");
      const leaves = [...document.querySelectorAll('.leaf input')].filter((leaf) => wanted.includes(leaf.value));
      for (const leaf of leaves) leaf.checked = true;
      leaves[0]?.dispatchEvent(new Event("change", { bubbles: true }));
    },
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-click]");
    if (button) clicks[button.dataset.click]?.(button, event);
  });

  // Groups of ticks: all, some or none, and how many.
  const tell = () => {
    for (const group of document.querySelectorAll("[data-group]")) {
      const leaves = [...group.querySelectorAll(".leaf input, .report__name input")];
      const ticked = leaves.filter((leaf) => leaf.checked).length;
      const all = group.querySelector('[data-click="all"]');
      if (all) all.checked = ticked === leaves.length;
      if (all) all.indeterminate = ticked > 0 && ticked < leaves.length;
      group.querySelector("[data-chosen]").textContent = ticked;
    }
  };
  document.addEventListener("DOMContentLoaded", tell);
  document.addEventListener("change", (event) => { if (event.target.closest("[data-group]")) tell(); });

  // The reader's own time zone, where nobody has chosen one yet.
  document.addEventListener("DOMContentLoaded", () => setTimeout(() => {
    const field = document.querySelector('[data-guess="zone"]');
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!field || !zone || field.value === zone || ![...field.list.options].some((each) => each.value === zone)) return;
    field.value = zone;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }));

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
