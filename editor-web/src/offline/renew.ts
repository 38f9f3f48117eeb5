/** Brings a newer version of the page: from the server itself, past what the service worker keeps. */

const KEY = 'coscribe:renewed';

/** Load the page again, once in this tab for each version of it: if that did not help, a person must decide. */
export async function renewOnce(version: number): Promise<void> {
  if (!firstTime(String(version))) return;
  const registrations = (await navigator.serviceWorker?.getRegistrations().catch(() => [])) ?? [];
  await Promise.all(registrations.map((registration) => registration.unregister()));
  location.reload();
}

function firstTime(version: string): boolean {
  try {
    if (sessionStorage.getItem(KEY) === version) return false;
    sessionStorage.setItem(KEY, version);
    return true;
  } catch {
    return false; // what cannot be remembered could be done for ever
  }
}
