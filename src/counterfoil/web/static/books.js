// A chart of a statement, drawn from the table below it: bars for what comes in and goes out, a line for what is left.
(() => {
  const HEIGHT = 220;
  const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
  const minus = (text) => text.replace("-", "−");

  class Chart {
    constructor(figure) {
      this.figure = figure;
      this.plot = figure.querySelector(".chart__plot");
      this.told = figure.querySelector("[data-told]");
      this.hint = this.told.textContent;
      this.table = document.getElementById(figure.dataset.books);
      this.at = null;
      this.read();
      if (!this.parts.length) return;
      figure.hidden = false;
      this.plot.addEventListener("keydown", (event) => this.pressed(event));
      for (const left of ["mouseleave", "blur"]) this.plot.addEventListener(left, () => this.tell(null));
      new ResizeObserver(() => this.fit()).observe(this.plot);
      this.paint();
    }

    // The picture may round; the table and what is told of a column say exactly what came from the warehouse.
    read() {
      const heads = [...this.table.querySelectorAll("thead th:not(:first-child):not(.total)")];
      this.titles = heads.map((head) => head.textContent);
      this.parts = [...this.figure.querySelectorAll(".key [data-part]")].map((key) => {
        const rows = [...this.table.querySelectorAll(`tbody tr[data-part="${key.dataset.part}"]`)];
        const lines = rows.map((row) => [...row.querySelectorAll("td:not(.total)")].map((cell) => Number(cell.dataset.value)));
        return {
          name: key.dataset.part, word: key.nextSibling.textContent.trim(), key,
          values: this.titles.map((_, at) => lines.reduce((sum, line) => sum + line[at], 0)),
          rows,
        };
      }).filter((part) => part.rows.length);
    }

    colour(part) { return getComputedStyle(part.key).backgroundColor; }

    paint() {
      this.chart?.destroy();
      const bars = this.parts.filter((part) => part.name !== "net");
      const ordered = [...bars, ...this.parts.filter((part) => part.name === "net")];
      const places = this.titles.map((_, at) => at);
      this.chart = new uPlot(this.options(ordered, bars.length), [places, ...ordered.map((part) => part.values)], this.plot);
    }

    options(ordered, bars) {
      const ink = getComputedStyle(this.told).color, line = getComputedStyle(this.figure).borderTopColor;
      const font = `12px ${getComputedStyle(document.body).fontFamily}`;
      return {
        width: this.plot.clientWidth, height: HEIGHT, legend: { show: false }, padding: [10, this.overhang(), 0, 0],
        cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
        scales: {
          x: { time: false, range: [-0.6, this.titles.length - 0.4] },
          y: { range: (_, low, high) => { const room = (Math.max(high, 0) - Math.min(low, 0)) * 0.06 || 1; return [low < 0 ? low - room : 0, high > 0 ? high + room : 0]; } },
        },
        axes: [
          {
            size: 30, font, stroke: ink, gap: 6, ticks: { show: false }, grid: { show: false },
            splits: () => this.titles.map((_, at) => at), values: (plot, splits) => this.labels(plot, splits),
          },
          {
            size: 64, font, stroke: ink, gap: 6, ticks: { show: false }, grid: { stroke: line, width: 1 },
            values: (_, splits) => splits.map((value) => minus(short.format(value))),
          },
        ],
        series: [{}, ...ordered.map((part, at) => (at < bars ? this.bar(part, at, bars) : this.line(part)))],
        hooks: { setCursor: [(plot) => { if (plot.cursor.left >= 0) this.tell(plot.cursor.idx); }] },
      };
    }

    bar(part, at, of) {
      const fill = this.colour(part);
      return { fill, stroke: fill, width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [of > 1 ? 0.34 : 0.6, 40, 2], align: of > 1 ? (at ? 1 : -1) : 0 }) };
    }

    line(part) {
      const stroke = this.colour(part);
      return { stroke, width: 2, points: { show: true, size: 6, fill: stroke } };
    }

    // The last title is longer than its column is wide where there are many of them.
    overhang() { return Math.max(8, 34 - (this.plot.clientWidth - 64) / this.titles.length / 2); }

    // Where not all titles have room, every second one stands, or every third.
    labels(plot, splits) {
      const room = (plot.width - 72) / Math.max(splits.length, 1), step = Math.max(1, Math.ceil(72 / room));
      return splits.map((at) => ((this.titles.length - 1 - at) % step ? "" : this.titles[at]));
    }

    fit() { if (this.chart && this.chart.width !== this.plot.clientWidth) this.chart.setSize({ width: this.plot.clientWidth, height: HEIGHT }); }

    tell(at) {
      this.at = at;
      if (at === null || at === undefined) { this.told.textContent = this.hint; return; }
      const said = this.parts.map((part) => {
        const [only, more] = part.rows;
        const value = more ? minus(part.values[at].toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })) : only.querySelectorAll("td")[at].textContent.trim();
        return `${part.word} ${value}`;
      });
      this.told.textContent = `${this.titles[at]}: ${said.join(", ")}`;
    }

    pressed(event) {
      const last = this.titles.length - 1;
      const ways = { ArrowLeft: (this.at ?? last + 1) - 1, ArrowRight: (this.at ?? -1) + 1, Home: 0, End: last };
      if (!(event.key in ways)) return;
      event.preventDefault();
      const at = Math.min(Math.max(ways[event.key], 0), last);
      this.chart.setCursor({ left: this.chart.valToPos(at, "x"), top: 1 });
      this.tell(at);
    }
  }

  // As many whole columns as there is room for: a number that is cut reads as another number.
  const fitted = (table) => {
    const box = table.parentElement, [first, ...heads] = table.querySelectorAll("thead th");
    for (const head of heads) head.style.minWidth = "";
    if (table.scrollWidth <= box.clientWidth) return;
    const total = heads.at(-1).classList.contains("total") ? heads.pop().offsetWidth : 0;
    const room = box.clientWidth - first.offsetWidth - total, widest = Math.max(...heads.map((head) => head.offsetWidth));
    const width = Math.max(widest, Math.floor(room / Math.max(1, Math.floor(room / widest))));
    for (const head of heads) head.style.minWidth = `${width}px`;
    box.style.scrollPaddingLeft = `${first.offsetWidth}px`;
  };

  const newest = (table) => {
    const box = table.parentElement;
    fitted(table);
    box.scrollLeft = table.scrollWidth;
    box.fits ??= new ResizeObserver(() => {
      const last = box.scrollLeft + box.clientWidth > box.scrollWidth - 8;
      fitted(table);
      if (last) box.scrollLeft = table.scrollWidth;
    });
    box.fits.observe(box);
  };

  let charts = [];
  const draw = () => {
    for (const table of document.querySelectorAll(".stmt")) newest(table);
    if (!window.uPlot) return;
    charts = [...document.querySelectorAll("[data-books]")].map((figure) => figure.books ??= new Chart(figure));
  };
  const anew = () => { for (const one of charts) if (!one.figure.hidden) one.paint(); };
  document.addEventListener("DOMContentLoaded", draw);
  document.addEventListener("htmx:after:swap", draw);
  new MutationObserver(anew).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", anew);
})();
