// Draws, sorts and filters what the views said; it computes no number.
const payload = JSON.parse(document.getElementById("payload").textContent);
const page = document.documentElement;
const views = new Map();
const collator = new Intl.Collator("en", { numeric: true });

// ---------- rows

// Names of columns, blocks and agents may be those of JavaScript's own properties,
// so what is keyed by them has no prototype.
function dictionary(entries = []) {
  const made = Object.create(null);
  for (const [name, value] of entries) made[name] = value;
  return made;
}

const rowsOf = dictionary();
function rows(name) {
  rowsOf[name] ??= unpacked(name, payload.data[name]);
  return rowsOf[name];
}

function unpacked(layer, columns) {
  const names = Object.keys(columns);
  const values = names.map((name) => {
    const column = columns[name];
    if (Array.isArray(column)) return column;
    return column.places.map((place) => (place === null ? null : column.distinct[place]));
  });
  return values[0].map((_, row) =>
    dictionary([["layer", layer], ...names.map((name, place) => [name, values[place][row]])]),
  );
}

// The charting library groups by names in objects that have a prototype. A sign
// without width keeps a name apart from the prototype's own.
function drawable(row) {
  const shown = { ...row };
  for (const [name, value] of Object.entries(shown)) {
    if (typeof value === "string" && value in Object.prototype) shown[name] = `${value}\u200b`;
  }
  return shown;
}

function choice(value) {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return value === null ? "" : String(value);
}

// ---------- what is chosen, and where the address keeps it: #block?column=value

const forms = [...document.querySelectorAll("form.controls")];
const formOf = dictionary(forms.map((form) => [form.dataset.block, form]));

function fields(form) {
  return [...form.elements].filter((field) => field.name);
}

// Each choice leaves the next ones only what it goes together with.
function narrow(block) {
  let left = records(block);
  for (const field of fields(formOf[block])) {
    if (field.tagName !== "SELECT" || "switch" in field.dataset) continue;
    const values = new Set(left.map((record) => record[field.name]));
    for (const option of field.options) option.disabled = option.value !== "" && !values.has(option.value);
    if (field.selectedOptions[0]?.disabled ?? true) {
      const open = [...field.options].filter((option) => !option.disabled);
      const usual = open.find((option) => option.value === field.dataset.default);
      field.value = (usual ?? open[0])?.value ?? "";
    }
    if (field.value) left = left.filter((record) => record[field.name] === field.value);
  }
}

const recordsOf = dictionary();
function records(block) {
  recordsOf[block] ??= tableOf(block) ? tableRecords(tableOf(block)) : rows(block).map(
    (row) => dictionary(Object.entries(row).map(([name, value]) => [name, choice(value)])),
  );
  return recordsOf[block];
}

function tableRecords(table) {
  const columns = columnsOf(table);
  return [...table.tBodies[0].rows].map((row) =>
    dictionary(columns.map((column, place) => [column, row.cells[place].textContent])),
  );
}

function columnsOf(table) {
  return [...table.tHead.rows[0].cells].map((header) => header.dataset.column);
}

function filters(block) {
  return fields(formOf[block])
    .filter((field) => !("switch" in field.dataset) && field.name !== "find" && field.value)
    .map((field) => [field.name, field.value]);
}

function tableOf(block) {
  return document.querySelector(`table[data-block="${block}"]`);
}

function sorting(block) {
  const header = tableOf(block)?.querySelector("th[aria-sort]");
  if (!header) return "";
  return (header.getAttribute("aria-sort") === "descending" ? "-" : "") + header.dataset.column;
}

function address(block) {
  const parameters = new URLSearchParams();
  for (const field of fields(formOf[block])) {
    if (field.value !== field.dataset.default) parameters.set(field.name, field.value);
  }
  if (sorting(block)) parameters.set("sort", sorting(block));
  const query = parameters.toString();
  return `#${block}${query && "?"}${query}`;
}

function remember(block) {
  history.replaceState(null, "", address(block));
}

function followAddress() {
  const [name, query] = location.hash.slice(1).split("?");
  const target = document.getElementById(name);
  if (!target) return;
  if (query !== undefined && formOf[name]) {
    const parameters = new URLSearchParams(query);
    for (const field of fields(formOf[name])) {
      field.value = parameters.get(field.name) ?? field.dataset.default;
      if (field.value === "" && field.tagName === "SELECT") field.value = field.dataset.default;
    }
    const sort = parameters.get("sort") ?? "";
    if (sort) sortBy(name, sort.replace(/^-/, ""), sort.startsWith("-"));
    fill(name);
    draw(name);
  }
  target.scrollIntoView();
}

// ---------- tables

function filterTable(block) {
  const table = tableOf(block);
  if (!table) return;
  const columns = columnsOf(table);
  const wanted = filters(block).map(([name, value]) => [columns.indexOf(name), value]);
  const find = formOf[block].elements.find.value.toLowerCase();
  for (const row of table.tBodies[0].rows) {
    const fits = wanted.every(([place, value]) => row.cells[place].textContent === value);
    row.hidden = !fits || !row.textContent.toLowerCase().includes(find);
  }
  table.className = wanted.map(([place]) => `said-${place}`).join(" ");
}

function sortBy(block, column, isDescending) {
  const table = tableOf(block);
  const headers = [...(table?.tHead.rows[0].cells ?? [])];
  const place = headers.findIndex((header) => header.dataset.column === column);
  if (place < 0) return;
  for (const header of headers) header.removeAttribute("aria-sort");
  headers[place].setAttribute("aria-sort", isDescending ? "descending" : "ascending");
  const isNumber = headers[place].classList.contains("number");
  const direction = isDescending ? -1 : 1;
  const keyed = [...table.tBodies[0].rows].map((row) => {
    const cell = row.cells[place];
    return [isNumber ? parseFloat(cell.dataset.key) : cell.textContent, row];
  });
  keyed.sort(([a], [b]) => {
    // What was not measured stays last, whichever way one sorts.
    if (isNumber && (isNaN(a) || isNaN(b))) return isNaN(a) - isNaN(b);
    return direction * (isNumber ? a - b : collator.compare(a, b));
  });
  table.tBodies[0].append(...keyed.map(([, row]) => row));
}

// ---------- charts

function placed(specification, values) {
  if (Array.isArray(specification)) return specification.map((part) => placed(part, values));
  if (specification !== null && typeof specification === "object") {
    return Object.fromEntries(
      Object.entries(specification).map(([key, part]) => [key, placed(part, values)]),
    );
  }
  if (typeof specification !== "string") return specification;
  return specification.startsWith("$") ? values[specification.slice(1)] : specification;
}

function chosenRows(block, name) {
  const all = rows(name);
  const wanted = filters(block).filter(([column]) => all.length && column in all[0]);
  return all.filter((row) => wanted.every(([column, value]) => choice(row[column]) === value));
}

function colours() {
  const style = getComputedStyle(page);
  return Object.fromEntries(
    ["ink", "muted", "line", "paper"].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
  );
}

// What `$name` in a specification becomes, by the room that there is.
function sizes(room, drawn, facet) {
  const width = Math.max(room, 240); // an element that is being laid out has no room yet
  const labelWidth = Math.max(115, Math.min(270, Math.floor(width * 0.3)));
  const facets = facet ? new Set(drawn.map((row) => row[facet])).size : 1;
  const panels = Math.max(1, Math.min(4, facets, Math.floor(width / 270)));
  const panelWidth = Math.max(160, Math.min(480, Math.floor(width / panels) - 75));
  const legendColumns = width < 500 ? 2 : Math.floor(width / 240);
  const legendLimit = Math.floor(width / legendColumns) - 55;
  return {
    width,
    bare_width: width - 40,
    inner_width: Math.max(150, width - labelWidth - 40),
    cell_font: width < 600 ? 0 : 11,
    label_width: labelWidth,
    label_text: cutMiddle(labelWidth),
    panels,
    panel_width: panelWidth,
    panel_text: cutMiddle(panelWidth),
    legend_columns: legendColumns,
    legend_limit: legendLimit,
    legend_text: cutMiddle(legendLimit),
  };
}

// Names often differ at their end only.
function cutMiddle(pixels) {
  const half = Math.floor(pixels / 6.8 / 2);
  return `length(datum.label) > ${2 * half + 1} ? slice(datum.label, 0, ${half}) + '…' + slice(datum.label, -${half}) : datum.label`;
}

// A row without a number, or at zero on a log axis, cannot be drawn.
function reportUndrawn(block, specification) {
  const transforms = specification.transform ?? specification.spec?.transform ?? [];
  const floor = transforms.find((transform) => transform.filter?.gt !== undefined)?.filter;
  if (!floor) return;
  const undrawn = chosenRows(block, block).filter(
    (row) => row[floor.field] === null || row[floor.field] <= floor.gt,
  ).length;
  if (undrawn) formOf[block].querySelector("output").append(` · ${undrawn} not in the chart: no number, or 0 on a log axis`);
}

// What an axis is called when its quantity is chosen.
const units = dictionary([["cost", "cost, US dollars"], ["latency", "latency, seconds"]]);

async function draw(block) {
  const chart = payload.charts[block];
  if (!chart) return;
  const element = document.querySelector(`#${block} .chart`);
  const drawn = [block, ...chart.lines].flatMap((name) => chosenRows(block, name));
  const values = dictionary(Object.entries(sizes(element.clientWidth, drawn, chart.specification.facet?.field)));
  for (const [name, value] of filters(block)) values[`chosen_${name}`] = units[value] ?? value;
  for (const [name, options] of Object.entries(chart.switches)) {
    Object.assign(values, options[formOf[block].elements[name].value]);
  }
  const specification = placed(chart.specification, values);
  specification.datasets = { rows: drawn.map(drawable) };
  reportUndrawn(block, specification);
  specification.config = payload.config;
  specification.params = [
    ...Object.entries(colours()).map(([name, value]) => ({ name, value })),
    ...(specification.params ?? []),
  ];
  views.get(block)?.finalize();
  // The library gives the element that it draws in its own role.
  const embedded = await charting.vegaEmbed(element.firstElementChild, specification, {
    actions: false,
    ast: true,
    defaultStyle: false,
    logLevel: 1, // errors: a choice without a number is nothing to warn of
    renderer: "canvas",
    tooltip: showTip,
  });
  views.set(block, embedded.view);
}

const tip = document.getElementById("tip");
function showTip(_, event, __, value) {
  tip.hidden = value === null || value === undefined;
  if (tip.hidden) return;
  tip.replaceChildren(
    ...Object.entries(value).map(([name, text]) => {
      const line = document.createElement("div");
      const label = document.createElement("b");
      label.textContent = name;
      line.append(label, String(text));
      return line;
    }),
  );
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(event.clientX + 12, innerWidth - width - 8))}px`;
  tip.style.top = `${event.clientY + 16 + height > innerHeight ? event.clientY - height - 12 : event.clientY + 16}px`;
}

// ---------- a block as it is chosen

function fill(block) {
  narrow(block);
  filterTable(block);
  const table = tableOf(block);
  const all = table ? [...table.tBodies[0].rows] : rows(block);
  const shown = table ? all.filter((row) => !row.hidden) : chosenRows(block, block);
  formOf[block].querySelector("output").textContent =
    `${shown.length.toLocaleString("en")} of ${all.length.toLocaleString("en")} rows`;
}

for (const form of forms) {
  const block = form.dataset.block;
  form.addEventListener("submit", (event) => event.preventDefault());
  // A word is looked for in the table; a choice changes the chart as well.
  form.elements.find?.addEventListener("input", () => {
    fill(block);
    remember(block);
  });
  for (const field of form.querySelectorAll("select")) {
    field.addEventListener("change", () => {
      fill(block);
      remember(block);
      draw(block);
    });
  }
}
for (const header of document.querySelectorAll("th[data-column]")) {
  header.firstElementChild.addEventListener("click", () => {
    const block = header.closest("table").dataset.block;
    const sort = header.getAttribute("aria-sort");
    // Numbers are most often wanted from the top.
    const isDescending = sort ? sort === "ascending" : header.classList.contains("number");
    sortBy(block, header.dataset.column, isDescending);
    remember(block);
  });
}

// ---------- copying

for (const button of document.querySelectorAll(".copy")) {
  button.addEventListener("click", async () => {
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      document.execCommand("copy");
    }
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
}

// ---------- light and dark

const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const toggle = document.getElementById("theme");

function recall() {
  try {
    return localStorage.getItem("evalhouse-theme");
  } catch {
    return null; // a browser may keep nothing for a file
  }
}

function paint(theme) {
  page.dataset.theme = theme;
  toggle.setAttribute("aria-pressed", theme === "dark");
  for (const view of views.values()) {
    for (const [name, value] of Object.entries(colours())) view.signal(name, value);
    view.run();
  }
}

function theme() {
  return recall() ?? (prefersDark.matches ? "dark" : "light");
}

toggle.addEventListener("click", () => {
  const other = page.dataset.theme === "dark" ? "light" : "dark";
  try {
    localStorage.setItem("evalhouse-theme", other);
  } catch {
    // then it lasts until the page is closed
  }
  paint(other);
});
prefersDark.addEventListener("change", () => paint(theme()));
addEventListener("beforeprint", () => paint("light"));
addEventListener("afterprint", () => paint(theme()));

// ---------- start

let lastWidth = innerWidth;
addEventListener("resize", () => {
  if (innerWidth === lastWidth) return;
  lastWidth = innerWidth;
  for (const block of views.keys()) draw(block);
});

paint(theme());
for (const form of forms) fill(form.dataset.block);
followAddress();
for (const form of forms) await draw(form.dataset.block);
// Charts have grown above the block that the address names.
if (location.hash && scrollY) document.getElementById(location.hash.slice(1).split("?")[0])?.scrollIntoView();
addEventListener("hashchange", followAddress);
page.dataset.ready = "yes";
