"""Accessibility: axe finds no violation, keys reach everything, and nothing overflows."""

from pathlib import Path
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import looking
from tests.servers import DatelineServer

pytestmark = pytest.mark.needs("chromium")

AXE: Final = Path(__file__).with_name("vendor") / "axe-core" / "axe.min.js"

RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

PATHS: Final = (
    "/",
    "/?q=conforto+-x+site:br&after=1980&sort=date",
    "/?contains=de&url=/&match=contains",
    "/?q=site:evil.example",
    "/?q=nothing+nowhere&before=2014",
    "/?q=%22new&after=May+23",
)

Scheme = Literal["light", "dark"]
LOOKS: Final[list[tuple[str, Scheme]]] = [("phone", "dark"), ("desktop", "light")]


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_axe_finds_nothing(
    browser: Browser, archive: DatelineServer, size: str, scheme: Scheme
) -> None:
    context, look = looking(browser, archive, size, scheme=scheme)
    found = []
    for path in PATHS:
        page = look.go(path)
        # Check collapsed parts too.
        page.evaluate("document.querySelectorAll('details').forEach((it) => { it.open = true })")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        options = {"runOnly": RULES, "resultTypes": ["violations"]}
        result: dict[str, Any] = page.evaluate("(options) => axe.run(document, options)", options)
        found += [
            f"{path}: {broken['id']}: {node['html'][:200]} {node['failureSummary']}"
            for broken in result["violations"]
            for node in broken["nodes"][:2]
        ]
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{path} runs {wide} pixels off the side"
    context.close()
    assert found == []
    assert look.wrong == []


def test_keys_reach_everything(browser: Browser, archive: DatelineServer) -> None:
    context, look = looking(browser, archive, "desktop")
    page = look.go("/?q=conforto&after=1980")
    page.evaluate("document.activeElement.blur()")
    wanted: int = page.evaluate(
        "[...document.querySelectorAll('a, button, input, select, summary')]"
        ".filter((it) => it.tabIndex >= 0 && it.checkVisibility()).length"
    )
    assert wanted > 40
    reached = set()
    for _ in range(wanted):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "(() => { const it = document.activeElement; const box = it.getBoundingClientRect();"
                "return `${it.tagName} ${it.innerText} ${box.x} ${box.y + scrollY}` })()"
            )
        )
    assert len(reached) == wanted
    context.close()
    assert look.wrong == []


def test_the_link_that_clears_all_filters_lines_up_with_them(
    browser: Browser, archive: DatelineServer
) -> None:
    context, look = looking(browser, archive, "phone")
    page = look.go("/?contains=a+text+that+fills+the+line&contains=another+one+with+as+many+words")
    left = (
        "(it) => { const text = document.createRange(); text.selectNodeContents(it);"
        "return text.getBoundingClientRect().x }"
    )
    last = page.locator(".chips .all").evaluate(left)
    assert last == page.locator(".chips").evaluate("(it) => it.getBoundingClientRect().x")
    context.close()


@pytest.mark.parametrize(
    ("scheme", "background"), [("light", "rgba(0, 0, 0, 0)"), ("dark", "rgb(28, 32, 34)")]
)
def test_the_documents_of_the_api_keep_to_the_policy_and_can_be_read(
    browser: Browser, archive: DatelineServer, scheme: Scheme, background: str
) -> None:
    context, look = looking(browser, archive, "desktop", scheme=scheme)
    page = look.go("/docs")
    page.get_by_role("heading", name="Dateline").wait_for()
    page.locator(".opblock-summary-control").first.click()
    page.locator(".parameter__in").first.wait_for()
    style = "getComputedStyle(document.documentElement)"
    assert page.evaluate(f"{style}.backgroundColor") == background
    page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
    result: dict[str, Any] = page.evaluate("(options) => axe.run(document, options)", options)
    assert [node["html"] for rule in result["violations"] for node in rule["nodes"]] == []
    context.close()
    assert look.wrong == []
