"""Signing in and out in a real browser, at a real provider; and that no word is lost when a sign-in ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Page, expect

from e2e.browser import IN_ONE_LOOP, OpenWindow, Window
from e2e.test_accessibility import PHONE, findings
from harness.oidc import RealProvider, settings_for
from harness.server import Server
from harness.tokens import SECRET, TOKEN_AUTH

pytestmark = IN_ONE_LOOP


@pytest.fixture(scope="module")
def provider() -> Iterator[RealProvider]:
    with RealProvider() as running:
        yield running


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, provider: RealProvider) -> Iterator[Server]:
    """A server whose people sign in."""
    settings = settings_for(provider.issuer, secret=SECRET, default_role="edit")
    with Server(tmp_path_factory.mktemp("sign-in") / "data", *TOKEN_AUTH, settings=settings) as running:
        yield running


@pytest.fixture
def page_address(guarded: Server, document: str) -> str:
    return f"{guarded.url}/d/{document}"


async def sign_in(person: Window, name: str) -> None:
    """Go in by the door that is shown, as somebody."""
    await person.page.get_by_role("link", name="Sign in with Example").click()
    await say_who(person.page, name)


async def say_who(page: Page, name: str) -> None:
    await page.get_by_label("Name").fill(name)
    await page.get_by_role("button", name="Sign in").click()


async def session_of(person: Window, server: Server) -> dict[str, object]:
    found: dict[str, object] = await (await person.context.request.get(f"{server.url}/auth/session")).json()
    return found


async def sign_out_elsewhere(person: Window, server: Server) -> None:
    """End somebody's sign-in behind the back of their page."""
    headers = {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}
    answer = await person.context.request.post(f"{server.url}/auth/sign-out", headers=headers)
    assert answer.ok


async def test_somebody_signs_in_to_the_list_and_out_again(window: OpenWindow, guarded: Server) -> None:
    ada = await window()
    page = ada.page
    await page.goto(guarded.url)
    await expect(page.get_by_role("heading", name="A quiet place to write together")).to_be_visible()
    await expect(page.get_by_role("button", name="New document")).to_have_count(0)
    await sign_in(ada, "ada")
    await expect(page).to_have_url(guarded.url + "/")
    await page.get_by_role("button", name="New document").click()
    await ada.sees_status("Saved")
    await page.get_by_role("link", name="All documents").click()
    await expect(page.get_by_role("link", name="Untitled")).to_be_visible()
    await page.get_by_role("button", name="Account: Ada").click()
    await expect(page.get_by_text("ada@example.org")).to_be_visible()
    await page.get_by_role("button", name="Sign out").click()
    # The provider asks whether to leave it as well, and sends one back.
    await page.get_by_role("button", name=re.compile("yes", re.IGNORECASE)).click()
    await expect(page).to_have_url(guarded.url + "/")
    await expect(page.get_by_role("link", name="Sign in with Example")).to_be_visible()
    await expect(page.get_by_text("Untitled")).to_have_count(0)
    assert await page.evaluate("indexedDB.databases().then((all) => all.map(({ name }) => name))") == []
    assert await page.evaluate("Object.keys(localStorage).filter((key) => /document|library/.test(key))") == []


async def test_link_to_a_document_leads_through_the_door_and_back(
    window: OpenWindow, guarded: Server, page_address: str
) -> None:
    ada, ben = await window(), await window()
    for person, name in ((ada, "ada"), (ben, "ben")):
        await person.page.goto(page_address)
        await expect(person.page.get_by_role("heading", name="Sign in to open this document")).to_be_visible()
        await sign_in(person, name)
        await expect(person.page).to_have_url(page_address)
        await person.sees_status("Saved")
    await ada.write("Written by Ada.")
    await ben.sees("Written by Ada.")
    await expect(ben.page.locator(".avatar-button")).to_have_attribute("aria-label", re.compile("Ada"))
    # The name is the account's, and not for choosing.
    await ada.page.get_by_role("button", name="Your name and colour").click()
    name = ada.page.get_by_label("Name", exact=True)
    await expect(name).to_have_value("Ada")
    await expect(name).not_to_be_editable()
    await expect(ada.page.get_by_role("button", name="Sign out")).to_be_visible()
    assert await findings(ada.page) == []


async def begin(ada: Window, address: str) -> None:
    """Sign in as Ada and write the first word."""
    await ada.page.goto(address)
    await sign_in(ada, "ada")
    await ada.sees_status("Saved")
    await ada.write("Before. ")
    await ada.sees_status("Saved")


async def test_words_written_before_a_sign_in_ended_are_kept_and_sent_after_the_next(
    window: OpenWindow, guarded: Server, page_address: str
) -> None:
    ada = await window()
    page = ada.page
    await begin(ada, page_address)
    await ada.service_worker_ready()
    await ada.context.set_offline(True)
    await ada.write("Written when nobody listened.")
    await ada.sees_status(re.compile("kept on this device"))
    cookies = await ada.context.cookies()
    other = await window()
    await other.context.add_cookies(cookies)  # type: ignore[arg-type]
    await sign_out_elsewhere(other, guarded)
    await ada.context.set_offline(False)
    await ada.sees_status("Sign in again")
    await expect(page.get_by_role("heading", name="Please sign in again")).to_be_visible()
    await expect(page.get_by_role("button", name="Save my text as a file")).to_be_visible()
    assert await findings(page) == []
    # The provider still knows who this is: one click, and back.
    await page.get_by_role("link", name="Sign in with Example").click()
    await expect(page).to_have_url(page_address)
    await ada.sees("Before. Written when nobody listened.")
    await ada.sees_status("Saved")
    reader = await window()
    await reader.page.goto(page_address)
    await sign_in(reader, "reader")
    await reader.sees("Before. Written when nobody listened.")


async def test_unsent_words_wait_for_who_wrote_them_whoever_signs_in_between(
    window: OpenWindow, guarded: Server, page_address: str
) -> None:
    ada = await window()
    page = ada.page
    await begin(ada, page_address)
    await page.get_by_role("button", name="Your name and colour").click()
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()  # the device knows whose it is
    await ada.service_worker_ready()
    await ada.context.set_offline(True)
    await page.keyboard.press("Escape")
    await ada.write("Hers alone.")
    await ada.sees_status(re.compile("kept on this device"))
    await ada.context.clear_cookies()  # it has run out; the provider does not know her either
    second = await ada.context.new_page()
    await ada.context.set_offline(False)
    await ada.sees_status("Sign in again")

    # Ben signs in with another tab. Hers, which is still open, does nothing as him.
    ben = Window(ada.context, second)
    await second.goto(page_address)
    await sign_in(ben, "ben")
    await expect(second).to_have_url(page_address)
    await ben.sees_status("Saved")
    await expect(ben.text).to_have_text("Before. ")
    await page.bring_to_front()
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await ada.sees_status("Saved")
    await expect(ada.text).to_have_text("Before. ")
    await ben.write("His. ")
    await ben.sees_status("Saved")
    await second.get_by_role("link", name="All documents").click()
    await expect(second.locator(".row-link").first).to_be_visible()
    await second.close()
    reader = await window()
    await reader.page.goto(page_address)
    await sign_in(reader, "reader")
    await reader.sees("His.")
    await expect(reader.text).not_to_contain_text("Hers alone.")

    # Ben leaves, and takes nothing of hers with him.
    await page.get_by_role("button", name="Your name and colour").click()
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("button", name=re.compile("yes", re.IGNORECASE)).click()
    await expect(page.get_by_role("link", name="Sign in with Example")).to_be_visible()
    await page.goto(page_address)
    await sign_in(ada, "ada")
    await expect(page).to_have_url(page_address)
    await ada.sees("Hers alone.")
    await ada.sees_status("Saved")
    await expect(reader.text).to_contain_text("Hers alone.")
    assert ben.problems == []


async def test_open_document_closes_when_its_person_is_signed_out(
    window: OpenWindow, guarded: Server, page_address: str
) -> None:
    ada = await window()
    await ada.page.goto(page_address)
    await sign_in(ada, "ada")
    await ada.write("Safe.")
    await ada.sees_status("Saved")
    await sign_out_elsewhere(ada, guarded)
    await expect(ada.page.get_by_role("heading", name="Please sign in again")).to_be_visible(timeout=2_000)
    assert (await session_of(ada, guarded))["signed_in"] is False


async def test_whoever_has_unsent_words_is_asked_before_they_are_signed_out(
    window: OpenWindow, guarded: Server, page_address: str
) -> None:
    ada = await window()
    page = ada.page
    await page.goto(page_address)
    await sign_in(ada, "ada")
    await ada.sees_status("Saved")
    await page.get_by_role("button", name="Your name and colour").click()
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    await page.keyboard.press("Escape")
    await ada.context.set_offline(True)
    await ada.write("Unsent.")
    await ada.sees_status(re.compile("kept on this device"))
    await page.get_by_role("button", name="Your name and colour").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_text("have not reached the server yet")).to_be_visible()
    await page.get_by_role("button", name="Stay signed in").click()
    await ada.context.set_offline(False)
    await ada.sees_status("Saved")
    await ada.sees("Unsent.")


async def test_person_who_cancels_reads_why_and_may_try_again(
    window: OpenWindow, guarded: Server, page_address: str
) -> None:
    ada = await window(locale="de-DE")
    page = ada.page
    await page.goto(page_address)
    await page.get_by_role("link", name="Mit Example anmelden").click()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("heading", name="Sie sind nicht angemeldet")).to_be_visible()
    await expect(page.get_by_text("The person did not want to.")).to_be_visible()
    assert await findings(page) == []
    await page.get_by_role("link", name="Erneut versuchen").click()
    await say_who(page, "ada")
    await expect(page).to_have_url(page_address)


@pytest.mark.parametrize(
    ("locale", "options", "title"),
    [
        ("en-GB", {}, "A quiet place to write together"),
        ("de-DE", PHONE, "Ein ruhiger Ort"),
        ("ar", {}, "مكان هادئ للكتابة معًا"),
    ],
)
async def test_axe_finds_nothing_serious_at_the_door(
    window: OpenWindow, guarded: Server, locale: str, options: dict[str, object], title: str
) -> None:
    ada = await window(locale=locale, **options)
    await ada.page.goto(guarded.url)
    await expect(ada.page.get_by_role("heading", name=title)).to_be_visible()
    assert await findings(ada.page) == []
