// Draws the dashboard from the data in this file. The choice of page, filters, language and theme is
// the URL's fragment, so that a link shows what its sender saw.
(() => {
  "use strict";

  const data = JSON.parse(document.getElementById("data").textContent);
  const FILTERS = ["country", "channel", "level", "period"];
  const THEMES = ["auto", "light", "dark"];
  const LANGUAGES = Object.keys(data.words);
  const darkScheme = window.matchMedia("(prefers-color-scheme: dark)");
  let drawings = [];
  let state = readState();

  // ---- state ---------------------------------------------------------------

  function firstChoice(filter) {
    return data.filters[filter][0];
  }

  function readState() {
    const [page, query] = location.hash.replace(/^#/, "").split("?");
    const asked = new URLSearchParams(query || "");
    const pages = data.pages[LANGUAGES[0]].map((item) => item.key);
    const pick = (name, values, otherwise) =>
      values.includes(asked.get(name)) ? asked.get(name) : otherwise;
    const preferred = LANGUAGES.find((name) => (navigator.language || "").startsWith(name));
    const found = {
      page: pages.includes(page) ? page : pages[0],
      lang: pick("lang", LANGUAGES, preferred || LANGUAGES[0]),
      theme: pick("theme", THEMES, "auto"),
    };
    for (const filter of FILTERS) {
      found[filter] = pick(filter, data.filters[filter], firstChoice(filter));
    }
    return found;
  }

  function link(changes) {
    const next = { ...state, ...changes };
    const query = new URLSearchParams();
    for (const filter of FILTERS) {
      if (next[filter] !== firstChoice(filter)) query.set(filter, next[filter]);
    }
    query.set("lang", next.lang);
    if (next.theme !== "auto") query.set("theme", next.theme);
    return `#${next.page}?${query}`;
  }

  // ---- words and numbers ---------------------------------------------------

  function word(key, values = {}) {
    const text = data.words[state.lang][key];
    if (text === undefined) throw new Error(`There is no word ${key}`);
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  }

  function wordOr(key, otherwise) {
    const text = data.words[state.lang][key];
    return text === undefined ? otherwise : text;
  }

  const locale = () => (state.lang === "fr" ? "fr-FR" : "en-GB");
  const isHidden = (cell) => cell !== null && typeof cell === "object" && cell.hidden === true;
  const isText = (cell) => cell !== null && typeof cell === "object" && !cell.hidden;

  function called(column, cell) {
    if (isText(cell)) return cell[state.lang];
    if (cell === null || column.labels === null) return cell;
    if (column.labels === "segment" && data.segments.names[state.lang][cell] !== undefined) {
      return data.segments.names[state.lang][cell];
    }
    if (column.labels === "country" && /^[A-Z]{2}$/.test(cell)) return country(cell);
    return wordOr(`value.${column.labels}.${cell}`, cell);
  }

  function country(code) {
    try {
      return new Intl.DisplayNames([locale()], { type: "region" }).of(code);
    } catch {
      return code;
    }
  }

  function day(text, options = { day: "numeric", month: "short", year: "numeric" }) {
    const moment = new Date(`${text}T00:00:00Z`);
    return new Intl.DateTimeFormat(locale(), { ...options, timeZone: "UTC" }).format(moment);
  }

  function money(value, options = {}) {
    if (!data.about.currency) return number(value, options);
    return new Intl.NumberFormat(locale(), {
      style: "currency", currency: data.about.currency, currencyDisplay: "narrowSymbol",
      minimumFractionDigits: 0, maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0, ...options,
    }).format(value);
  }

  function number(value, options = {}) {
    return new Intl.NumberFormat(locale(), { maximumFractionDigits: 0, ...options }).format(value);
  }

  function written(column, cell) {
    if (isHidden(cell)) return word("frame.hidden");
    if (cell === null) return "–";
    switch (column.kind) {
      case "integer": return number(cell);
      case "number": return number(cell, { maximumSignificantDigits: 4 });
      case "money": return money(cell);
      case "share": return number(cell, { style: "percent", maximumFractionDigits: 1 });
      case "date": return column.key === "month"
        ? day(cell, { month: "short", year: "numeric" }) : day(cell);
      default: return called(column, cell);
    }
  }

  // ---- elements ------------------------------------------------------------

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === true) made.setAttribute(key, "");
      else if (value !== false && value !== null && value !== undefined) {
        made.setAttribute(key, value);
      }
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  }

  // A text of many lines is folded, or it would push all else away.
  const LONG = 240;

  function content(column, cell) {
    const text = written(column, cell);
    if (column.kind !== "text" || typeof text !== "string" || text.length <= LONG) return text;
    return element("details", {}, element("summary", {}, word("frame.show_text")),
      element("p", {}, text));
  }

  // ---- tables --------------------------------------------------------------

  // The rows of a table that equal the choice. A table that is not split by a filter shows all.
  function shownRows(table) {
    const places = table.filters.map((filter) => [
      table.columns.findIndex((column) => column.key === filter), filter,
    ]);
    return table.rows.filter((row) => places.every(([at, filter]) => row[at] === state[filter]));
  }

  function shownColumns(table) {
    return table.columns
      .map((column, at) => ({ ...column, at }))
      .filter((column) => !table.filters.includes(column.key));
  }

  const isFigure = (column) => column.kind !== "text" && column.kind !== "date";

  function tableElement(name, title) {
    const table = data.tables[name];
    const columns = shownColumns(table);
    const rows = shownRows(table);
    const head = element("tr", {}, ...columns.map((column) => element(
      "th", { scope: "col", class: isFigure(column) ? "figure" : null },
      word(`column.${column.key}`),
    )));
    const body = rows.map((row) => element("tr", {}, ...columns.map((column, place) => element(
      place === 0 && column.kind === "text" ? "th" : "td",
      {
        scope: place === 0 && column.kind === "text" ? "row" : null,
        class: [
          isFigure(column) ? "figure" : "", isHidden(row[column.at]) ? "hidden-figure" : "",
        ].join(" ").trim() || null,
      },
      content(column, row[column.at]),
    ))));
    return element(
      "div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title },
      element("table", {}, element("caption", { class: "unseen" }, title),
        element("thead", {}, head), element("tbody", {}, ...body)),
    );
  }

  function csv(name) {
    const table = data.tables[name];
    const columns = shownColumns(table);
    const quoted = (value) => {
      let text = value === null || value === undefined ? "" : String(value);
      // A spreadsheet would take such a text for a formula.
      if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
      return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
    };
    const cell = (column, value) => {
      if (isHidden(value)) return "";
      return column.kind === "text" ? called(column, value) : value;
    };
    const lines = [
      columns.map((column) => quoted(column.key)),
      ...shownRows(table).map((row) => columns.map((column) => quoted(cell(column, row[column.at])))),
    ];
    return lines.map((line) => line.join(",")).join("\r\n") + "\r\n";
  }

  function csvButton(name, title) {
    const button = element("button", {
      type: "button", class: "csv", "data-table": name,
      "aria-label": word("frame.csv_of", { title }),
    }, word("frame.csv"));
    button.addEventListener("click", () => {
      const url = URL.createObjectURL(new Blob(["\ufeff", csv(name)], { type: "text/csv" }));
      const anchor = element("a", { href: url, download: `${name}.csv` });
      anchor.click();
      setTimeout(() => URL.revokeObjectURL(url), 1000);
    });
    return button;
  }

  function hiddenNote(name) {
    const count = shownRows(data.tables[name]).flat().filter(isHidden).length;
    return count === 0 ? null : element("p", { class: "note" }, word("frame.hidden_note", {
      count: number(count), minimum: data.about.min_cell_size,
    }));
  }

  function filterNames(filters) {
    return filters.map((filter) => word(`filter.${filter}`).toLowerCase())
      .join(word("frame.and"));
  }

  // Says which of the chosen filters a table is not split by.
  function filterNote(name) {
    const table = data.tables[name];
    const ignored = FILTERS.filter((filter) =>
      state[filter] !== firstChoice(filter) && !table.filters.includes(filter));
    return ignored.length === 0 ? null : element("p", { class: "note unfiltered" },
      word("frame.not_filtered", { filters: filterNames(ignored) }));
  }

  function nothing(name) {
    const used = data.tables[name].filters
      .filter((filter) => state[filter] !== firstChoice(filter) && filter !== "period");
    return element("p", { class: "note" }, used.length > 1
      ? word("frame.not_together", { filters: filterNames(used) }) : word("frame.nothing"));
  }

  // ---- blocks --------------------------------------------------------------

  const blocks = {
    Heading: (block) => element("h2", {}, word(`heading.${block.key}`)),

    Prose: (block) => element("p", { class: "prose" }, word(block.key, block.values)),

    Missing: (block) => element("section", { class: "card missing" },
      element("p", {}, word("frame.missing", { model: block.model })),
      element("pre", { tabindex: "0" }, element("code", {}, block.command))),

    Answer: (block) => element("section", { class: `card answer ${block.tone}` },
      element("h2", {}, word(block.key)),
      block.headline
        ? element("p", { class: "headline" }, word(block.headline, block.values)) : null,
      element("p", {}, word(block.answer, block.values)),
      data.pages[state.lang].some((page) => page.key === block.page)
        ? element("a", { href: link({ page: block.page }) },
          word("frame.read_more", { page: word(`page.${block.page}`) })) : null),

    Facts: (block) => {
      const title = word(`facts.${block.key}.title`);
      const table = data.tables[block.table];
      const [row] = shownRows(table);
      if (!row) return element("section", { class: "card" }, nothing(block.table));
      const facts = shownColumns(table).map((column) => element("div", { class: "fact" },
        element("dt", {}, word(`column.${column.key}`)),
        element("dd", { "data-fact": column.key }, fact(column, row[column.at]))));
      return element("section", { class: "facts", "aria-label": title },
        element("dl", {}, ...facts), hiddenNote(block.table), filterNote(block.table));
    },

    Listing: (block) => {
      const title = word(`table.${block.key}.title`);
      return element("section", { class: "card" },
        element("h3", {}, title), note(`table.${block.key}.note`),
        ...(shownRows(data.tables[block.table]).length
          ? [tableElement(block.table, title), hiddenNote(block.table)] : [nothing(block.table)]),
        filterNote(block.table),
        element("p", { class: "actions" }, csvButton(block.table, title)));
    },

    Cards: (block) => {
      const table = data.tables[block.table];
      const columns = shownColumns(table);
      const head = columns.find((column) => column.key === block.title);
      const rows = shownRows(table);
      if (!rows.length) return element("section", { class: "card" }, nothing(block.table));
      const cells = (row, wanted) => columns
        .filter((column) => wanted(column) && row[column.at] !== null)
        .map((column) => element("div", {},
          element("dt", {}, word(`column.${column.key}`)),
          element("dd", {}, content(column, row[column.at]))));
      const cards = rows.map((row) => element("article",
        {
          class: "card persona",
          style: data.segments.colours[row[head.at]]
            ? `--accent: ${data.segments.colours[row[head.at]]}` : null,
        },
        element("h3", {}, written(head, row[head.at])),
        element("dl", { class: "stats" }, ...cells(row, (column) => column.kind !== "text")),
        element("dl", {}, ...cells(row, (column) => column.kind === "text" && column !== head))));
      return element("section", { class: "cards" }, ...cards, filterNote(block.table),
        element("p", { class: "actions" },
          csvButton(block.table, word(`table.${block.key}.title`))));
    },

    Chart: (block) => {
      const title = word(`chart.${block.key}.title`);
      const picture = element("div", {
        class: "picture", role: "img", "aria-label": word(`chart.${block.key}.alt`),
      });
      const rows = shownRows(data.tables[block.table]);
      if (rows.length) drawings.push({ block, picture });
      return element("figure", { class: block.is_half ? "card chart half" : "card chart", "data-chart": block.key },
        element("figcaption", {}, element("h3", {}, title), note(`chart.${block.key}.note`)),
        ...(rows.length ? [
          picture, hiddenNote(block.table),
          element("details", {}, element("summary", {}, word("frame.show_table")),
            tableElement(block.table, title),
            element("p", { class: "actions" }, csvButton(block.table, title))),
        ] : [nothing(block.table)]),
        filterNote(block.table));
    },
  };

  function note(key) {
    const text = wordOr(key, null);
    return text === null ? null : element("p", { class: "note" }, text);
  }

  function fact(column, cell) {
    if (column.kind === "money" && typeof cell === "number" && Math.abs(cell) >= 1e5) {
      return money(cell, { notation: "compact", maximumSignificantDigits: 3 });
    }
    return written(column, cell);
  }

  // ---- pictures ------------------------------------------------------------

  const FORMATS = {
    fr: {
      number: { decimal: ",", thousands: "\u202f", grouping: [3], currency: ["", "\u00a0€"], percent: "\u202f%" },
      time: {
        dateTime: "%A %e %B %Y à %X", date: "%d/%m/%Y", time: "%H:%M:%S", periods: ["AM", "PM"],
        days: ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"],
        shortDays: ["dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."],
        months: ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
          "septembre", "octobre", "novembre", "décembre"],
        shortMonths: ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.",
          "oct.", "nov.", "déc."],
      },
    },
  };

  // Vega's level of messages: its warnings are about sizes, which follow the page.
  const ERRORS = 1;

  function chartData(name) {
    const table = data.tables[name];
    return shownRows(table).map((row) => {
      const record = {};
      table.columns.forEach((column, at) => {
        const cell = row[at];
        record[column.key] = isHidden(cell) ? null : isText(cell) ? cell[state.lang] : cell;
        if (column.labels !== null) record[`${column.key}_label`] = called(column, cell);
      });
      return record;
    });
  }

  function theme() {
    if (state.theme !== "auto") return state.theme;
    return darkScheme.matches ? "dark" : "light";
  }

  async function draw(printing = false) {
    if (!window.vegaEmbed) return;
    const mine = drawings;
    const config = structuredClone(data.themes[printing ? "light" : theme()]);
    if (window.innerWidth < 600) {
      config.axis.labelLimit = 150;
      config.legend.columns = 1;
    }
    const options = {
      actions: false, renderer: "svg", config, tooltip: { theme: theme() }, logLevel: ERRORS,
    };
    if (FORMATS[state.lang]) {
      options.formatLocale = FORMATS[state.lang].number;
      options.timeFormatLocale = FORMATS[state.lang].time;
    }
    for (const { block, picture } of mine) {
      if (mine !== drawings) return;
      const spec = structuredClone(block.spec);
      const across = spec.encoding && spec.encoding.x && spec.encoding.x.axis;
      if (window.innerWidth < 600 && across && across.labelAngle) {
        // Slanted names of many columns would lie over each other.
        Object.assign(across, { labelAngle: 90, labelLimit: 150 });
      }
      spec.datasets = { [block.table]: chartData(block.table) };
      const drawn = await window.vegaEmbed(picture, spec, options);
      // The picture is one image; what Vega puts inside has no role of its own.
      picture.querySelectorAll("[role]").forEach((part) => part.removeAttribute("role"));
      picture.drawn = drawn;
    }
    if (mine !== drawings) return;
    document.body.dataset.drawn = location.hash;
    performance.mark("drawn");
  }

  // ---- page ----------------------------------------------------------------

  function filtersUsed(page) {
    const names = new Set(page.blocks.filter((block) => block.table)
      .flatMap((block) => data.tables[block.table].filters));
    return FILTERS.filter((filter) => names.has(filter) && data.filters[filter].length > 1);
  }

  function choice(filter) {
    const labels = { labels: filter };
    const select = element("select", { id: `filter-${filter}`, "data-filter": filter },
      ...data.filters[filter].map((value) => element(
        "option", { value, selected: value === state[filter] }, called(labels, value))));
    select.addEventListener("change", () => go({ [filter]: select.value }));
    return element("label", { class: "choice", for: `filter-${filter}` },
      element("span", {}, word(`filter.${filter}`)), select);
  }

  function filterBar(page) {
    const used = filtersUsed(page);
    if (!used.length) return null;
    const reset = element("a", {
      class: "reset", href: link(Object.fromEntries(FILTERS.map((name) => [name, firstChoice(name)]))),
    }, word("frame.filters_reset"));
    const chosen = FILTERS.some((filter) => state[filter] !== firstChoice(filter));
    return element("section", { class: "filters", "aria-label": word("frame.filters") },
      ...used.map(choice), chosen ? reset : null);
  }

  function switcher(name, values, texts) {
    return element("div", { class: "switch", role: "group", "aria-label": word(`frame.${name}`) },
      ...values.map((value, at) => {
        const button = element("button", {
          type: "button", "aria-pressed": String(state[name === "language" ? "lang" : name] === value),
          "data-switch": value, lang: name === "language" ? value : null,
        }, texts[at]);
        button.addEventListener("click", () => go({ [name === "language" ? "lang" : name]: value }));
        return button;
      }));
  }

  function go(changes) {
    const focused = document.activeElement && document.activeElement.id;
    const pressed = document.activeElement && document.activeElement.dataset.switch;
    history.pushState(null, "", link(changes));
    render();
    const again = focused ? document.getElementById(focused)
      : pressed && document.querySelector(`[data-switch="${pressed}"]`);
    if (again) again.focus();
  }

  function replace(id, ...children) {
    document.getElementById(id).replaceChildren(...children.filter((child) => child));
  }

  function render() {
    drawings.forEach(({ picture }) => picture.drawn && picture.drawn.finalize());
    drawings = [];
    delete document.body.dataset.drawn;
    state = readState();
    document.documentElement.lang = state.lang;
    document.documentElement.dataset.theme = state.theme;
    const page = data.pages[state.lang].find((item) => item.key === state.page);
    document.title = `${word(`page.${page.key}`)} – ${word("frame.title")}`;
    replace("skip", word("frame.skip"));
    replace("top",
      element("p", { class: "brand" }, word("frame.brand")),
      element("p", { class: "as-of" }, word("frame.as_of", {
        date: day(String(data.about.as_of_date).slice(0, 10)),
        publication: data.about.publication_id,
      })),
      switcher("language", LANGUAGES, LANGUAGES.map((name) => name.toUpperCase())),
      switcher("theme", THEMES, THEMES.map((name) => word(`frame.theme.${name}`))));
    document.getElementById("pages").setAttribute("aria-label", word("frame.pages"));
    replace("pages", element("ul", {}, ...data.pages[state.lang].map((item) => element("li", {},
      element("a", {
        href: link({ page: item.key }), "aria-current": item.key === page.key ? "page" : null,
      }, word(`page.${item.key}`))))));
    const answers = page.blocks.filter((block) => block.block === "Answer");
    const rest = page.blocks.filter((block) => block.block !== "Answer");
    replace("content",
      element("h1", {}, word(`page.${page.key}`)),
      element("p", { class: "lead" }, word(`page.${page.key}.lead`)),
      filterBar(page),
      answers.length ? element("div", { class: "answers" },
        ...answers.map((block) => blocks.Answer(block))) : null,
      element("div", { class: "blocks" }, ...rest.map((block) => blocks[block.block](block))));
    replace("foot",
      element("p", {}, word("frame.footer", { minimum: data.about.min_cell_size })),
      element("p", {}, word("frame.version", { version: data.about.version })));
    const current = document.querySelector("#pages [aria-current]");
    if (current) current.scrollIntoView({ block: "nearest", inline: "nearest" });
    draw();
  }

  window.addEventListener("hashchange", () => {
    const skip = location.hash === "#content";
    if (skip) return;
    const before = state.page;
    render();
    if (state.page !== before) {
      window.scrollTo(0, 0);
      document.getElementById("content").focus({ preventScroll: true });
    }
  });
  window.addEventListener("popstate", render);
  window.addEventListener("vega-ready", () => draw());
  darkScheme.addEventListener("change", () => draw());
  document.getElementById("skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("content").focus();
  });
  render();
})();
