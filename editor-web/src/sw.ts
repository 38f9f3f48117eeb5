/**
 * Keeps the page itself on this device, so that it opens without the server.
 *
 * The shell and its assets belong together: they are stored at once under one version, and a new version takes over
 * only when no page of the old one is open, so a page never misses a file of its own. What documents say is not kept
 * here but by the page (IndexedDB, and the list in its own memory): nothing under `/api` is ever stored.
 */
import { answerFor } from './offline/routes';

declare const self: ServiceWorkerGlobalScope;
declare const __SHELL_VERSION__: string;
declare const __SHELL_FILES__: readonly string[];

const PREFIX = 'coscribe-shell-';
const CACHE = PREFIX + __SHELL_VERSION__;
/** A server that has not answered a navigation by then is taken as gone. */
const NAVIGATION_DEADLINE_MS = 4_000;

self.addEventListener('install', (event) => {
  event.waitUntil(store());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(takeOver());
});

self.addEventListener('fetch', (event) => {
  const answer = answerFor(event.request, self.location.origin);
  if (answer === 'shell') event.respondWith(navigation(event.request));
  if (answer === 'asset') event.respondWith(asset(event.request));
});

async function store(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(__SHELL_FILES__.map((file) => new Request(file, { cache: 'reload' })));
}

async function takeOver(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)),
  );
  await self.clients.claim();
}

/** The network first, so that a new version is seen at once; the stored shell when there is none. */
async function navigation(request: Request): Promise<Response> {
  const shell = () => caches.match('/', { cacheName: CACHE, ignoreVary: true });
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(NAVIGATION_DEADLINE_MS) });
    if (response.status < 500) return response;
    return (await shell()) ?? response;
  } catch {
    return (await shell()) ?? Response.error();
  }
}

/** Names carry a hash, so what is stored is always right; what the shell came without is stored when first asked for. */
async function asset(request: Request): Promise<Response> {
  // What other pages may read differs in its headers alone.
  const stored = await caches.match(request, { ignoreVary: true });
  if (stored) return stored;
  const response = await fetch(request);
  if (response.ok) {
    const cache = await caches.open(CACHE);
    await cache.put(request, response.clone());
  }
  return response;
}
