"""The report's page in a real browser.

Skips where Debian's chromium and chromium-driver are absent.
"""

import csv
import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select

from plots.__main__ import main
from plots.report.cells import visible

FLAGS = [
    "--headless",
    # Hundreds of choices are made in a second, which Chromium would slow down.
    "--disable-ipc-flooding-protection",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,900",
]
# Seconds after which something hangs.
PATIENCE = 3_600
HOSTILE_NAMES = [
    "</script><img src=x onerror=alert(1)>",
    "$x_1^{$",
    "left \u202eto\u200f right",
    "bell\x07 and\nline\u2028break",
    "{agent} %s `${1}`",
    "x" * 300,
    *("constructor", "__proto__", "toString", "hasOwnProperty"),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator[WebDriver]:
    """Debian's chromium, without a network; its logs are kept."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("no chromium here: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    profile = tmp_path_factory.mktemp("profile")
    for flag in [*FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    options.set_capability(
        "goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"}
    )
    started = webdriver.Chrome(options, webdriver.ChromeService(driver))
    # Nothing here measures time, and other processes may want the machine.
    started.command_executor.client_config.timeout = PATIENCE
    started.set_page_load_timeout(PATIENCE)
    started.set_script_timeout(PATIENCE)
    yield started
    started.quit()


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the page never came to it"
        time.sleep(0.05)


def open_page(browser: WebDriver, path: Path, anchor: str = "") -> None:
    """Open the page again and wait until it has drawn everything."""
    browser.get("about:blank")
    browser.get(path.as_uri() + anchor)
    wait_until(
        lambda: browser.execute_script("return document.documentElement.dataset.ready")
    )


@pytest.fixture(scope="module")
def opened(browser: WebDriver, sample_report: Path) -> WebDriver:
    """The browser after it opened the sample's report, whose logs nobody read."""
    open_page(browser, sample_report)
    return browser


def one(browser: WebDriver, selector: str) -> WebElement:
    return browser.find_element(By.CSS_SELECTOR, selector)


def press(browser: WebDriver, element: WebElement) -> None:
    """Click where the element appears once the page around it is laid out."""
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    places = [{}]

    def stands_still() -> bool:
        places.append(element.rect)
        return places[-1] == places[-2]

    wait_until(stands_still)
    element.click()


def choose(browser: WebDriver, block: str, control: str, value: str) -> None:
    Select(one(browser, f"form[data-block={block}] [name={control}]")).select_by_value(
        value
    )


def errors(browser: WebDriver) -> list[str]:
    """What the console holds since it was last asked."""
    return [entry["message"] for entry in browser.get_log("browser")]


def shown(browser: WebDriver, block: str, column: str) -> list[str]:
    """The texts of a column in the rows that show, in their order."""
    return browser.execute_script(
        """
        const table = document.querySelector(`table[data-block="${arguments[0]}"]`);
        const place = [...table.tHead.rows[0].cells]
            .findIndex((header) => header.dataset.column === arguments[1]);
        return [...table.tBodies[0].rows]
            .filter((row) => !row.hidden)
            .map((row) => row.cells[place].textContent);
        """,
        block,
        column,
    )


def test_the_page_asks_no_network_and_logs_nothing(opened: WebDriver):
    events = [
        json.loads(entry["message"])["message"]
        for entry in opened.get_log("performance")
    ]
    # The browser's own first page asks for its pictures.
    asked = [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
        and not event["params"]["documentURL"].startswith(
            ("chrome:", "chrome-untrusted:")
        )
    ]
    assert [url for url in asked if url.endswith("report.html")]
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert errors(opened) == []


BLANK_CHARTS = """
return [...document.querySelectorAll(".chart")].filter((chart) => {
    const canvas = chart.querySelector("canvas");
    if (!canvas) return true;
    const pixels = canvas.getContext("2d")
        .getImageData(0, 0, canvas.width, canvas.height).data;
    return new Set(new Uint32Array(pixels.buffer)).size < 3;
}).map((chart) => chart.closest("article").id);
"""


def test_every_chart_is_drawn(opened: WebDriver):
    assert opened.execute_script(BLANK_CHARTS) == []


def test_who_does_not_see_the_page_finds_the_way(opened: WebDriver):
    assert opened.execute_script(
        """
        const every = (selector, holds) =>
            [...document.querySelectorAll(selector)].every(holds);
        return {
            landmarks: ["header", "nav", "main", "footer"].every(
                (name) => document.querySelectorAll(name).length === 1),
            headings: every("main article", (part) =>
                part.querySelector("h3").id === part.getAttribute("aria-labelledby")),
            charts: every(".chart", (chart) =>
                chart.getAttribute("role") === "img" && chart.ariaLabel.length > 20),
            tables: every("table", (table) => table.caption.textContent.length > 20
                && [...table.tHead.rows[0].cells].every((cell) => cell.scope === "col")),
            fields: every("select, input", (field) => field.labels.length === 1),
            scrolling: every(".scroll, pre", (part) => part.tabIndex === 0),
        };
        """
    ) == dict.fromkeys(
        ["landmarks", "headings", "charts", "tables", "fields", "scrolling"], True
    )
    opened.execute_script("scrollTo(0, 0); document.activeElement.blur()")
    active = "return document.activeElement"
    opened.switch_to.active_element.send_keys(Keys.TAB)
    assert opened.execute_script(active).text == "Skip to the report"
    opened.execute_script(active).send_keys(Keys.ENTER)
    wait_until(lambda: opened.execute_script(active).get_attribute("id") == "main")


def test_a_click_on_a_heading_sorts_and_is_announced(opened: WebDriver):
    header = one(opened, "table[data-block=agents] th[data-column=mean_score]")
    for direction, sign in (("descending", -1), ("ascending", 1)):
        press(opened, header.find_element(By.TAG_NAME, "button"))
        assert header.get_attribute("aria-sort") == direction
        scores = [float(text) for text in shown(opened, "agents", "mean_score")]
        assert len(scores) > 5
        assert scores == sorted(scores, key=lambda score: sign * score)
    assert opened.current_url.endswith("#agents?sort=mean_score")


def test_what_was_not_measured_is_sorted_last(opened: WebDriver):
    header = one(opened, "table[data-block=costs] th[data-column=ratio]")
    for _ in range(2):
        press(opened, header.find_element(By.TAG_NAME, "button"))
        texts = shown(opened, "costs", "ratio")
        missing = texts.count("–")
        assert 0 < missing < len(texts)
        assert texts[-missing:] == ["–"] * missing


def test_a_choice_filters_rows_chart_and_address(opened: WebDriver):
    before = one(opened, "#deltas canvas").screenshot_as_base64
    choose(opened, "deltas", "success_rule", "full_credit")
    rules = shown(opened, "deltas", "success_rule")
    assert set(rules) == {"full credit"}
    status = one(opened, "#deltas output").text
    assert status.startswith(f"{len(rules)} of ")
    assert opened.current_url.endswith("#deltas?success_rule=full_credit")
    wait_until(lambda: one(opened, "#deltas canvas").screenshot_as_base64 != before)


def test_a_word_finds_the_rows_that_hold_it(opened: WebDriver):
    agent = shown(opened, "agents", "agent")[0]
    one(opened, "form[data-block=agents] [name=find]").send_keys(agent.upper())
    found = shown(opened, "agents", "agent")
    assert agent in found
    assert all(agent in name for name in found)


def test_hovering_names_task_agent_and_run(opened: WebDriver):
    choose(opened, "attempts", "outcome", "partial")
    canvas = one(opened, "#attempts canvas")
    opened.execute_script("arguments[0].scrollIntoView({block: 'center'})", canvas)

    def hover() -> list[str]:
        """Return what the tip says in bold at the first place that has one."""
        box = opened.execute_script(
            "const box = arguments[0].getBoundingClientRect();"
            "return [box.x, box.y, box.width, box.height]",
            one(opened, "#attempts canvas"),
        )
        for place in range(2400):
            across, down = place % 60, place // 60
            opened.execute_cdp_cmd(
                "Input.dispatchMouseEvent",
                {
                    "type": "mouseMoved",
                    "x": box[0] + box[2] * (across + 0.5) / 60,
                    "y": box[1] + box[3] * (0.3 + 0.6 * (down + 0.5) / 40),
                },
            )
            if one(opened, "#tip").is_displayed():
                bold = opened.find_elements(By.CSS_SELECTOR, "#tip b")
                return [label.text for label in bold]
        return []

    # The chart is drawn some time after the choice.
    wait_until(lambda: hover()[:4] == ["task", "agent", "model", "run"])


def test_a_link_leads_to_a_section_and_to_its_choices(
    opened: WebDriver, sample_report: Path
):
    open_page(opened, sample_report, "#win_rates?coverage=shared&sort=-wins")
    assert set(shown(opened, "win_rates", "coverage")) == {"those that all ran"}
    header = one(opened, "table[data-block=win_rates] th[data-column=wins]")
    assert header.get_attribute("aria-sort") == "descending"
    top = opened.execute_script(
        "return document.getElementById('win_rates').getBoundingClientRect().top"
    )
    assert 0 <= top < 200


def test_light_and_dark_follow_the_reader_and_the_button(
    opened: WebDriver, sample_report: Path
):
    def paper() -> str:
        return opened.execute_script(
            "return getComputedStyle(document.body).backgroundColor"
        )

    for scheme, color in (("dark", "rgb(20, 23, 27)"), ("light", "rgb(255, 255, 255)")):
        opened.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
        )
        wait_until(lambda color=color: paper() == color)
    before = one(opened, "#win_rates canvas").screenshot_as_base64
    one(opened, "#theme").click()
    assert paper() == "rgb(20, 23, 27)"
    assert one(opened, "#theme").get_attribute("aria-pressed") == "true"
    wait_until(lambda: one(opened, "#win_rates canvas").screenshot_as_base64 != before)
    one(opened, "#theme").click()


def test_the_copied_query_gives_the_rows_that_stand_there(
    opened: WebDriver, sample_views: duckdb.DuckDBPyConnection
):
    opened.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite"]}
    )
    details = one(opened, "#win_rates details")
    opened.execute_script("arguments[0].open = true", details)
    button = details.find_element(By.CSS_SELECTOR, ".copy")
    press(opened, button)
    wait_until(lambda: button.text == "Copied")
    sql = opened.execute_async_script(
        "navigator.clipboard.readText().then(arguments[arguments.length - 1])"
    )
    assert "from model_win_rates" in sql
    rows = sample_views.execute(sql).fetchall()
    assert len(rows) == len(
        opened.find_elements(By.CSS_SELECTOR, "table[data-block=win_rates] tbody tr")
    )


def test_printing_draws_on_the_paper_without_an_error(
    opened: WebDriver, sample_report: Path
):
    open_page(opened, sample_report)
    opened.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.7})
    time.sleep(1)
    assert errors(opened) == []


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_is_wider_than_the_window(
    opened: WebDriver, sample_report: Path, width: int
):
    opened.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    open_page(opened, sample_report)
    assert opened.execute_script("return document.documentElement.scrollWidth") <= width
    cut = opened.execute_script(
        """
        return [...document.querySelectorAll(".chart canvas")]
            .filter((canvas) => canvas.offsetWidth > canvas.closest(".chart").clientWidth)
            .map((canvas) => canvas.closest("article").id);
        """
    )
    assert cut == []
    opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def save(browser: WebDriver, block: str, kind: str, folder: Path) -> Path:
    """Press a block's button, and return the file that it saved."""
    button = one(browser, f"form[data-block={block}] .save[data-kind={kind}]")
    browser.execute_script("arguments[0].click()", button)
    path = folder / f"{block}.{kind}"
    wait_until(lambda: path.exists() and path.stat().st_size)
    return path


@pytest.fixture
def downloads(opened: WebDriver, tmp_path: Path) -> Path:
    """The folder that the browser saves to."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    opened.execute_cdp_cmd(
        "Browser.setDownloadBehavior",
        {"behavior": "allow", "downloadPath": str(folder)},
    )
    return folder


def test_a_table_is_saved_as_it_is_shown_with_every_digit(
    opened: WebDriver,
    sample_report: Path,
    sample_views: duckdb.DuckDBPyConnection,
    downloads: Path,
):
    open_page(opened, sample_report, "#deltas?success_rule=full_credit&population=all")
    text = save(opened, "deltas", "csv", downloads).read_text(encoding="utf-8-sig")
    header, *rows = csv.reader(text.splitlines())
    assert header[:4] == ["source", "population", "inside", "success_rule"]
    low, high = header.index("ci_low"), header.index("ci_high")
    expected = sample_views.execute(
        "select ci_low, ci_high from action_delta_summary where source = 'metr' "
        "and population = 'all' and success_rule = 'full_credit' order by all"
    ).fetchall()
    assert len(expected) == 2
    assert sorted((float(row[low]), float(row[high])) for row in rows) == expected
    assert {row[3] for row in rows} == {"full_credit"}


def test_a_chart_is_saved_as_a_picture(
    opened: WebDriver, sample_report: Path, downloads: Path
):
    open_page(opened, sample_report)
    picture = save(opened, "win_rates", "png", downloads).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 5000
    drawing = save(opened, "win_rates", "svg", downloads).read_text(encoding="utf-8")
    assert drawing.startswith("<svg")
    assert "win rate" in drawing
    attempts = save(opened, "attempts", "csv", downloads).read_text("utf-8-sig")
    header, *rows = csv.reader(attempts.splitlines())
    assert "layer" not in header
    assert len(rows) > 1000
    assert errors(opened) == []


def test_a_saved_name_is_no_formula(
    opened: WebDriver, sample_warehouse: Path, tmp_path: Path, downloads: Path
):
    formulas = ["=1+1", "+1", "-1", "@SUM(A1)", " =2", "\uff1d1", '="a","b"']
    warehouse = tmp_path / "evalhouse.duckdb"
    shutil.copyfile(sample_warehouse, warehouse)
    with duckdb.connect(warehouse) as connection:
        agents = connection.execute(
            "select distinct agent from attempts where source = 'metr' order by agent"
        ).fetchall()
        for (agent,), name in zip(agents, formulas, strict=False):
            connection.execute(
                "update attempts set agent = ? where agent = ?", [name, agent]
            )
    path = tmp_path / "report.html"
    assert main(["report", "--out", str(path), "--db", str(warehouse)]) == 0
    open_page(opened, path)
    text = save(opened, "agents", "csv", downloads).read_text(encoding="utf-8-sig")
    saved = {row["agent"] for row in csv.DictReader(text.splitlines())}
    assert {f"'{name}" for name in formulas} <= saved


def test_each_source_is_shown_by_its_own_rule(
    opened: WebDriver, sample_report: Path, sample_views: duckdb.DuckDBPyConnection
):
    open_page(opened, sample_report)
    for source in ("metr", "hal"):
        choose(opened, "intervals", "source", source)
        agents = shown(opened, "intervals", "agent")
        (benchmark,) = set(shown(opened, "intervals", "benchmark"))
        expected = sample_views.execute(
            "select agent from agent_intervals "
            "where is_headline and source = ? and benchmark = ?",
            [source, benchmark],
        ).fetchall()
        assert sorted(agents) == sorted(agent for (agent,) in expected)
        assert len(agents) > 1
    assert opened.current_url.endswith("#intervals?source=hal")


def test_what_all_names_start_with_is_left_out_of_the_labels(opened: WebDriver):
    names = [f"acme/very-long-family-name-{end}" for end in ("alpha", "beta", "gamma")]
    assert opened.execute_script(
        "return [...fitNames(arguments[0], 20).values()]", names
    ) == ["…alpha", "…beta", "…gamma"]
    alike = [f"{start}{'-same' * 12}{start}" for start in ("a", "b")]
    cut = opened.execute_script(
        "return [...fitNames(arguments[0], 20).values()]", alike
    )
    assert len(set(cut)) == 2
    assert all(len(name) <= 20 for name in cut)


def test_a_date_is_left_out_of_a_long_name_where_the_others_differ(opened: WebDriver):
    fitted = "return [...fitNames(arguments[0], 20).values()]"
    dated = ["desk (gpt-5-2025-08-07)", "desk (gpt-5-mini-20250807)", "shop (gpt-5)"]
    short = ["desk (gpt-5)", "desk (gpt-5-mini)", "shop (gpt-5)"]
    assert opened.execute_script(fitted, dated) == short
    same = ["a-long-name-2024-05-13", "a-long-name-2024-08-06", "b"]
    assert len(set(opened.execute_script(fitted, same))) == 3


# Each source has one that no other has.
OWN_NAMES = {
    "metr": "isPrototypeOf",
    "hal": "propertyIsEnumerable",
    "metr_horizon": "toLocaleString",
}
PROTOTYPE_NAMES = [
    *("constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"),
    "\"quoted\" 'name' & <b>",
    "</script><script>throw 1</script>",
    "=1+1",
    "emoji 🦊🦊",
    "right to left אבג",
    "x" * 200,
    "other models",
]
# Choose each such name, and each option of a filter that has few, one by one.
CHOOSE_ALL = """
const [names, done] = arguments;
(async () => {
    const wait = () => new Promise((resolve) => setTimeout(resolve, 20));
    const chosen = Object.fromEntries(names.map((name) => [`is ${name}`, 0]));
    for (const field of document.querySelectorAll("form.controls select")) {
        const options = [...field.options].map((option) => option.value);
        const wanted = options.filter((value) => names.includes(value));
        for (const value of [...wanted, ...options.slice(0, 4), field.dataset.default]) {
            field.value = value;
            field.dispatchEvent(new Event("change"));
            if (names.includes(value)) chosen[`is ${value}`] += 1;
            await wait();
        }
    }
    await new Promise((resolve) => setTimeout(resolve, 3000));
    done(chosen);
})();
"""


def call_by_names_of_javascript(
    connection: duckdb.DuckDBPyConnection, source: str
) -> None:
    """Give the first agents, models, tasks and so on of a source other names."""
    tables = connection.execute(
        "select table_name, list(column_name) from duckdb_columns() "
        "inner join duckdb_tables() using (schema_name, table_name) "
        "where schema_name = 'main' group by table_name order by table_name"
    ).fetchall()
    for column in ("agent", "model", "task_id", "benchmark", "task_family"):
        named = [
            table for table, columns in tables if {column, "source"} <= set(columns)
        ]
        values = sorted(
            {
                value
                for table in named
                for (value,) in connection.execute(
                    f"select distinct {column} from {table} "
                    f"where source = $1 and {column} is not null",
                    [source],
                ).fetchall()
            }
        )
        names = [OWN_NAMES[source], *PROTOTYPE_NAMES]
        for value, name in zip(values, names, strict=False):
            for table in named:
                connection.execute(
                    f"update {table} set {column} = $1 "
                    f"where source = $2 and {column} = $3",
                    [name, source, value],
                )


def test_names_of_javascript_are_names_in_every_chart_and_filter(
    opened: WebDriver, sample_warehouse: Path, tmp_path: Path
):
    warehouse = tmp_path / "evalhouse.duckdb"
    shutil.copyfile(sample_warehouse, warehouse)
    with duckdb.connect(warehouse) as connection:
        for source in OWN_NAMES:
            call_by_names_of_javascript(connection, source)
    path = tmp_path / "report.html"
    assert main(["report", "--out", str(path), "--db", str(warehouse)]) == 0
    open_page(opened, path)
    opened.set_script_timeout(400)
    names = [*OWN_NAMES.values(), *PROTOTYPE_NAMES]
    chosen = opened.execute_async_script(CHOOSE_ALL, names)
    # Of each source there is a filter that has them.
    for name in OWN_NAMES.values():
        assert chosen[f"is {name}"] > 0
    shared = sum(chosen[f"is {name}"] for name in PROTOTYPE_NAMES)
    assert shared >= 3 * len(PROTOTYPE_NAMES[:4])
    assert errors(opened) == []
    assert opened.execute_script(BLANK_CHARTS) == []


def test_hostile_names_stay_text(
    opened: WebDriver, sample_warehouse: Path, tmp_path: Path
):
    warehouse = tmp_path / "evalhouse.duckdb"
    shutil.copyfile(sample_warehouse, warehouse)
    with duckdb.connect(warehouse) as connection:
        agents = connection.execute(
            "select distinct agent from attempts where source = 'metr' order by agent"
        ).fetchall()
        for (agent,), name in zip(agents, HOSTILE_NAMES, strict=False):
            for column in ("agent", "model", "task_id"):
                connection.execute(
                    f"update attempts set {column} = ? where agent = ?",
                    [name, name if column != "agent" else agent],
                )
    path = tmp_path / "report.html"
    assert main(["report", "--out", str(path), "--db", str(warehouse)]) == 0
    open_page(opened, path)
    assert errors(opened) == []
    assert opened.find_elements(By.TAG_NAME, "img") == []
    names = shown(opened, "agents", "agent")
    for name in HOSTILE_NAMES:
        assert visible(name) in names
    choose(opened, "models", "is_major", "")
    assert set(map(visible, HOSTILE_NAMES)) <= set(shown(opened, "models", "model"))
