/** Where the page is, and how it goes elsewhere without loading again. */
import { computed, signal } from '@preact/signals';
import { type Route, routeOf } from './addresses';

const path = signal(location.pathname);
addEventListener('popstate', () => {
  path.value = location.pathname;
});

export const route = computed<Route>(() => routeOf(path.value));

/** Go to an address of this page; a `new` document is one to begin with its title. */
export function go(address: string, arrival: 'new' | null = null): void {
  if (address === location.pathname) return;
  history.pushState(arrival, '', address);
  path.value = location.pathname;
  scrollTo(0, 0);
}

/** Go on to an address in place of this one, which nobody is to come back to. */
export function goOn(address: string): void {
  history.replaceState(null, '', address);
  path.value = location.pathname;
}

/** Whether this document was just made; answers so once. */
export function arrivedNew(): boolean {
  const fresh = history.state === 'new';
  if (fresh) history.replaceState(null, '');
  return fresh;
}

/** Follow a plain click on a link inside the page; modified clicks stay the browser's. */
export function follow(event: MouseEvent): void {
  const link = (event.currentTarget as Element | null)?.closest?.('a');
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.pathname);
}
