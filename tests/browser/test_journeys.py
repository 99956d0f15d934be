"""What people do in Studio, from signing in to the column that a figure came from."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import OUTPUT, SIZES, Opener, Signed, lineage_of
from browser.looks import settle, violations
from servers.demo import DemoWorld, Studio

pytestmark = pytest.mark.browser


def box(page: Page, name: str) -> str:
    """Return the selector of the box of this name, the first if several have it."""
    return f'[data-testid="canvas"] [data-box]:has(:text-is("{name}"))'


def place(page: Page, name: str) -> tuple[float, float]:
    """Return where a box stands on the canvas, whatever part of it is in view."""
    node = page.locator(".react-flow__node").filter(has=page.locator(f':text-is("{name}")'))
    style = node.first.get_attribute("style")
    found = re.search(r"translate\(([-\d.]+)px, ([-\d.]+)px\)", style or "")
    assert found is not None, style
    return float(found[1]), float(found[2])


def test_used_token_says_how_to_get_another(chromium: Browser, signed: Signed) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(signed.address)
    expect(page.get_by_role("alert")).to_contain_text("sign-in")
    expect(page.get_by_text("headwater sign-in", exact=True)).to_be_visible()
    context.close()


def test_page_without_session_leads_to_sign_in_and_keeps_the_address(chromium: Browser, studio: Studio) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{studio.url}/monitor")
    expect(page).to_have_url(re.compile(r"/sign-in\?back=%2Fmonitor$"))
    expect(page.get_by_label("Token")).to_be_visible()
    context.close()


def test_report_column_is_traced_to_the_csv(open_page: Opener) -> None:
    """The whole way of a new user: search, open the lineage, tick a column, hover it, read where it came from."""
    page = open_page("/")
    expect(page.get_by_role("heading", name="Browse by source")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("delay_report")
    page.get_by_role("option").filter(has_text="delay_report.csv").first.click()
    page.get_by_role("tab", name="Lineage").click()
    page.get_by_role("checkbox", name="avg_delay").check()
    page.get_by_role("checkbox", name="airline", exact=True).check()
    page.get_by_role("checkbox", name="avg_delay").hover()
    path = page.get_by_test_id("path")
    expect(path).to_contain_text("Path of avg_delay")
    value = path.get_by_role("list", name="Where the value comes from")
    for line in ("flights.csv.dep_delay", "flights.csv.arr_delay", "avg(delay)", "delays_by_carrier.avg_delay"):
        expect(value).to_contain_text(line)
    expect(value).not_to_contain_text("airlines.csv")
    expect(page.locator("[data-line][data-lit]")).not_to_have_count(0)
    lit = page.locator('[data-row$="~dep_delay"]').first
    other = page.locator('[data-row$="~airline"]').first
    expect(other).to_have_css("opacity", "0.3")
    expect(lit).to_have_css("opacity", "1")


def test_data_flow_unfolds_into_its_steps(open_page: Opener, signed: Signed) -> None:
    page = open_page(lineage_of(signed, "delay_report.csv", "avg_delay"))
    page.locator(box(page, "BuildDelays")).click()
    page.get_by_role("menuitem", name="Show the steps").click()
    for step in ("Flights", "Flown", "Delays", "WithAirline", "ByCarrierAndDay", "DelaysByCarrier"):
        expect(page.locator(box(page, step)).first).to_be_visible()
    expect(page.locator(box(page, "Flown"))).to_have_attribute("title", re.compile(r"Flights filter\(!isNull"))
    expect(page.get_by_test_id("path")).to_contain_text("(dep_delay + arr_delay) / 2.0")
    expect(page).to_have_url(re.compile("unfold="))
    page.get_by_role("button", name="Fold the steps").click()
    expect(page.locator(box(page, "Flown"))).to_have_count(0)


def test_bubble_adds_a_level_and_moves_nothing(open_page: Opener, signed: Signed) -> None:
    page = open_page(lineage_of(signed, "delay_report.csv"))
    expect(page.locator(box(page, "delay_report.csv"))).to_be_visible()
    names = ("flights.csv", "flights.parquet", "delays_by_carrier", "delay_report.csv")
    before = [place(page, name) for name in names]
    lake = page.locator(".react-flow__node").filter(has=page.locator(':text-is("flights.parquet")'))
    lake.get_by_role("button", name="1 more downstream").click()
    expect(page.locator(box(page, "delays_by_origin_hour.parquet"))).to_be_visible()
    assert [place(page, name) for name in names] == before


def test_keys_walk_open_the_menu_and_find_the_columns(open_page: Opener, signed: Signed) -> None:
    page = open_page(lineage_of(signed, "delay_report.csv"))
    page.locator(box(page, "delay_report.csv")).focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(box(page, "ExportDelayReport"))).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(box(page, "delays_by_carrier"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Switch to asset")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)
    expect(page.locator(box(page, "delays_by_carrier"))).to_be_focused()
    page.keyboard.press("c")
    expect(page.get_by_role("textbox", name="Filter columns")).to_be_focused()


def test_keys_zoom_and_fit(open_page: Opener, signed: Signed) -> None:
    page = open_page(lineage_of(signed, "delay_report.csv"))
    page.locator(box(page, "delay_report.csv")).focus()
    shown = page.get_by_text(re.compile(r"^\d+ %$"))
    fitted = shown.inner_text()
    page.keyboard.press("+")
    expect(shown).not_to_have_text(fitted)
    page.keyboard.press("f")
    expect(shown).to_have_text(fitted)


def test_switching_to_an_asset_makes_it_the_focus_and_back_returns(open_page: Opener, signed: Signed) -> None:
    page = open_page(lineage_of(signed, "delay_report.csv"))
    page.locator(box(page, "delays_by_carrier")).click()
    page.get_by_role("menuitem", name="Switch to asset").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("delays_by_carrier")
    expect(page).to_have_url(re.compile(f"{signed.asset('delays_by_carrier')}/lineage"))
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("delay_report.csv")


def test_hidden_box_is_counted_and_comes_back(open_page: Opener, signed: Signed) -> None:
    page = open_page(lineage_of(signed, "delay_report.csv"))
    page.locator(box(page, "airlines.csv")).click()
    page.get_by_role("menuitem", name="Hide").click()
    expect(page.locator(box(page, "airlines.csv"))).to_have_count(0)
    page.get_by_role("button", name=re.compile("1 hidden")).click()
    expect(page.locator(box(page, "airlines.csv"))).to_be_visible()


def test_table_tells_what_the_drawing_tells(open_page: Opener, signed: Signed) -> None:
    page = open_page(lineage_of(signed, "delay_report.csv"))
    boxes = page.locator("[data-box]")
    expect(page.locator(box(page, "flights.csv"))).to_be_visible()
    drawn = boxes.count()
    page.get_by_role("button", name="As a table").click()
    rows = page.get_by_role("table", name="Lineage of delay_report.csv").get_by_role("row")
    expect(rows).to_have_count(drawn + 1)
    copy = rows.filter(has=page.get_by_role("link", name="CopyFlights"))
    expect(copy).to_contain_text("flights.parquet")


def test_choosing_columns_leaves_out_what_they_do_not_touch(open_page: Opener, signed: Signed) -> None:
    page = open_page(lineage_of(signed, "delay_report.csv", "airline", more="&indirect=0"))
    expect(page.locator(box(page, "airlines.csv"))).to_be_visible()
    expect(page.locator(box(page, "flights.csv"))).to_have_count(0)
    expect(page.get_by_text(re.compile("without the chosen columns"))).to_be_visible()


def test_schema_glyph_opens_the_lineage_of_its_column(open_page: Opener, signed: Signed) -> None:
    page = open_page(f"/assets/{signed.asset('delays_by_carrier')}/schema")
    page.get_by_role("link", name=re.compile("^avg_delay: fed by")).click()
    expect(page.get_by_role("checkbox", name="avg_delay")).to_be_checked()
    expect(page.get_by_test_id("path")).to_contain_text("flights.csv.arr_delay")


def test_browse_leads_from_source_to_the_activitys_lineage(open_page: Opener) -> None:
    page = open_page("/browse")
    for name in ("Azure Synapse Analytics", "reporting", "DelayReport"):
        page.get_by_role("link", name=re.compile(rf"^{name}")).first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.get_by_role("link", name="Asset page of BuildDelays").click()
    page.get_by_role("tab", name="Lineage").click()
    for name in ("delays_by_carrier", "delays_by_origin_hour.parquet"):
        expect(page.locator(box(page, name))).to_be_visible()


def test_monitor_leads_from_a_run_to_its_lineage(open_page: Opener) -> None:
    page = open_page("/monitor")
    page.get_by_role("link", name="DelayReport").first.click()
    page.get_by_role("button", name="Lineage of BuildDelays: Succeeded").click()
    panel = page.get_by_role("dialog")
    expect(panel).to_contain_text("Entities written")
    expect(panel.get_by_role("group", name="Output")).to_contain_text("reportLineageToPurview")
    panel.get_by_role("button", name="Open lineage").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("BuildDelays")
    expect(page.locator(box(page, "flights.parquet"))).to_be_visible()


def test_search_narrows_by_source_and_keeps_it_in_the_address(open_page: Opener) -> None:
    page = open_page("/search?q=delay")
    page.get_by_role("button", name=re.compile("^Azure SQL Database")).click()
    expect(page).to_have_url(re.compile("source=Azure"))
    expect(page.get_by_role("listitem").filter(has_text="delays_by_carrier")).to_be_visible()
    expect(page.get_by_role("link", name="delay_report.csv")).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("link", name="delay_report.csv")).to_be_visible()


def test_manage_shows_both_workspaces_connected(open_page: Opener) -> None:
    page = open_page("/manage")
    for name in ("ingest", "reporting"):
        expect(page.get_by_role("region", name=name)).to_contain_text("Connected")


def test_manage_shows_where_new_assets_of_each_workspace_stand(
    open_page: Opener, signed: Signed, demo: DemoWorld
) -> None:
    """First that nobody chose, and how to; then the table, whose links are reached and followed by keys alone."""
    page = open_page("/manage")
    section = page.get_by_role("region", name="Default collections")
    expect(section.get_by_role("heading", name="No default collection to show")).to_be_visible()
    expect(section.get_by_text("headwater connect WORKSPACE")).to_be_visible()
    look_at(open_page, "manage-empty")
    with chosen_collection(page, signed, demo):
        page.reload()
        table = section.get_by_role("table", name="Default collections")
        expect(table.get_by_role("columnheader")).to_have_text(["Workspace", "Collection", "Name"])
        expect(table.get_by_role("row")).to_have_count(3)
        expect(table.get_by_role("row", name="ingest")).to_contain_text("Sales")
        expect(table.get_by_role("row", name="reporting")).to_contain_text("Root, as none was chosen")
        look_at(open_page, "manage-places")
        link = table.get_by_role("link", name="Search the assets of Sales")
        link.focus()
        page.keyboard.press("Tab")
        expect(table.get_by_role("link").nth(1)).to_be_focused()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"/search\?q=\*&collection=sales$"))


@contextmanager
def chosen_collection(page: Page, signed: Signed, demo: DemoWorld) -> Iterator[None]:
    """Give the workspace ingest a collection of its own for a while."""
    session = next(cookie["value"] for cookie in signed.cookies["cookies"] if cookie["name"] == "headwater_session")
    address = f"{signed.url}/headwater/v1/access/defaultCollections/ingest"
    headers = {"Authorization": f"Bearer {session}"}
    assert demo.command("collection", "create", "Sales", "--name", "sales").returncode == 0
    try:
        assert page.request.put(address, headers=headers, data={"collection": "sales"}).ok
        yield
    finally:
        assert page.request.delete(address, headers=headers).ok
        assert demo.command("collection", "delete", "sales").returncode == 0


def look_at(open_page: Opener, name: str) -> None:
    """Keep pictures of Manage in both colours, and have axe read it."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    for size, colours in itertools.product(SIZES, ("light", "dark")):
        page = open_page("/manage", size=size, colours=colours)
        settle(page)
        page.screenshot(path=OUTPUT / f"{name}-{size}-{colours}.png", full_page=True)
        assert violations(page) == []


def test_server_that_does_not_answer_is_told_with_a_way_to_retry(open_page: Opener) -> None:
    page = open_page("/monitor", expected="ERR_FAILED|Failed to load")
    page.route("**/studio/api/home", lambda route: route.abort())
    page.get_by_role("link", name="Home").click()
    trouble = page.get_by_role("alert")
    expect(trouble).to_contain_text("The server does not answer")
    page.unroute("**/studio/api/home")
    trouble.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Recently run")).to_be_visible()


def test_unknown_asset_says_so(open_page: Opener) -> None:
    page = open_page("/assets/00000000-0000-0000-0000-000000000000", expected="404")
    expect(page.get_by_role("alert")).to_be_visible()


def test_colours_are_the_readers_choice_and_stay(open_page: Opener) -> None:
    page = open_page("/")
    page.get_by_role("button", name="Use dark colours").click()
    page.reload()
    expect(page.get_by_role("button", name="Use light colours")).to_be_visible()


def test_narrow_screen_opens_the_columns_over_the_drawing(open_page: Opener, signed: Signed) -> None:
    page = open_page(lineage_of(signed, "delay_report.csv"), size="narrow")
    expect(page.locator(box(page, "delay_report.csv"))).to_be_visible()
    page.get_by_role("button", name="Columns", exact=True).click()
    page.get_by_role("checkbox", name="avg_delay").check()
    page.get_by_role("button", name="Close").click()
    expect(page.locator('[data-row$="~avg_delay"]').last).to_be_visible()
