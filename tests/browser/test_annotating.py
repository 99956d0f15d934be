"""What people say of assets: said in the form, read by everyone, found by search."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from browser.conftest import Opener, Signed

pytestmark = pytest.mark.browser


def test_term_is_made_assigned_and_leads_back_to_the_asset(open_page: Opener, signed: Signed) -> None:
    page = open_page("/glossary")
    page.get_by_role("button", name="New term").click()
    page.get_by_role("textbox", name="Term").fill("Carrier")
    page.get_by_role("textbox", name="Definition").fill("Who flies.")
    page.get_by_role("button", name="Make the term").click()
    expect(page.get_by_role("heading", name="Carrier")).to_be_visible()
    page.goto(f"/assets/{signed.asset('delays_by_carrier')}")
    page.get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog")
    form.get_by_role("combobox", name="Glossary terms").press_sequentially("carr")
    page.get_by_role("option", name="Carrier").click()
    form.get_by_role("combobox", name="Labels").press_sequentially("monthly")
    page.get_by_role("option", name="monthly").click()
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    expect(page.get_by_role("link", name="monthly")).to_be_visible()
    page.get_by_role("tab", name="History").click()
    expect(page.get_by_role("cell", name="Labelled")).to_be_visible()
    page.goto("/glossary")
    page.get_by_role("link", name="Carrier").click()
    page.get_by_role("link", name="delays_by_carrier").click()
    expect(page).to_have_url(re.compile(r"/assets/"))


def test_fault_in_the_form_is_said_there_and_nothing_is_lost(open_page: Opener, signed: Signed) -> None:
    page = open_page(f"/assets/{signed.asset('delays_by_carrier')}", expected="400")
    page.get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog")
    form.get_by_role("combobox", name="Labels").press_sequentially("two words")
    page.get_by_role("option", name="two words").click()
    form.get_by_role("button", name="Save").click()
    expect(
        form.get_by_role("group").or_(form.get_by_role("alert")).filter(has_text="Invalid label").first
    ).to_be_visible()
    expect(form.get_by_text("two words", exact=True).first).to_be_visible()


def test_impact_leads_from_a_source_to_the_report(open_page: Opener, signed: Signed) -> None:
    page = open_page(f"/assets/{signed.asset('delays_by_carrier')}/impact")
    expect(page.get_by_role("link", name="delay_report.csv")).to_be_visible()
    page.get_by_role("tab", name="What feeds it").click()
    expect(page).to_have_url(re.compile("direction=INPUT"))
    expect(page.get_by_role("row").nth(2)).to_be_visible()


def test_lineage_is_drawn_by_hand_seen_and_taken_away(open_page: Opener, signed: Signed) -> None:
    page = open_page(f"/assets/{signed.asset('airlines')}/lineage")
    page.get_by_role("button", name="Draw lineage by hand").click()
    form = page.get_by_role("dialog")
    form.get_by_role("combobox", name="The other asset").press_sequentially("delay_report")
    page.get_by_role("option", name="delay_report.csv").first.click()
    form.get_by_role("button", name="Add a column").click()
    form.get_by_label("From the column").select_option("name")
    form.get_by_label("To the column").select_option("airline")
    form.get_by_role("button", name="Draw it").click()
    expect(form).to_have_count(0)
    page.get_by_role("tab", name="Impact").click()
    expect(
        page.get_by_role("row").filter(has_text="delay_report.csv").get_by_role("cell", name="1", exact=True)
    ).to_be_visible()
    page.get_by_role("tab", name="Lineage").click()
    page.get_by_role("button", name="Draw lineage by hand").click()
    page.get_by_role("button", name="Take away the edge with delay_report.csv").click()
    expect(page.get_by_role("heading", name="Drawn before")).to_have_count(0)
