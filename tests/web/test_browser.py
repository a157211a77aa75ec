"""The pages in a real browser: light and dark, narrow and wide, with and without JavaScript."""

import itertools
import os
import shutil
from pathlib import Path

import pytest

from tests.projects import COMEDY, GERMAN, SERIAL
from tests.web.serving import LOGIN

CHROMIUM = os.environ.get("FEEDGEN_CHROMIUM") or next(
    (path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None
)
if CHROMIUM is None:
    pytest.skip("there is no chromium on this machine", allow_module_level=True)
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
PAGES = {
    "overview": "/",
    "searched": "/?q=nobody-is-called-that",
    "held show": f"/shows/{SERIAL}",
    "failed show": f"/shows/{COMEDY}",
    "show": f"/shows/{GERMAN}",
    "artwork": f"/shows/{COMEDY}/artwork",
    "history": f"/shows/{SERIAL}/history",
    "version": f"/shows/{SERIAL}/history/1",
    "receipts": "/receipts",
    "hooks": "/hooks",
    "login": "/login",
    "nothing": "/nothing",
}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# For people to look at: FEEDGEN_SCREENSHOTS=/some/folder pytest tests/web/test_browser.py
SHOTS = os.environ.get("FEEDGEN_SCREENSHOTS")


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as tool:
        options = ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
        found = tool.chromium.launch(executable_path=CHROMIUM, args=options)
        yield found
        found.close()


@pytest.fixture
def looked(browser, house):
    """Return what opens a page; at the end nothing may have gone wrong in any of them."""
    contexts, wrong = [], []

    def look(path, *, session=False, **options):
        context = browser.new_context(base_url=house.origin, **options)
        contexts.append(context)
        if session:
            house.cookie = house.cookie or house.log_in()
            cookie = {"name": "feedgen-session", "value": house.cookie, "url": house.origin}
            context.add_cookies([cookie])
        page = context.new_page()
        page.on("console", lambda said: wrong.append(said.text) if path != "/nothing" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        # A player stops loading when it knows enough, or its page is left.
        page.on(
            "requestfailed",
            lambda request: (
                None if request.resource_type == "media" else wrong.append(request.url)
            ),
        )
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(house.origin) else wrong.append(request.url)
            ),
        )
        page.goto(path, wait_until="load")
        return page

    yield look
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.mark.parametrize("name", PAGES)
def test_every_page_can_be_used_by_everybody(looked, name):
    """Light or dark, narrow or wide: WCAG 2.2 AA with its contrast, nothing out of the window."""
    page = looked(PAGES[name], session=name != "login")
    in_order(page)
    judge(page, name)


@pytest.mark.parametrize("path", ["/", "/receipts", "/hooks", f"/shows/{COMEDY}"])
def test_what_waits_can_be_read_by_everybody(browser, looking, path):
    """The same of the hooks there are, and of shows that run, wait and are tried again."""
    context = browser.new_context(base_url=looking.origin)
    page = context.new_page()
    page.goto(path, wait_until="load")
    judge(page, f"waiting {path.replace('/', ' ')}")
    context.close()


def judge(page, name):
    """Look at a page light and dark, narrow and wide."""
    page.eval_on_selector_all("details", "all => all.forEach(e => { e.open = true })")
    # Contrast hangs on the colours and room on the width: each is met twice, once with axe.
    for scheme, viewport in itertools.product(("light", "dark"), (NARROW, WIDE)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(viewport)
        if SHOTS:
            page.wait_for_timeout(500)
            file = f"{name}-{scheme}-{viewport['width']}.png".replace(" ", "-")
            page.screenshot(path=Path(SHOTS) / file, full_page=True)
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, (scheme, viewport)
        if (scheme, viewport) not in (("light", WIDE), ("dark", NARROW)):
            continue
        found = axe.Axe().run(page, options=RULES).response
        broken = {
            each["id"]: [node["html"] for node in each["nodes"]] for each in found["violations"]
        }

        assert broken == {}, (scheme, viewport)
        assert "color-contrast" in {each["id"] for each in found["passes"]}


def test_dark_is_dark_and_light_is_light(looked):
    """The page follows what the reader's system prefers."""
    page = looked("/")
    paper = "getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number)"
    page.emulate_media(color_scheme="light")
    light = page.evaluate(paper)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(paper)

    assert min(light) > 230
    assert max(dark) < 50


def in_order(page):
    """Look for one h1, no level left out, one main part, a header and a footer."""
    levels = page.eval_on_selector_all("h1,h2,h3,h4,h5,h6", "all => all.map(e => +e.tagName[1])")

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    for landmark in ("main", "body > header", "body > footer", "nav"):
        assert page.locator(landmark).count() >= 1, landmark
    assert page.locator("main").count() == 1


def test_controls_and_pictures_have_names(looked):
    """What one can press, play or look at says what it is."""
    page = looked(f"/shows/{SERIAL}", session=True)
    page.eval_on_selector_all("details", "all => all.forEach(e => { e.open = true })")
    unnamed = page.eval_on_selector_all(
        "a, button, input:not([type=hidden]), audio, summary",
        """all => all.filter(e => !(e.innerText || e.getAttribute('aria-label') || '').trim()
            && !(e.labels && e.labels.length)).map(e => e.outerHTML)""",
    )
    without_alt = page.eval_on_selector_all(
        "img", "all => all.filter(e => !e.hasAttribute('alt')).map(e => e.outerHTML)"
    )
    cover = page.locator(".hero img").get_attribute("alt")
    players = page.locator("audio").all()

    assert unnamed == []
    assert without_alt == []
    assert cover == "A lighthouse at dusk, sending rings of light across the sea"
    assert "Fog & Horns" in " ".join(each.get_attribute("aria-label") for each in players)


def test_all_pictures_are_loaded(looked):
    """Covers, people and styles have pixels, once one has scrolled to them."""
    for path in ("/", f"/shows/{SERIAL}", f"/shows/{GERMAN}/artwork"):
        page = looked(path, session=True)
        page.eval_on_selector_all("img", "all => all.forEach(e => { e.loading = 'eager' })")
        sizes = page.eval_on_selector_all(
            "img", "all => Promise.all(all.map(e => e.decode().then(() => e.naturalWidth)))"
        )
        assert sizes
        assert all(sizes)


def test_a_player_plays_what_is_on_air(looked):
    """The browser reads the length of the audio from this server."""
    page = looked(f"/shows/{SERIAL}")
    seconds = page.eval_on_selector(
        "audio",
        """player => new Promise((known, failed) => {
            player.onloadedmetadata = () => known(player.duration)
            player.onerror = () => failed(player.error.message)
            player.preload = 'metadata'
            player.load()
        })""",
    )

    assert 3 < seconds < 6


def test_the_keyboard_reaches_everything_and_shows_where_it_is(looked):
    """Tab goes from the skip link through every control, and each one is outlined."""
    page = looked(f"/shows/{SERIAL}", session=True)
    reached = []
    for _ in range(200):
        page.keyboard.press("Tab")
        told = page.evaluate(
            """() => { const e = document.activeElement; const s = getComputedStyle(e);
            return [e.tagName, (e.innerText || e.ariaLabel || '').trim(), s.outlineStyle,
            parseFloat(s.outlineWidth)] }"""
        )
        if told[0] == "BODY":
            break
        reached.append(told)
    texts = [text for _, text, _, _ in reached]

    assert texts[0] == "Skip to the content"
    for wanted in ("Log out", "Artwork", "History", "Approve this difference"):
        assert wanted in texts
    assert any(tag == "AUDIO" for tag, *_ in reached)
    assert all(
        style != "none" and width >= 2 for tag, _, style, width in reached if tag != "AUDIO"
    )


def test_the_skip_link_leads_to_the_content(looked):
    """The first press of Tab shows it, Enter follows it."""
    page = looked("/", viewport=WIDE)
    link = page.locator(".skip")
    hidden = link.bounding_box()["x"]
    page.keyboard.press("Tab")
    shown = link.bounding_box()["x"]
    page.keyboard.press("Enter")

    assert hidden < 0 <= shown
    page.wait_for_url("**/#main")


def test_everything_works_without_javascript(own, browser):
    """Search, log in, approve, put back and log out by forms alone."""
    context = browser.new_context(
        base_url=own.origin, java_script_enabled=False, viewport=NARROW, color_scheme="dark"
    )
    page = context.new_page()
    page.goto("/")
    page.fill("#q", "salt")
    page.press("#q", "Enter")
    page.click("text=Salt & Signal")
    page.click("text=Log in to decide")
    page.fill("#name", "Ada")
    page.fill("#token", LOGIN)
    page.click("main button")
    after_login = page.url
    page.click("text=Approve this difference")
    approved = page.inner_text("main")
    page.click("nav >> text=History")
    page.click("table a >> nth=0")
    page.click("text=Put version 1 back on air")
    history = page.inner_text("main")
    page.click("text=Log out")
    logged_out = page.inner_text("header")
    context.close()

    assert after_login.endswith(f"/shows/{SERIAL}")
    assert "by Ada" in approved
    assert "put back by hand" in history
    assert "Log in" in logged_out


def test_nothing_on_the_pages_is_a_script(looked):
    """A page holds no script and runs none, whatever a feed tries."""
    page = looked(f"/shows/{SERIAL}")

    assert page.locator("script").count() == 0
    assert page.evaluate("document.querySelectorAll('[onclick],[onload],[onerror]').length") == 0


def test_the_header_is_one_line_on_a_telephone(looked):
    """Who is logged in finds pages and the way out side by side, at 360 pixels too."""
    page = looked("/receipts", session=True, viewport=NARROW)
    boxes = [page.locator(each).bounding_box() for each in (".brand", ".bar nav", ".bar button")]
    middles = [box["y"] + box["height"] / 2 for box in boxes]

    assert max(middles) - min(middles) < 8
    assert boxes[2]["x"] + boxes[2]["width"] <= NARROW["width"]


def test_no_separator_stands_at_the_end_of_a_line(looked):
    """Facts that go over several lines begin each of them without a point, and end without."""
    page = looked(f"/shows/{SERIAL}", viewport=NARROW)
    lines = page.eval_on_selector(
        ".hero .facts",
        """list => { const left = list.getBoundingClientRect().left; return [...list.children]
            .filter(e => Math.abs(e.getBoundingClientRect().left - left) < 1)
            .map(e => parseFloat(getComputedStyle(e, '::before').left) || -99) }""",
    )
    cut = page.eval_on_selector(".hero .facts", "list => getComputedStyle(list).clipPath")
    after = page.eval_on_selector_all(
        ".facts > *", "all => all.map(e => getComputedStyle(e, '::after').content)"
    )

    assert len(lines) > 2
    # What is drawn left of the first of a line lies outside of what is shown.
    assert cut.startswith("inset(")
    assert all(left < -10 for left in lines)
    assert set(after) == {"none"}


def test_on_paper_everything_is_open(looked):
    """A printed page is light, has notes and differences unfolded, and nothing to press."""
    page = looked(f"/shows/{SERIAL}", session=True)
    notes = page.locator(".episodes .notes").first
    shown = "notes => notes.checkVisibility()"
    closed = notes.evaluate(shown)
    page.emulate_media(media="print", color_scheme="dark")
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    opened = notes.evaluate(shown)
    pressed = page.locator("button, audio, nav").all()

    assert (closed, opened) == (False, True)
    assert paper == "rgb(251, 251, 250)"
    assert not any(each.is_visible() for each in pressed)
