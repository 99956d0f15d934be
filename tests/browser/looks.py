"""How a page is waited for, and what axe finds wrong with it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
# Fluent's focus sentinels are hidden and focusable on purpose: they hand the focus on.
RUN_AXE = """async () => {
  const found = await axe.run({ exclude: [["[data-tabster-dummy]"]] }, { resultTypes: ["violations"] });
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
}"""
# Before a page's own scripts: how many of its questions have no whole answer yet.
COUNT_QUESTIONS = """(() => {
  const ask = window.fetch;
  window.questions = 0;
  const over = () => { window.questions -= 1; };
  window.fetch = async (...asked) => {
    window.questions += 1;
    try {
      const answer = await ask(...asked);
      answer.clone().arrayBuffer().then(over, over);
      return answer;
    } catch (failure) {
      over();
      throw failure;
    }
  };
})()"""
# Asked once a frame. Several quiet frames in a row: an answer may lead to the next question when it is drawn.
IS_SETTLED = """() => {
  const waits = window.questions > 0 || !document.querySelector("h1")
    || document.querySelector("[role=progressbar], .fui-Skeleton, .fui-Spinner");
  window.quietFrames = waits ? 0 : (window.quietFrames ?? 0) + 1;
  return window.quietFrames >= 5;
}"""


def settle(page: Page) -> None:
    """Wait until the page has what it asked for and shows it."""
    page.wait_for_function(IS_SETTLED)


def violations(page: Page) -> list[str]:
    """Return what axe finds, WCAG AA contrast included; nothing where the UI's test packages are not installed."""
    if not AXE.is_file():
        return []
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN_AXE)
    return found
