// Bars of syncs, drawn from the table that stands below them: the table says the same to whoever sees no picture.
(() => {
  const HEIGHT = 112;
  const LEAST = 24; // places for bars, so that few of them do not look lost
  const number = new Intl.NumberFormat("en");
  const seconds = (value) => value === 0 ? "0 s" : value < 1 ? `${value.toFixed(1)} s` : value < 90 ? `${Math.round(value)} s` : `${Math.round(value / 60)} min`;
  const moment = (iso) => new Date(iso).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

  class Bars {
    constructor(figure) {
      this.figure = figure;
      this.plot = figure.querySelector(".chart__plot");
      this.told = figure.querySelector("[data-told]");
      this.hint = this.told.textContent;
      this.at = null;
      this.key = uPlot.sync("syncs");
      this.plot.addEventListener("keydown", (event) => this.pressed(event));
      this.plot.addEventListener("click", () => this.open());
      this.plot.addEventListener("mouseleave", () => this.tell(null));
      this.plot.addEventListener("blur", () => this.tell(null));
      new ResizeObserver(() => this.fit()).observe(this.plot);
      this.draw();
    }

    read() {
      const rows = [...document.querySelectorAll(`#${this.figure.dataset.chart} tbody tr`)].reverse();
      return rows.map((row) => ({
        ...row.dataset, seconds: Number(row.dataset.seconds), rows: Number(row.dataset.rows), href: row.querySelector("a").href,
      }));
    }

    colour(name) {
      const probe = this.figure.querySelector(`.key .chart__${name}`) ?? this.plot;
      return getComputedStyle(probe)[probe === this.plot ? "color" : "backgroundColor"];
    }

    draw() {
      const found = this.read();
      const said = JSON.stringify(found);
      if (said === this.said) return;
      this.said = said;
      this.syncs = found;
      this.figure.hidden = found.length < 2;
      if (this.figure.hidden) return;
      this.paint();
    }

    paint() {
      for (const one of this.plots ?? []) one.destroy();
      const tones = { quiet: this.colour("quiet"), warn: this.colour("warn"), bad: this.colour("bad"), now: this.colour("now") };
      const fills = this.syncs.map((sync) => tones[sync.tone] ?? tones.quiet);
      const make = (name, field, said) => new uPlot(this.options(name, field, said, fills),
        [this.syncs.map((_, i) => i), this.syncs.map((sync) => sync[field])], this.plot);
      this.plots = [make("Time", "seconds", seconds), make("Rows changed", "rows", (value) => number.format(Math.round(value)))];
    }

    options(name, field, said, fills) {
      const most = Math.max(1e-9, ...this.syncs.map((sync) => sync[field]));
      const ink = getComputedStyle(this.figure.querySelector(".quiet")).color;
      const line = getComputedStyle(this.figure).borderTopColor;
      const font = `12px ${getComputedStyle(document.body).fontFamily}`;
      return {
        title: name, width: this.plot.clientWidth, height: HEIGHT, legend: { show: false }, padding: [8, 4, 8, 0],
        cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, sync: { key: this.key.key } },
        scales: {
          x: { time: false, range: [Math.min(0, this.syncs.length - LEAST) - 0.6, this.syncs.length - 0.4] },
          y: { distr: 100, fwd: (v) => Math.sqrt(Math.max(v, 0)), bwd: (v) => v * v, range: [0, most] },
        },
        axes: [
          { show: false },
          {
            size: 64, font, stroke: ink, gap: 6, ticks: { show: false }, grid: { stroke: line, width: 1 },
            filter: (_, splits) => splits, splits: [0, most / 4, most], values: (_, splits) => splits.map((value) => value == null ? "" : said(value)),
          },
        ],
        series: [{}, {
          points: { show: false }, width: 0,
          paths: uPlot.paths.bars({ size: [0.7, 22, 2], disp: { fill: { unit: 3, values: () => fills } } }),
        }],
        hooks: { setCursor: [(plot) => { if (plot.cursor.left >= 0) this.tell(plot.cursor.idx); }] },
      };
    }

    fit() {
      if (this.figure.hidden || !this.plots) return;
      for (const one of this.plots) if (one.width !== this.plot.clientWidth) one.setSize({ width: this.plot.clientWidth, height: HEIGHT });
    }

    tell(at) {
      this.at = at;
      const sync = this.syncs?.[at];
      this.told.textContent = sync
        ? `${moment(sync.at)}: ${sync.state}, ${seconds(sync.seconds)}, ${number.format(sync.rows)} rows changed`
        : this.hint;
    }

    go(to) {
      const at = Math.min(Math.max(to, 0), this.syncs.length - 1);
      const [first] = this.plots;
      first.setCursor({ left: first.valToPos(at, "x"), top: 1 });
      this.tell(at);
    }

    open() { if (this.syncs?.[this.at]) location.assign(this.syncs[this.at].href); }

    pressed(event) {
      const last = this.syncs.length - 1;
      const ways = { ArrowLeft: (this.at ?? last + 1) - 1, ArrowRight: (this.at ?? last - 1) + 1, Home: 0, End: last };
      if (event.key === "Enter") this.open();
      else if (event.key in ways) { event.preventDefault(); this.go(ways[event.key]); }
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (!window.uPlot) return;
    const bars = [...document.querySelectorAll("[data-chart]")].map((figure) => new Bars(figure));
    const anew = () => { for (const one of bars) if (!one.figure.hidden) one.paint(); };
    document.addEventListener("live:shown", () => { for (const one of bars) one.draw(); });
    new MutationObserver(anew).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", anew);
  });
})();
