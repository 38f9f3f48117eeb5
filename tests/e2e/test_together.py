"""Knowing of each other: who is at the window, and following somebody through the text."""

from playwright.async_api import expect

from e2e.browser import IN_ONE_LOOP, OpenWindow, Window
from harness.server import Server

pytestmark = IN_ONE_LOOP


async def named(window: OpenWindow, address: str, name: str) -> Window:
    person = await window()
    await person.open(address)
    await person.page.get_by_role("button", name="Your name and colour").click()
    await person.page.get_by_label("Name", exact=True).fill(name)
    await person.page.keyboard.press("Escape")
    await expect(person.page.get_by_role("button", name="View and tools")).to_be_visible()
    return person


async def test_following_scrolls_along_until_one_types_or_presses_escape(
    window: OpenWindow, server: Server, document: str, address: str
) -> None:
    server.create(id=document, markdown="\n\n".join(f"Line {n}" for n in range(60)))
    ada = await named(window, address, "Ada")
    await ada.text.click()
    await ada.page.keyboard.press("Control+End")
    ben = await named(window, address, "Ben")
    await ben.sees("Line 59")
    first, last = ben.text.locator("p").first, ben.text.locator("p").last
    await ben.page.evaluate("scrollTo(0, 0)")
    await expect(last).not_to_be_in_viewport()
    follow = ben.page.locator(".avatars").get_by_role("button", name="Follow Ada")
    await follow.click()
    await expect(ben.page.get_by_text("Following Ada")).to_be_visible()
    await expect(last).to_be_in_viewport()
    await ada.page.keyboard.press("Control+Home")
    await expect(first).to_be_in_viewport()
    await expect(follow).to_have_attribute("aria-pressed", "true")
    await ben.page.keyboard.press("Escape")
    await expect(follow).to_have_attribute("aria-pressed", "false")
    await ada.page.keyboard.press("Control+End")
    await ada.page.keyboard.type(" and on")
    await ben.sees("Line 59 and on")
    await expect(last).not_to_be_in_viewport()
    await follow.click()
    await expect(last).to_be_in_viewport()
    await last.click()
    await ben.page.keyboard.type("!")
    await expect(follow).to_have_attribute("aria-pressed", "false")


async def test_following_ends_when_the_other_leaves(window: OpenWindow, address: str) -> None:
    ada = await named(window, address, "Ada")
    ben = await named(window, address, "Ben")
    await ben.page.locator(".avatars").get_by_role("button", name="Follow Ada").click()
    await expect(ben.page.get_by_text("Following Ada, who is not in the text right now")).to_be_visible()
    await ada.close()
    await expect(ben.page.locator(".following")).to_have_count(0)


async def test_who_is_quiet_for_minutes_is_shown_as_idle_until_they_move(window: OpenWindow, address: str) -> None:
    ada = await window()
    await ada.page.clock.install()
    ben = await named(window, address, "Ben")
    await ada.page.goto(address)
    await expect(ada.page.get_by_role("button", name="View and tools")).to_be_visible()
    await ada.page.get_by_role("button", name="Your name and colour").click()
    await ada.page.get_by_label("Name", exact=True).fill("Ada")
    shown = ben.page.locator(".avatars").get_by_role("button")
    await expect(shown).to_have_accessible_name("Follow Ada")
    await ada.page.clock.run_for("03:01")
    await expect(shown).to_have_accessible_name("Follow Ada, idle")
    await ada.page.mouse.move(300, 300)
    await expect(shown).to_have_accessible_name("Follow Ada")


async def test_the_panel_tells_who_is_here_also_on_a_phone(window: OpenWindow, address: str) -> None:
    await named(window, address, "Ada")
    ben = await window(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    await ben.open(address)
    await expect(ben.page.locator(".me-count")).to_have_text("2")
    await ben.page.get_by_role("button", name="Your name and colour").click()
    await expect(ben.page.get_by_text("2 people here", exact=True).last).to_be_visible()
    await ben.page.locator(".present").get_by_role("button", name="Follow Ada").click()
    await expect(ben.page.locator(".following")).to_be_visible()
