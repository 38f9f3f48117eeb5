/** What the service worker answers for: the shell and its assets, never the API, never another origin. */

export type Answer = 'shell' | 'asset' | 'network';

/** Paths that are the server's own, although a browser may navigate to them; the page of a link tells nobody of it. */
const SERVER = /^\/(api|auth|embed|files|s|sync|hocuspocus|sse|doc|healthz|readyz|metrics|version)(\/|$)/;
const YSWEET = /^\/d\/.+\/(ws\/|as-update$|update$)/;

export function answerFor(request: { method: string; mode: string; url: string }, origin: string): Answer {
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== origin) return 'network';
  if (url.pathname.startsWith('/assets/')) return 'asset';
  if (request.mode !== 'navigate' || SERVER.test(url.pathname) || YSWEET.test(url.pathname)) return 'network';
  return 'shell';
}
